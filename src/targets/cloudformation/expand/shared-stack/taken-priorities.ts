import type { Stack } from '@aws-sdk/client-cloudformation';
import type { SharedState, SharedTemplate } from '../shared-state.ts';
import type { Snapshot, Workshop } from './snapshot.ts';

const ruleType = 'AWS::ElasticLoadBalancingV2::ListenerRule';

/** `…:listener-rule/app/<name>/<balancer>/<listener>/<rule>` → `…:listener/app/<name>/<balancer>/<listener>`. */
export function listenerOf(ruleArn: string): string | undefined {
  const [, before, name] =
    /^(arn:[^:]+:elasticloadbalancing:[^:]*:\d*:)listener-rule\/(.+)\/[^/]+$/.exec(ruleArn) ?? [];
  return before && name ? `${before}listener/${name}` : undefined;
}

/**
 * Priorities that the listener has given to others: neither to previews that the template remembers nor to rules
 * that the template numbers itself. Empty where the listener is not known yet. Throws a `UserError` without the right
 * to ask: a number that is taken would fail the update for everybody.
 */
export async function takenPriorities(
  { engine }: Workshop,
  { cloud }: Snapshot,
  stack: Stack | undefined,
  { template, deployed }: { readonly template: SharedTemplate; readonly deployed: SharedState },
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (!stack?.StackId || template.rules.length === 0) return [];
  const resources = await engine.listResources(cloud, stack.StackId, signal);
  const cloned = new Set(template.rules.map(({ logicalId }) => logicalId));
  const listeners = resources
    .filter(({ ResourceType, LogicalResourceId = '' }) => {
      return ResourceType === ruleType && cloned.has(LogicalResourceId);
    })
    .flatMap(({ PhysicalResourceId = '' }) => listenerOf(PhysicalResourceId) ?? []);
  const own = new Set(deployed.previews.flatMap(({ priorities }) => priorities));
  const taken: number[] = [];
  for (const listener of new Set(listeners)) {
    const rules = await (await engine.nearby(cloud)).listenerRules(listener, signal);
    taken.push(...rules.map(({ priority }) => priority).filter((number) => !own.has(number)));
  }
  return [...new Set(taken)].sort((a, b) => a - b);
}
