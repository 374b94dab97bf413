import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { UserError } from '../../../core/user-error.ts';
import { explainAws } from '../connect/errors.ts';
import { sending } from '../connect/sending.ts';
import type { ListenerRule } from './nearby.ts';

/** All rules with a priority, lowest first. */
export async function listenerRules(
  balancing: ElasticLoadBalancingV2Client,
  listenerArn: string,
  signal: AbortSignal | undefined,
): Promise<ListenerRule[]> {
  const rules = await allPages(listenerArn, async (marker) => {
    const request = new DescribeRulesCommand({ ListenerArn: listenerArn, ...marker });
    const { Rules = [], NextMarker } = await balancing.send(request, sending(signal));
    return { items: Rules, next: NextMarker };
  });
  return rules
    .filter(({ IsDefault }) => !IsDefault)
    .map(({ Priority, RuleArn = '' }) => ({ priority: Number(Priority), arn: RuleArn }))
    .filter(({ priority }) => Number.isInteger(priority))
    .sort((a, b) => a.priority - b.priority);
}

/** Target groups that the listener's load balancer uses. */
export async function targetGroupCount(
  balancing: ElasticLoadBalancingV2Client,
  listenerArn: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const LoadBalancerArn = loadBalancerOf(listenerArn);
  const groups = await allPages(listenerArn, async (marker) => {
    const request = new DescribeTargetGroupsCommand({ LoadBalancerArn, ...marker });
    const { TargetGroups = [], NextMarker } = await balancing.send(request, sending(signal));
    return { items: TargetGroups, next: NextMarker };
  });
  return groups.length;
}

/** `…:listener/app/NAME/LB/LISTENER` → `…:loadbalancer/app/NAME/LB`. Source: resource ARNs of Elastic Load Balancing. */
function loadBalancerOf(listenerArn: string): string {
  return listenerArn.replace(/:listener\/((?:app|net|gwy)\/[^/]+\/[^/]+)\/.*$/, ':loadbalancer/$1');
}

async function allPages<Item>(
  listenerArn: string,
  ask: (marker: {
    readonly Marker?: string;
  }) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  try {
    let marker: string | undefined;
    do {
      const page = await ask(marker === undefined ? {} : { Marker: marker });
      items.push(...page.items);
      marker = page.next;
    } while (marker);
    return items;
  } catch (cause) {
    throw explain(cause, listenerArn);
  }
}

function explain(cause: unknown, listenerArn: string): unknown {
  const name = cause instanceof Error ? cause.name : '';
  if (!/^(?:Listener|LoadBalancer)NotFound(?:Exception)?$/.test(name))
    return explainAws(cause, `read the rules of the listener ${listenerArn}`);
  return new UserError(
    `there is no listener ${listenerArn}`,
    'Correct the ListenerArn of the listener rule in the template, or the region.',
    { cause },
  );
}
