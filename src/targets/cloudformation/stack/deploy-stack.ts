import { type Stack, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { untilServicesHealthy } from '../../services-health.ts';
import type { DeployResult, ObservedService, Watch } from '../../target.ts';
import type { ChangeSetRequest, ReadyChangeSet } from '../change-sets/change-set.ts';
import type { ChangeSetsOfRun } from '../change-sets/change-sets-of-run.ts';
import { ChangeSetReplaced } from '../change-sets/replaced.ts';
import type { Cloud } from '../connect/cloud.ts';
import { explainAws } from '../connect/errors.ts';
import type { CloudFormationContext } from '../context.ts';
import { describeStack } from '../describe-stack.ts';
import type { StackMarks } from '../marks.ts';
import { consoleLink } from '../watching/console-link.ts';
import { type Followed, followOperation } from '../watching/follow.ts';
import { observedServices } from './observe-stacks.ts';
import type { StackGroup } from './stack-group.ts';

/** A stack, and the change set that makes it as desired where it is not. */
export interface PreparedStack {
  readonly group: StackGroup;
  readonly cloud: Cloud;
  readonly stackId: string;
  /** Address of each service: `output:Name` or a URL. */
  readonly services: StackMarks['services'];
  readonly change?: {
    readonly request: ChangeSetRequest;
    readonly changeSet: ReadyChangeSet;
    readonly usualSeconds: number | undefined;
  };
}

/** What deploying takes. */
export interface Deploying {
  readonly context: CloudFormationContext;
  readonly changeSets: ChangeSetsOfRun;
}

type Change = NonNullable<PreparedStack['change']>;
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
  deploying: Deploying,
  watch: Watch,
): Promise<DeployResult> {
  let stack = planned;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await carryOut(stack ?? (await prepare(attempt)), deploying, watch);
    } catch (cause) {
      if (!(cause instanceof ChangeSetReplaced) || attempt >= replans) throw cause;
      stack = undefined;
    }
  }
}

async function carryOut(
  stack: PreparedStack,
  deploying: Deploying,
  watch: Watch,
): Promise<DeployResult> {
  if (stack.change) {
    const followed = await execute(stack, stack.change, deploying, watch);
    if (!followed) return { kind: 'accepted', services: expected(stack) };
    if (!followed.ok) return failed(stack, stack.change.request, followed);
  }
  const described = await describe(stack.cloud, stack.stackId);
  await protect(stack, described);
  return untilHealthy(stack, observedServices(described, stack.services), deploying, watch);
}

/** `undefined` = not waited for. */
async function execute(
  { cloud, group, stackId }: PreparedStack,
  { request, changeSet, usualSeconds }: Change,
  { context, changeSets }: Deploying,
  watch: Watch,
): Promise<Followed | undefined> {
  const since = context.now();
  const token = `${changeSet.stackName.slice(0, 60)}-${request.operation}`
    .slice(-128)
    .replace(/^-+/, '');
  const how = { token, onFailure: group.settings.onFailure };
  await changeSets.execute(cloud, changeSet, how, watch.signal);
  if (!watch.wait) return undefined;
  const { touched } = changeSet;
  const doing = request.kind === 'CREATE' ? 'create' : 'update';
  return followOperation(
    cloud,
    { stackId, token, since, touched, doing, ...(usualSeconds !== undefined && { usualSeconds }) },
    { ...context, ...watch, service: group.services[0].name },
  );
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
  { group, stackId }: PreparedStack,
  request: ChangeSetRequest,
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

async function untilHealthy(
  { group, stackId }: PreparedStack,
  services: readonly ObservedService[],
  { context }: Deploying,
  watch: Watch,
): Promise<DeployResult> {
  const unhealthy = await untilServicesHealthy(services, group.services, context, watch);
  if (!unhealthy) return { kind: 'ready', services };
  const { service, url, detail } = unhealthy;
  const link = consoleLink(stackId);
  return {
    kind: 'failed',
    service,
    reason: `the stack is complete, but ${url} is not healthy: ${detail}`,
    log: [],
    stillServing: false,
    hint: 'Look at the logs of the application; `preview.probe` says which path is asked, and how long.',
    ...(link && { link }),
  };
}
