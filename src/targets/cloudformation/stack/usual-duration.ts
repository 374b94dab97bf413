import { DescribeStackEventsCommand, type StackEvent } from '@aws-sdk/client-cloudformation';
import type { Cloud } from '../connect/cloud.ts';

const ended = /^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/;
const began = /^(?:CREATE|UPDATE|IMPORT|REVIEW)_IN_PROGRESS$/;

/**
 * How long operations of a stack usually take, in seconds: what its tag says, moved halfway to how long the last one
 * took. `undefined` where neither is known; that is no failure, only a slower guess of when to ask.
 */
export async function usualSeconds(
  cloud: Cloud,
  stackId: string,
  known: number | undefined,
): Promise<number | undefined> {
  const { StackEvents = [] } = await cloud
    .send(new DescribeStackEventsCommand({ StackName: stackId }))
    .catch(() => ({ StackEvents: [] }));
  const last = lastDuration(StackEvents);
  if (last === undefined) return known;
  return Math.max(1, Math.round(known === undefined ? last : (known + last) / 2));
}

/** Seconds that the newest operation took which reached its goal; events as AWS gives them, newest first. */
function lastDuration(events: readonly StackEvent[]): number | undefined {
  const own = events.filter(({ PhysicalResourceId, StackId }) => PhysicalResourceId === StackId);
  const end = own.findIndex(({ ResourceStatus = '' }) => ended.test(ResourceStatus));
  const start = own.slice(end + 1).find(({ ResourceStatus = '' }) => began.test(ResourceStatus));
  const from = start?.Timestamp?.getTime();
  const to = own[end]?.Timestamp?.getTime();
  return end === -1 || from === undefined || to === undefined ? undefined : (to - from) / 1000;
}
