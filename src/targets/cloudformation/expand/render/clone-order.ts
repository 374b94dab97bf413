import { type Changes, hole, list, type Made, text } from '../syntax/pieces.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import { valueAt } from '../syntax/tree-lookup.ts';
import type { ClonedResource } from './clone-set.ts';
import { dependencies, referencesIn } from './references.ts';

const ruleType = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const listenerType = 'AWS::ElasticLoadBalancingV2::Listener';

/** What the order of creation is decided from. */
export interface OrderFacts {
  readonly clones: readonly ClonedResource[];
  /** Type of any resource of the template; empty when there is none of that name. */
  typeOf(name: string): string;
}

/**
 * ECS refuses a service whose target group has no load balancer yet, and the load balancer comes with the listener
 * rule: the clone of a service waits for the clones of its rules. Where the template says itself what the service
 * waits for, that is carried over as it is (with the names of clones), unless it is a rule or listener that is not
 * cloned.
 */
export function changeOrder(changes: Changes, service: ClonedResource, facts: OrderFacts): void {
  const names = rulesToAwait(service, facts);
  if (names.length === 0) return;
  const written = valueAt(service.resource, 'DependsOn');
  const added = names.map((name) => text(name, hole('logical')));
  if (!written) {
    const made = added.length === 1 && added[0] ? added[0] : list(...added);
    changes.added.set(service.resource, [['DependsOn', made]]);
  } else if (written.kind === 'seq') changes.appended.set(written, added);
  else changes.replaced.set(written, list(asMade(written, facts), ...added));
}

function rulesToAwait(service: ClonedResource, facts: OrderFacts): readonly string[] {
  const groups = new Set(
    namesIn(valueAt(valueAt(service.resource, 'Properties'), 'LoadBalancers')),
  );
  const written = dependencies(valueAt(service.resource, 'DependsOn')).map(({ name }) => name);
  if (!isIncomplete(written, facts)) return [];
  return facts.clones
    .filter(({ type, name }) => type === ruleType && !written.includes(name))
    .filter(({ resource }) => namesIn(resource).some((name) => groups.has(name)))
    .filter((rule) => !leadsTo(rule, service.name, facts.clones))
    .map(({ name }) => name);
}

function isIncomplete(written: readonly string[], { clones, typeOf }: OrderFacts) {
  if (written.length === 0) return true;
  const isCloned = (name: string) => clones.some((clone) => clone.name === name);
  const others = written.filter((name) => [ruleType, listenerType].includes(typeOf(name)));
  return others.some((name) => !isCloned(name));
}

/** Whether making `from` needs `to` first, so that the other way round would be a circle. */
function leadsTo(
  from: ClonedResource,
  to: string,
  clones: readonly ClonedResource[],
  seen: Set<string> = new Set(),
): boolean {
  if (seen.has(from.name)) return false;
  seen.add(from.name);
  const names = [
    ...namesIn(from.resource),
    ...dependencies(valueAt(from.resource, 'DependsOn')).map(({ name }) => name),
  ];
  const next = clones.filter(({ name }) => names.includes(name));
  return names.includes(to) || next.some((clone) => leadsTo(clone, to, clones, seen));
}

function namesIn(node: SyntaxNode | undefined): string[] {
  return node ? [...referencesIn(node)].map(({ name }) => name) : [];
}

function asMade(node: SyntaxNode, { clones }: OrderFacts): Made {
  const name = node.kind === 'scalar' ? node.value : '';
  return clones.some((clone) => clone.name === name) ? text(name, hole('logical')) : text(name);
}
