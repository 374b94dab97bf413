import { type Stack, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { untilUrlHealthy } from '../../health.ts';
import type { DeployResult, ObservedService, Watch } from '../../target.ts';
import {
  type ChangeSetRequest,
  executeChangeSet,
  type PreparedChangeSet,
  type ReadyChangeSet,
} from '../change-sets/change-set.ts';
import { ChangeSetReplaced } from '../change-sets/replaced.ts';
import type { Cloud } from '../connect/cloud.ts';
import { explainAws } from '../connect/errors.ts';
import type { CloudFormationContext } from '../context.ts';
import { describeStack } from '../describe-stack.ts';
import { consoleLink } from '../watching/console-link.ts';
import { type Followed, followOperation } from '../watching/follow.ts';
import { observedServices } from './observe-stacks.ts';
import type { StackGroup } from './stack-group.ts';

/** A change set with all that is needed to carry it out. */
export interface PreparedStack {
  readonly group: StackGroup;
  readonly cloud: Cloud;
  readonly request: ChangeSetRequest;
  readonly prepared: PreparedChangeSet;
  /** Address of each service: `output:Name` or a URL. */
  readonly services: Readonly<Record<string, string>>;
  readonly usualSeconds: number | undefined;
}

type Failed = Extract<DeployResult, { kind: 'failed' }>;

/** How often someone else's change may come first before that is given up. */
const replans = 5;

/**
 * Carries out the change of one stack, waits for it and for the health of its services. `prepare` makes the change
 * set where the plan made none, and anew when someone else's change came first.
 */
export async function deployStack(
  planned: PreparedStack | undefined,
  prepare: (attempt: number) => Promise<PreparedStack>,
  context: CloudFormationContext,
  watch: Watch,
): Promise<DeployResult> {
  let stack = planned;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await carryOut(stack ?? (await prepare(attempt)), context, watch);
    } catch (cause) {
      if (!(cause instanceof ChangeSetReplaced) || attempt >= replans) throw cause;
      stack = undefined;
    }
  }
}

async function carryOut(
  stack: PreparedStack,
  context: CloudFormationContext,
  watch: Watch,
): Promise<DeployResult> {
  const { prepared, cloud, group } = stack;
  if (prepared.kind === 'ready') {
    const since = context.now();
    const token = `${prepared.stackName.slice(0, 60)}-${stack.request.operation}`
      .slice(-128)
      .replace(/^-+/, '');
    const how = { token, onFailure: group.settings.onFailure };
    await executeChangeSet(cloud, prepared, how, watch.signal);
    if (!watch.wait) return { kind: 'accepted', services: expected(stack) };
    const followed = await followOperation(
      cloud,
      {
        stackId: prepared.stackId,
        token,
        since,
        touched: prepared.touched,
        doing: stack.request.kind === 'CREATE' ? 'create' : 'update',
        ...(stack.usualSeconds !== undefined && { usualSeconds: stack.usualSeconds }),
      },
      { ...context, ...watch, service: group.services[0].name },
    );
    if (!followed.ok) return failed(stack, prepared, followed);
  }
  const described = await describe(cloud, prepared.stackId);
  await protect(stack, described);
  return untilHealthy(stack, observedServices(described, stack.services), context, watch);
}

/** Change sets do not carry the protection; it is a call of its own, sent where it is not as it should be. */
async function protect(
  { cloud, group }: PreparedStack,
  { StackId, EnableTerminationProtection }: Stack,
) {
  const wanted = group.settings.terminationProtection;
  if ((EnableTerminationProtection ?? false) === wanted) return;
  await cloud
    .send(
      new UpdateTerminationProtectionCommand({
        StackName: StackId,
        EnableTerminationProtection: wanted,
      }),
    )
    .catch((cause) => {
      throw explainAws(cause, `set the termination protection of the stack ${group.stackName}`);
    });
}

/** Before the stack is there, an address that is one of its outputs is not known. */
function expected({ services }: PreparedStack): ObservedService[] {
  return Object.entries(services).map(([name, place]) => ({
    name,
    state: 'starting',
    url: place.startsWith('output:') ? '' : place,
  }));
}

async function describe(cloud: Cloud, stackId: string): Promise<Stack> {
  const stack = await describeStack(cloud, stackId).catch((cause) => {
    throw explainAws(cause, `read the stack ${stackId}`);
  });
  if (!stack) throw new Error(`CloudFormation shows nothing of the stack ${stackId}`);
  return stack;
}

function failed(
  { request, group }: PreparedStack,
  { stackId }: ReadyChangeSet,
  { failure, status, events }: Followed,
): Failed {
  const location = failure && request.locate?.(failure.stack.split('/')[0] || failure.logicalId);
  const link = consoleLink(stackId);
  const more = failure && failure.count > 1 ? ` (and ${failure.count - 1} more)` : '';
  const path = [failure?.stack, failure?.logicalId].filter(Boolean).join('/');
  return {
    kind: 'failed',
    service: group.services[0].name,
    reason: failure
      ? `${failure.type} ${path} failed: ${failure.reason}${more}`
      : `the stack ended as ${status}`,
    log: events
      .filter((event) => event.status.endsWith('_FAILED'))
      .map((event) => `${event.status} ${event.type} ${event.logicalId} ${event.reason ?? ''}`),
    stillServing: status === 'UPDATE_ROLLBACK_COMPLETE',
    hint: `Mend the template or what it deploys, and push; the events of the stack ${group.stackName} are in the log${link ? ' and in the console' : ''}.`,
    ...(location && { location }),
    ...(link && { link }),
  };
}

/** A stack that is complete may still serve nothing: its services are asked over HTTP. */
async function untilHealthy(
  { group, prepared }: PreparedStack,
  services: readonly ObservedService[],
  context: CloudFormationContext,
  watch: Watch,
): Promise<DeployResult> {
  for (const { name, probe } of group.services) {
    const { url = '' } = services.find((service) => service.name === name) ?? {};
    if (url === '') continue;
    const step = { kind: 'step', service: name, step: 'wait for health' } as const;
    watch.progress({ ...step, at: context.now(), state: 'running', detail: url });
    const health = await untilUrlHealthy(url, probe, { ...context, signal: watch.signal });
    if (!health.healthy) {
      watch.progress({ ...step, at: context.now(), state: 'failed', detail: health.detail });
      const link = consoleLink(prepared.stackId);
      return {
        kind: 'failed',
        service: name,
        reason: `the stack is complete, but ${url} is not healthy: ${health.detail}`,
        log: [],
        stillServing: false,
        hint: 'Look at the logs of the application; `preview.probe` says which path is asked, and how long.',
        ...(link && { link }),
      };
    }
    watch.progress({ ...step, at: context.now(), state: 'done' });
  }
  return { kind: 'ready', services };
}
