import {
  type CloudFormationClient as Cloud,
  DescribeStackEventsCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { type Instant, instant } from '../../../core/time.ts';

/** One event of a stack: what happened to one of its resources, or to the stack itself. */
export interface StackHappening {
  readonly id: string;
  /** AWS's own time. */
  readonly at: Instant;
  readonly stackId: string;
  readonly logicalId: string;
  /** `''` until CloudFormation knows it. */
  readonly physicalId: string;
  readonly type: string;
  /** A status of resources, or of stacks where `ofStack`. */
  readonly status: string;
  readonly reason?: string;
  readonly token?: string;
  readonly operationId?: string;
  /** Of the stack as a whole, not of one of its resources. */
  readonly ofStack: boolean;
}

/** The type of a stack, nested ones included. */
export const stackType = 'AWS::CloudFormation::Stack';

/** Which events to read. */
export interface EventReading {
  /** Ids of events that were read before: older pages hold nothing new. */
  readonly seen: ReadonlySet<string>;
  /** Whether an event is too old to be of interest: neither is anything on older pages. */
  isOld(event: StackHappening): boolean;
}

/** Events that were not read before, oldest first: one request, and further ones only where a page is all new. */
export async function readEvents(
  cloud: Cloud,
  stackId: string,
  { seen, isOld }: EventReading,
  signal: AbortSignal,
): Promise<StackHappening[]> {
  const fresh: StackHappening[] = [];
  let nextToken: string | undefined;
  do {
    const page = await cloud.send(
      new DescribeStackEventsCommand({
        StackName: stackId,
        ...(nextToken && { NextToken: nextToken }),
      }),
      { abortSignal: signal },
    );
    const events = (page.StackEvents ?? []).map(toHappening);
    fresh.push(...events.filter(({ id }) => !seen.has(id)));
    nextToken = events.some((event) => seen.has(event.id) || isOld(event))
      ? undefined
      : page.NextToken;
  } while (nextToken);
  return inOrder(fresh.reverse());
}

/** By time; events of the same millisecond keep their order. */
export function inOrder(events: readonly StackHappening[]): StackHappening[] {
  return [...events].sort((one, other) => one.at - other.at);
}

function toHappening(event: StackEvent): StackHappening {
  const stackId = event.StackId ?? '';
  const physicalId = event.PhysicalResourceId ?? '';
  const reason = event.ResourceStatusReason || event.HookStatusReason;
  return {
    id: event.EventId ?? '',
    at: instant(event.Timestamp?.getTime() ?? 0),
    stackId,
    logicalId: event.LogicalResourceId ?? '',
    physicalId,
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    ...(reason && { reason }),
    ...(event.ClientRequestToken && { token: event.ClientRequestToken }),
    ...(event.OperationId && { operationId: event.OperationId }),
    ofStack: event.ResourceType === stackType && physicalId === stackId,
  };
}

/** Everything that could start a new line or steer a terminal, as a space: reasons quote what others wrote. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** `12:34:56 CREATE_FAILED AWS::ECS::Service Service reason`, in UTC, on one line. */
export function eventLine(event: StackHappening): string {
  const time = new Date(event.at).toISOString().slice(11, 19);
  const parts = [time, event.status, event.type, event.logicalId, event.reason ?? ''];
  return parts.join(' ').replaceAll(controls, ' ').trim();
}
