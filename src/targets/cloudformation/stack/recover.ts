import {
  type CloudFormationClient as Cloud,
  ContinueUpdateRollbackCommand,
  RollbackStackCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import type { UserError } from '../../../core/user-error.ts';
import type { PreviewKey } from '../../target.ts';
import { describeStack } from '../describe-stack.ts';
import { readStories } from '../watching/explain-failure.ts';
import { type Followed, followOperation } from '../watching/follow.ts';
import { answerFor, type DeployAnswer } from '../watching/statuses.ts';
import { attempt, followRunning, say, tokenFor } from './acting.ts';
import { type Destroying, destroyStack } from './destroy-stack.ts';
import { refuseForeign, stuckError } from './stuck.ts';

/** What kind of change set the stack takes now; `stack` as it is, absent when there is none. */
export interface Deployable {
  readonly kind: 'CREATE' | 'UPDATE';
  readonly stack?: Stack;
}

/** What was done about a stack, so that a stale look at it is not taken for a failure. */
interface Mended {
  readonly stackId: string | undefined;
  readonly status: string | undefined;
  readonly ok: boolean;
  readonly followed?: Followed;
}

/** DescribeStacks may lag behind the events for some seconds. */
const staleLooks = 20;

/**
 * Brings the stack of that name into a status that takes a change set: waits for what runs, deletes what failed to
 * be created, continues a rollback once. Never touches a stack that does not carry the marks of `owner`.
 * @throws UserError when the stack is not ours, or only a person can mend it; the signal's reason when aborted
 */
export async function ensureDeployable(
  cloud: Cloud,
  stackName: string,
  owner: PreviewKey,
  acting: Destroying,
): Promise<Deployable> {
  const tried = new Map<DeployAnswer, Mended>();
  let last: Mended | undefined;
  for (let looks = 0; ; looks += 1) {
    const stack = await attempt(`look at the stack ${stackName}`, acting, () =>
      describeStack(cloud, stackName, acting.signal),
    );
    if (stack) refuseForeign(stack, owner);
    const { deploy } = answerFor(stack?.StackStatus ?? 'DELETE_COMPLETE');
    const deployable = deployableOf(deploy, stack);
    if (deployable) return deployable;
    if (!stack) throw new Error(`nothing answers for ${deploy} without a stack`);
    const pausing = Math.min(3000, 200 * looks);
    if (looks > 0) await acting.pause(pausing, acting.signal);
    if (deploy === 'wait') await followRunning(cloud, stack, acting);
    else if (last && isStale(last, stack) && looks < staleLooks) continue;
    else if (tried.has(deploy)) throw await stuckOf(cloud, stack, tried.get(deploy), acting);
    else {
      last = await mend(cloud, deploy, stack, acting);
      tried.set(deploy, last);
    }
  }
}

function deployableOf(deploy: DeployAnswer, stack: Stack | undefined): Deployable | undefined {
  if (!stack || deploy === 'create') return { kind: 'CREATE' };
  if (deploy === 'continue-review') return { kind: 'CREATE', stack };
  return deploy === 'update' ? { kind: 'UPDATE', stack } : undefined;
}

function isStale(mended: Mended, { StackId, StackStatus }: Stack): boolean {
  return mended.ok && mended.stackId === StackId && mended.status === StackStatus;
}

async function mend(
  cloud: Cloud,
  answer: DeployAnswer,
  stack: Stack,
  acting: Destroying,
): Promise<Mended> {
  const { StackId: stackId = '', StackStatus: status, StackName: name } = stack;
  say(acting, `the stack ${name} is in ${status} (${answerFor(status).meaning}): ${words(answer)}`);
  if (answer === 'replace' || answer === 'delete-first') {
    const leftovers = await destroyStack(cloud, stack, { ...acting, wait: true });
    for (const { type, id, reason } of leftovers)
      say(acting, `left over: ${type} ${id}: ${reason}`);
    return { stackId, status, ok: !leftovers.some(({ id }) => id === stackId) };
  }
  if (answer === 'stuck') throw await stuckOf(cloud, stack, undefined, acting);
  const token = tokenFor(acting, 'rollback', stackId);
  const since = acting.now();
  await attempt(`roll the stack ${name} back`, acting, async () => {
    const input = { StackName: stackId, ClientRequestToken: token };
    const options = { abortSignal: acting.signal };
    if (answer === 'continue-rollback') {
      await cloud.send(new ContinueUpdateRollbackCommand(input), options);
    } else await cloud.send(new RollbackStackCommand(input), options);
  });
  const operation = { stackId, token, since, touched: [], doing: 'rollback' } as const;
  const followed = await followOperation(cloud, operation, acting);
  return { stackId, status, ok: followed.ok, followed };
}

function words(answer: DeployAnswer): string {
  if (answer === 'replace') return 'it is deleted and made anew';
  if (answer === 'delete-first') return 'its deletion is finished first';
  return answer === 'stuck' ? 'only a person can mend that' : 'it is rolled back first';
}

async function stuckOf(
  cloud: Cloud,
  stack: Stack,
  mended: Mended | undefined,
  { signal }: Destroying,
): Promise<UserError> {
  const { events = [] } = mended?.followed ?? {};
  const stories = events.length > 0 ? await readStories(cloud, { path: '', events }, signal) : [];
  return stuckError(stack, stories);
}
