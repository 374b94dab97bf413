import { nearest } from '../../../../core/nearest.ts';
import type { Problem } from '../../../../core/user-error.ts';
import type { CloneRules } from '../shared-state.ts';
import type { PairNode, SyntaxNode } from '../syntax/syntax-tree.ts';
import { entriesOf, type TemplateTree } from '../syntax/template-tree.ts';
import { aliased, plainText, valueAt, withoutAliases } from '../syntax/tree-lookup.ts';
import { dependencies, referencesIn } from './references.ts';
import { unwantedParts } from './unwanted.ts';

/** A resource to clone. Aliases in it are copies, so that each place can change on its own. */
export interface ClonedResource {
  readonly name: string;
  readonly type: string;
  readonly pair: PairNode;
  readonly resource: SyntaxNode;
}

/**
 * Types of which a preview has its own when a cloned resource refers to one. Clusters, roles, log groups, security
 * groups and certificates are shared, unless the configuration names them.
 */
const ownTypes: ReadonlySet<string> = new Set([
  'AWS::ECS::Service',
  'AWS::ECS::TaskDefinition',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::Route53::RecordSet',
]);

/** The type of a resource; empty when it has none. */
export function typeOf(resource: SyntaxNode): string {
  return plainText(valueAt(aliased(resource), 'Type'))?.value ?? '';
}

/**
 * The configured resources of a service, and what they refer to among the types that previews have of their own, in
 * the order of the template. Stops at what another service has configured as its own.
 */
export function resourcesToClone(
  tree: TemplateTree,
  { settings, service }: CloneRules,
  others: ReadonlySet<string>,
): { readonly resources: readonly ClonedResource[]; readonly problems: readonly Problem[] } {
  const entries = entriesOf(tree, 'Resources');
  const problems = settings.resources
    .filter((name) => !entries.has(name))
    .map((name) => unknownResource(tree, service, name, [...entries.keys()]));
  const found = new Map<string, ClonedResource>();
  const queue = settings.resources.filter((name) => entries.has(name));
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const pair = entries.get(name);
    if (!pair || found.has(name)) continue;
    const resource = cloned(name, pair);
    found.set(name, resource);
    queue.push(...referredTo(resource, entries).filter((other) => !others.has(other)));
  }
  const resources = [...entries.keys()].flatMap((name) => found.get(name) ?? []);
  return { resources, problems };
}

function cloned(name: string, pair: PairNode): ClonedResource {
  const resource = withoutAliases(pair.value);
  return { name, type: typeOf(resource), pair: { ...pair, value: resource }, resource };
}

function referredTo(
  { resource, type }: ClonedResource,
  entries: ReadonlyMap<string, PairNode>,
): string[] {
  const unwanted = unwantedParts(type, resource);
  const references = [
    ...dependencies(valueAt(resource, 'DependsOn')),
    ...referencesIn(resource, (node) => unwanted.has(node)),
  ];
  return references
    .map(({ name }) => name)
    .filter(
      (name) => ownTypes.has(typeOf(entries.get(name)?.value ?? resource)) && entries.has(name),
    );
}

function unknownResource(
  tree: TemplateTree,
  service: string,
  name: string,
  known: readonly string[],
): Problem {
  const near = nearest(name, known);
  return {
    message: `the shared template has no resource ${name}, which ${service} is to clone${near ? `; it has ${near}` : ''}`,
    hint: `Name resources of ${tree.file} in \`preview: { cloudformation: { expand: { resources: [${near ?? '…'}] } } }\`.`,
    location: tree.at({ start: 0 }),
  };
}
