import {
  type CloudFormationClient as Cloud,
  DescribeEventsCommand,
  type OperationEvent,
} from '@aws-sdk/client-cloudformation';
import {
  type FailedNested,
  type Failure,
  failedNested,
  firstFailure,
  type StackStory,
} from './root-cause.ts';
import { readEvents, type StackHappening, stackType } from './stack-events.ts';

/** Nested stacks that are read for the cause, at most: what fails first is among the first. */
const mostStories = 12;
/** Only a better wording is at stake: nobody waits longer for it. */
const patience = 5000;

/** The first failed resource of an operation: nested stacks are read, and what validation says is asked for. */
export async function explainFailure(
  cloud: Cloud,
  stackId: string,
  events: readonly StackHappening[],
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const stories = await readStories(cloud, { path: '', events }, signal);
  const failure = firstFailure(stories);
  if (failure && !isSecondHand(failure)) return failure;
  const operationId = events.find((event) => event.operationId)?.operationId;
  return (await readVerdict(cloud, stackId, operationId, signal)) ?? failure;
}

/** All stacks that took part in the failure, each with its events of the operation. */
export async function readStories(
  cloud: Cloud,
  root: StackStory,
  signal: AbortSignal,
): Promise<StackStory[]> {
  const stories = [root];
  for (const story of stories) {
    for (const nested of failedNested(story)) {
      if (stories.length >= mostStories) return stories;
      const events = await readNested(cloud, nested, signal);
      if (events.length > 0) stories.push({ path: nested.path, events });
    }
  }
  return stories;
}

/** Nothing when it cannot be read: the words of the stack around it are still there. */
async function readNested(
  cloud: Cloud,
  { stackId, from }: FailedNested,
  signal: AbortSignal,
): Promise<StackHappening[]> {
  const isOld = ({ at }: StackHappening) => at < from;
  try {
    const events = await readEvents(cloud, stackId, { seen: new Set(), isOld }, signal);
    return events.filter((event) => !isOld(event));
  } catch (cause) {
    if (signal.aborted) throw cause;
    return [];
  }
}

function isSecondHand({ type, reason, count }: Failure): boolean {
  return count === 0 || type === stackType || /DescribeEvents|validation failed/i.test(reason);
}

/**
 * What validation, provisioning or a hook refused, which only DescribeEvents tells. It is asked once: older policies do
 * not allow it, and emulators do not have it.
 */
async function readVerdict(
  cloud: Cloud,
  stackId: string,
  operationId: string | undefined,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const command = new DescribeEventsCommand({
    ...(operationId ? { OperationId: operationId } : { StackName: stackId }),
    Filters: { FailedEvents: true },
  });
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  try {
    const { OperationEvents = [] } = await cloud.send(command, { abortSignal });
    return toFailure(OperationEvents);
  } catch (cause) {
    if (signal.aborted) throw cause;
    return undefined;
  }
}

/** Without an operation id the answer may hold verdicts on earlier operations: only the last one's count. */
function toFailure(events: readonly OperationEvent[]): Failure | undefined {
  const verdicts = events.filter(
    (event) => wordsOf(event) && /_ERROR$/.test(event.EventType ?? ''),
  );
  const latest = verdicts.toSorted(byTime).at(-1)?.OperationId;
  const own = verdicts.filter(({ OperationId }) => OperationId === latest).toSorted(byTime);
  const [first] = own;
  if (!first) return undefined;
  const inPath = /^\/?Resources\/([^/]+)/.exec(first.ValidationPath ?? '')?.[1];
  return {
    logicalId: first.LogicalResourceId ?? inPath ?? '',
    type: first.ResourceType ?? '',
    reason: [wordsOf(first), first.ValidationPath && `(${first.ValidationPath})`]
      .filter(Boolean)
      .join(' '),
    stack: '',
    count: own.length,
  };
}

function wordsOf(event: OperationEvent): string | undefined {
  return event.ValidationStatusReason || event.HookStatusReason || event.ResourceStatusReason;
}

function byTime(one: OperationEvent, other: OperationEvent): number {
  return (one.Timestamp?.getTime() ?? 0) - (other.Timestamp?.getTime() ?? 0);
}
