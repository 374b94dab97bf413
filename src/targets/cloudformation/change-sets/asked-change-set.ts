import {
  CreateChangeSetCommand,
  type DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Cloud } from '../connect/cloud.ts';
import {
  isAlreadyExists,
  isMissing,
  isNoChange,
  isTokenUsed,
  isUnknownOutcome,
  statusInTheWay,
} from '../connect/errors.ts';
import type { ChangeSetRequest, Waiting } from './change-set.ts';
import { changeSetInput, changeSetName } from './change-set-input.ts';
import { type ChangeSetKey, describeChangeSet } from './described-change-set.ts';
import { ChangeSetReplaced } from './replaced.ts';

/** Milliseconds before each look at a change set that is being made: AWS takes about three seconds, more for large ones. */
const looks = [300, 1500, 1400, 1200, 1400, 1600, 2000, 2500, 3000, 3000] as const;
const laterLooks = 5_000;
/** A change set may be unknown to the next read for a moment. */
const settledAfter = 5_000;
const mostTurns = 5;

/**
 * Asks for a change set until there is one of this request, made now or by an earlier try whose answer was lost;
 * `no-change` where that is the answer at once.
 */
export async function askForChangeSet(
  cloud: Cloud,
  request: ChangeSetRequest,
  waiting: Waiting,
): Promise<ChangeSetKey | 'no-change'> {
  const { signal } = waiting;
  for (let turn = 1; turn <= mostTurns; turn += 1) {
    const name = changeSetName(request, turn);
    const own = { changeSet: name, stack: request.stackName };
    const command = new CreateChangeSetCommand(changeSetInput(request, name));
    try {
      const { Id, StackId } = await cloud.send(command, { abortSignal: signal });
      return { changeSet: Id ?? name, stack: StackId ?? request.stackName };
    } catch (cause) {
      signal.throwIfAborted();
      if (isNoChangeAnswer(cause)) return 'no-change';
      const found = mayBeOurs(cause) ? await lookFor(cloud, own, waiting) : undefined;
      if (found && !isSpent(found))
        return { changeSet: found.ChangeSetId ?? name, stack: found.StackId ?? own.stack };
      if (!found) throw overtaken(cause, request) ?? cause;
    }
  }
  throw new ChangeSetReplaced(
    `change sets of this run for stack ${request.stackName} are used up each time`,
  );
}

function isNoChangeAnswer(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'ValidationError' && isNoChange(cause.message);
}

function mayBeOurs(cause: unknown): boolean {
  return isAlreadyExists(cause) || isTokenUsed(cause) || isUnknownOutcome(cause);
}

/** The stack has become another one since it was looked at. */
function overtaken(
  cause: unknown,
  { stackName, kind }: ChangeSetRequest,
): ChangeSetReplaced | undefined {
  const status = statusInTheWay(cause);
  if (status) return new ChangeSetReplaced(`stack ${stackName} is in ${status}`, { cause });
  if (kind === 'UPDATE' && isMissing(cause)) {
    return new ChangeSetReplaced(`stack ${stackName} does not exist any more`, { cause });
  }
  if (kind === 'UPDATE' || !isAlreadyExists(cause)) return undefined;
  return new ChangeSetReplaced(`stack ${stackName} exists by now`, { cause });
}

/** Our own change set, where an earlier try made it; `undefined` when it stays unknown. */
async function lookFor(
  cloud: Cloud,
  own: ChangeSetKey,
  { pause, signal }: Waiting,
): Promise<DescribeChangeSetCommandOutput | undefined> {
  for (const delay of [0, 500, 1000]) {
    if (delay > 0) await pause(delay, signal);
    try {
      return await describeChangeSet(cloud, own, signal);
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
    }
  }
  return undefined;
}

function isSpent({ Status, ExecutionStatus }: DescribeChangeSetCommandOutput): boolean {
  return Status?.startsWith('DELETE_') || /^(?:OBSOLETE|EXECUTE_)/.test(ExecutionStatus ?? '');
}

/** Waits until the change set is made or has failed. */
export async function untilDecided(
  cloud: Cloud,
  asked: ChangeSetKey,
  { now, pause, signal }: Waiting,
): Promise<DescribeChangeSetCommandOutput> {
  const begun = now();
  for (let look = 0; ; look += 1) {
    await pause(looks[look] ?? laterLooks, signal);
    try {
      const described = await describeChangeSet(cloud, asked, signal);
      if (isSpent(described))
        throw new ChangeSetReplaced(`the change set was overtaken in stack ${asked.stack}`);
      if (!/_(?:PENDING|IN_PROGRESS)$/.test(described.Status ?? '')) return described;
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      if (now() - begun < settledAfter) continue;
      throw new ChangeSetReplaced(`the change set in stack ${asked.stack} is gone`, { cause });
    }
  }
}
