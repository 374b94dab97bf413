import { DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import type { Pause } from '../../pause.ts';
import type { Cloud } from '../connect/cloud.ts';
import {
  isInvalidChangeSetStatus,
  isMissing,
  isTokenUsed,
  isUnknownOutcome,
  statusInTheWay,
} from '../connect/errors.ts';
import { describeChangeSet } from './described-change-set.ts';

/** Milliseconds before each look for events: they follow the execution after a moment. */
const looks = [0, 500, 1500, 3000] as const;
/** Of a hundred events each, newest first. */
const mostPages = 3;

/** Answers of ExecuteChangeSet that a first try of ours may have brought about. */
export function isPerhapsDone(cause: unknown): boolean {
  return (
    isInvalidChangeSetStatus(cause) ||
    isMissing(cause) ||
    isTokenUsed(cause) ||
    isUnknownOutcome(cause) ||
    statusInTheWay(cause) !== undefined
  );
}

/** Whether the stack has an operation with our token: only that proves that the execution was ours. */
export async function tookEffect(
  cloud: Cloud,
  own: { readonly id: string; readonly stackId: string; readonly token: string },
  pause: Pause,
  signal: AbortSignal,
): Promise<boolean> {
  for (const delay of looks) {
    if (delay > 0) await pause(delay, signal);
    if (await hasToken(cloud, own, signal)) return true;
    if (await surelyNotExecuted(cloud, own, signal)) return false;
  }
  return false;
}

async function hasToken(
  cloud: Cloud,
  { stackId, token }: { readonly stackId: string; readonly token: string },
  signal: AbortSignal,
): Promise<boolean> {
  let next: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new DescribeStackEventsCommand({
      StackName: stackId,
      ...(next && { NextToken: next }),
    });
    const { StackEvents = [], NextToken } = await cloud.send(command, { abortSignal: signal });
    if (StackEvents.some(({ ClientRequestToken }) => ClientRequestToken === token)) return true;
    if (!NextToken) return false;
    next = NextToken;
  }
  return false;
}

/** One that is gone may have been executed. */
async function surelyNotExecuted(
  cloud: Cloud,
  { id, stackId }: { readonly id: string; readonly stackId: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const key = { changeSet: id, stack: stackId };
    const { ExecutionStatus } = await describeChangeSet(cloud, key, signal);
    return ExecutionStatus === 'OBSOLETE' || ExecutionStatus === 'UNAVAILABLE';
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw cause;
  }
}
