import {
  type CloudFormationClient as Cloud,
  DeleteStackCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import type { Leftover } from '../../target.ts';
import { isMissing, isTokenUsed, statusInTheWay } from '../connect/errors.ts';
import { describeStack } from '../describe-stack.ts';
import { readStories } from '../watching/explain-failure.ts';
import { type Followed, followOperation } from '../watching/follow.ts';
import { stackType } from '../watching/stack-events.ts';
import { answerFor } from '../watching/statuses.ts';
import { type Acting, attempt, followRunning, say, tokenFor } from './acting.ts';
import { decideClearing, leftoverOf } from './obstacles.ts';

/** How a stack is destroyed. */
export interface Destroying extends Acting {
  /** Empties a bucket that cannot go because it is not empty; absent = such buckets stay and are left over. */
  readonly emptyBuckets?: (bucket: string) => Promise<void>;
  /** `false`: answer as soon as CloudFormation has taken the deletion, with the stack as what is still there. */
  readonly wait?: boolean;
}

/** What was done so far. */
interface Demolition {
  readonly stack: Stack;
  readonly stackId: string;
  deletions: number;
  readonly emptied: Set<string>;
  readonly nested: Set<string>;
  /** By logical id. */
  readonly retained: Map<string, Leftover>;
  /** Left over by nested stacks that were deleted on their own. */
  readonly ofNested: Leftover[];
}

/** How one DeleteStack ended. `taken`: accepted; or done, which the stack itself has to show. */
type Deletion =
  | { readonly kind: 'taken' | 'busy' }
  | { readonly kind: 'failed'; readonly followed: Followed }
  | { readonly kind: 'refused'; readonly reason: string };

/** What goes lets other things go, so that it may take a few; each must get further than the one before. */
const mostDeletions = 10;
/** DescribeStacks may lag behind the events for some seconds. */
const staleLooks = 20;

/**
 * Deletes the stack, waits, and verifies by its id; empty = it is gone with all that was in it. What cannot be
 * deleted is retained, so that the stack itself goes, and listed.
 * The stack must be ours: the caller has read its marks.
 * @throws the signal's reason when that is aborted; `UserError` for what the user can mend
 */
export async function destroyStack(
  cloud: Cloud,
  stack: Stack,
  destroying: Destroying,
): Promise<readonly Leftover[]> {
  const demolition: Demolition = {
    stack,
    stackId: stack.StackId ?? stack.StackName ?? '',
    deletions: 0,
    emptied: new Set(),
    nested: new Set(),
    retained: new Map(),
    ofNested: [],
  };
  return attempt(`delete the stack ${stack.StackName}`, destroying, () =>
    demolish(cloud, demolition, destroying),
  );
}

async function demolish(
  cloud: Cloud,
  demolition: Demolition,
  destroying: Destroying,
): Promise<readonly Leftover[]> {
  const { signal, pause, wait } = destroying;
  let current: Stack | undefined = demolition.stack;
  for (let looks = 0; ; looks += 1) {
    const { destroy } = answerFor(current?.StackStatus ?? 'DELETE_COMPLETE');
    if (!current || destroy === 'gone') return leftoversOf(demolition);
    if (wait === false && destroy === 'join') return [stackGoing(demolition)];
    if (looks > 0) await pause(Math.min(5000, 200 * looks), signal);
    if (destroy === 'delete') {
      const deletion = await deleteOnce(cloud, current, demolition, destroying);
      if (wait === false && deletion.kind === 'taken') return [stackGoing(demolition)];
      const reason = await obstacle(cloud, deletion, demolition, destroying);
      if (reason !== undefined) return [stackLeft(demolition, reason), ...leftoversOf(demolition)];
      current = await lookAgain(cloud, deletion, current, demolition, destroying);
    } else {
      await followRunning(cloud, current, destroying);
      current = await describeStack(cloud, demolition.stackId, signal);
    }
  }
}

/** After a deletion that went through, a look that shows the stack as it was before is stale. */
async function lookAgain(
  cloud: Cloud,
  { kind }: Deletion,
  before: Stack,
  { stackId }: Demolition,
  { signal, pause }: Destroying,
): Promise<Stack | undefined> {
  for (let looks = 1; ; looks += 1) {
    const now = await describeStack(cloud, stackId, signal);
    const stale = kind === 'taken' && now?.StackStatus === before.StackStatus;
    if (!stale || looks >= staleLooks) return now;
    await pause(Math.min(3000, 200 * looks), signal);
  }
}

/** Why the stack cannot go; `undefined` when it may be tried again, or is gone. */
async function obstacle(
  cloud: Cloud,
  deletion: Deletion,
  demolition: Demolition,
  destroying: Destroying,
): Promise<string | undefined> {
  if (deletion.kind === 'refused') return deletion.reason;
  if (deletion.kind !== 'failed') return undefined;
  return clear(cloud, deletion.followed, demolition, destroying);
}

async function deleteOnce(
  cloud: Cloud,
  stack: Stack,
  demolition: Demolition,
  destroying: Destroying,
): Promise<Deletion> {
  const { stackId, retained } = demolition;
  const { signal, now, wait } = destroying;
  demolition.deletions += 1;
  if (stack.EnableTerminationProtection) await liftProtection(cloud, stackId, destroying);
  const token = tokenFor(destroying, `delete-${demolition.deletions}`, stackId);
  const since = now();
  const command = new DeleteStackCommand({
    StackName: stackId,
    ClientRequestToken: token,
    // Only a stack whose deletion failed takes them, and something is retained only after that.
    ...(retained.size > 0 && { RetainResources: [...retained.keys()] }),
  });
  try {
    await cloud.send(command, { abortSignal: signal });
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal) return refusal;
    // A lost answer: the deletion of this token is under way.
    if (!isTokenUsed(cause)) throw cause;
  }
  if (wait === false) return { kind: 'taken' };
  const operation = { stackId, token, since, touched: [], doing: 'delete' } as const;
  const followed = await followOperation(cloud, operation, destroying);
  return followed.ok ? { kind: 'taken' } : { kind: 'failed', followed };
}

/** `undefined` for what only the caller can judge. */
function refusalOf(cause: unknown): Deletion | undefined {
  if (isMissing(cause)) return { kind: 'taken' };
  if (statusInTheWay(cause)) return { kind: 'busy' };
  const words = cause instanceof Error ? cause.message : '';
  // Exports that other stacks import, and protection by a stack around this one.
  const inUse = /\b(?:in use by|imported by|TerminationProtection)\b/i.test(words);
  return inUse ? { kind: 'refused', reason: words } : undefined;
}

/** Ours to lift: it guards against people, and the preview is to go. */
async function liftProtection(cloud: Cloud, stackId: string, acting: Acting): Promise<void> {
  const command = new UpdateTerminationProtectionCommand({
    StackName: stackId,
    EnableTerminationProtection: false,
  });
  await attempt('lift the termination protection of the stack', acting, () =>
    cloud.send(command, { abortSignal: acting.signal }),
  );
}

/** Does what the failed deletion asks for; answers why the stack cannot go when nothing is left to do. */
async function clear(
  cloud: Cloud,
  { events }: Followed,
  demolition: Demolition,
  destroying: Destroying,
): Promise<string | undefined> {
  const stories = await readStories(cloud, { path: '', events }, destroying.signal);
  const { emptied, nested, retained } = demolition;
  const cleared = { emptied, nested, retained: new Set(retained.keys()) };
  const { emptyBuckets } = destroying;
  const clearing = decideClearing(stories, cleared, emptyBuckets !== undefined);
  if (clearing.kind === 'give-up') return clearing.reason;
  if (demolition.deletions >= mostDeletions) return `it was tried ${mostDeletions} times`;
  if (clearing.kind === 'empty') {
    for (const bucket of clearing.buckets) {
      say(destroying, `emptying the bucket ${bucket}`);
      await emptyBuckets?.(bucket);
      emptied.add(bucket);
    }
  } else if (clearing.kind === 'nested') {
    for (const stackId of clearing.stacks) {
      nested.add(stackId);
      const stack = await describeStack(cloud, stackId, destroying.signal);
      if (stack) demolition.ofNested.push(...(await destroyStack(cloud, stack, destroying)));
    }
  } else {
    for (const event of clearing.resources) retained.set(event.logicalId, leftoverOf(event));
  }
  return undefined;
}

function leftoversOf({ retained, ofNested }: Demolition): Leftover[] {
  return [...retained.values(), ...ofNested];
}

function stackGoing({ stackId }: Demolition): Leftover {
  const reason = 'CloudFormation is deleting it, and nobody waits';
  return { type: stackType, id: stackId, reason, removing: true };
}

function stackLeft({ stackId }: Demolition, reason: string): Leftover {
  return { type: stackType, id: stackId, reason };
}
