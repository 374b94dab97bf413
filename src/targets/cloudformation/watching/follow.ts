import {
  type CloudFormationClient as Cloud,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { type Instant, instant } from '../../../core/time.ts';
import type { Pause } from '../../pause.ts';
import type { ProgressEvent } from '../../target.ts';
import { explainAws, isMissing } from '../connect/errors.ts';
import { explainFailure } from './explain-failure.ts';
import { isGoal, type OperationProgress, progressOf } from './operation-progress.ts';
import { gapAfter, jitterOf } from './pacing.ts';
import type { Failure } from './root-cause.ts';
import { eventLine, inOrder, readEvents, type StackHappening } from './stack-events.ts';
import type { Running } from './statuses.ts';
import { openSteps, type Steps } from './steps.ts';

/** How something at CloudFormation is watched. */
export interface Watching {
  progress(event: ProgressEvent): void;
  /** When it is aborted, its reason is thrown. */
  readonly signal: AbortSignal;
  now(): Instant;
  readonly pause: Pause;
  /** The service that progress is shown for. */
  readonly service: string;
}

/** Which operation of a stack. */
export interface Operation {
  readonly stackId: string;
  /** Client request token it was started with; absent = whatever runs in the stack, started by anyone. */
  readonly token?: string;
  /**
   * When it began, for the pace and for how long things take. Where there is no token, events before this (by
   * AWS's clock) are not part of it.
   */
  readonly since: Instant;
  /** Logical ids of the resources it will touch, for "3 of 7"; empty = not known. */
  readonly touched: readonly string[];
  /** How long an operation of this stack usually takes. */
  readonly usualSeconds?: number;
  readonly doing: Running;
}

/** How an operation ended. */
export interface Followed {
  readonly status: StackStatus;
  /** Whether the operation reached what it was started for. */
  readonly ok: boolean;
  readonly failure?: Failure;
  /** All events of the operation in the stack itself, oldest first. */
  readonly events: readonly StackHappening[];
  /** How long it took by AWS's clock, for the next `usualSeconds`. */
  readonly seconds: number;
}

/** What was seen of an operation up to now. */
interface Sight {
  /** Ids of all events that were read, those of other operations included. */
  readonly seen: Set<string>;
  /** Of this operation, oldest first. */
  events: StackHappening[];
  /** When the phase began (the operation, or its rollback). */
  phaseSince: Instant;
  rollingBack: boolean;
  pending?: boolean;
  /** When all touched resources were first seen done. */
  doneSince?: Instant;
}

/** So often nothing of a deletion may be seen before the stack itself is looked at. */
const unseenDeletion = 3;

/**
 * Follows one operation of a stack to its end. Its events alone tell the end (never a DescribeStacks, which may be
 * stale, and never the end of another operation), and nothing sleeps after they did.
 * @throws the signal's reason when that is aborted
 */
export async function followOperation(
  cloud: Cloud,
  operation: Operation,
  watching: Watching,
): Promise<Followed> {
  const { signal } = watching;
  try {
    return await follow(cloud, operation, watching);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw explainAws(cause, `follow what happens in the stack ${operation.stackId}`);
  }
}

async function follow(cloud: Cloud, operation: Operation, watching: Watching): Promise<Followed> {
  const { now, signal } = watching;
  const begun = now();
  const sight: Sight = { seen: new Set(), events: [], phaseSince: begun, rollingBack: false };
  const steps = openSteps(operation, watching);
  steps.begin();
  for (let question = 0, asked = begun; ; question += 1) {
    const due = asked + gapOf(operation, sight, question, asked);
    if (due > now()) await watching.pause(due - now(), signal);
    asked = now();
    const gone = await look(cloud, operation, sight, question, watching);
    const awsNow = instant((sight.events[0]?.at ?? begun) + (asked - begun));
    const progress = progressOf(sight.events, operation, awsNow);
    note(sight, progress, asked);
    const end = gone ? 'DELETE_COMPLETE' : progress.end;
    if (end) return finish(cloud, operation, sight, end, steps, signal);
    steps.show(progress, sight.events);
  }
}

/** The gap is counted from the last question, so that slow answers do not add up. */
function gapOf(operation: Operation, sight: Sight, question: number, asked: Instant): number {
  const { usualSeconds, token, stackId } = operation;
  if (question === 0 && token === undefined) return 0;
  const usual = sight.rollingBack ? undefined : usualSeconds;
  return gapAfter({
    elapsed: asked - sight.phaseSince,
    pending: sight.pending ?? false,
    jitter: jitterOf(token ?? stackId, question),
    ...(usual !== undefined && { usual: usual * 1000 }),
    ...(sight.doneSince !== undefined && { doneFor: asked - sight.doneSince }),
  });
}

/** Reads and shows what is new; `true` when the stack does not exist any more. */
async function look(
  cloud: Cloud,
  operation: Operation,
  sight: Sight,
  question: number,
  { progress, service, signal }: Watching,
): Promise<boolean> {
  const { stackId, doing } = operation;
  try {
    const first = sight.seen.size === 0;
    const isOld = (event: StackHappening) => first && !isPart(event, operation, sight.events);
    const read = await readEvents(cloud, stackId, { seen: sight.seen, isOld }, signal);
    for (const { id } of read) sight.seen.add(id);
    const fresh = read.filter((event) => isPart(event, operation, [...sight.events, ...read]));
    for (const event of fresh)
      progress({ kind: 'log', at: event.at, service, line: eventLine(event) });
    sight.events = inOrder([...sight.events, ...fresh]);
    const unseen = doing === 'delete' && sight.events.length === 0;
    return unseen && question >= unseenDeletion ? await isGone(cloud, stackId, signal) : false;
  } catch (cause) {
    if (isMissing(cause)) return true;
    throw cause;
  }
}

/** By token; events without one that share the operation id of one that has it; by time where there is no token. */
function isPart(
  event: StackHappening,
  { token, since }: Operation,
  others: readonly StackHappening[],
): boolean {
  if (token === undefined) return event.at >= since;
  if (event.token !== undefined || event.operationId === undefined) return event.token === token;
  return others.some((other) => other.token === token && other.operationId === event.operationId);
}

/** A deletion of an empty stack leaves no events that could be waited for. By id, `DELETE_COMPLETE` is final. */
async function isGone(cloud: Cloud, stackId: string, signal: AbortSignal): Promise<boolean> {
  const command = new DescribeStacksCommand({ StackName: stackId });
  const { Stacks: [stack] = [] } = await cloud.send(command, { abortSignal: signal });
  return !stack || stack.StackStatus === 'DELETE_COMPLETE';
}

function note(sight: Sight, progress: OperationProgress, asked: Instant): void {
  if (progress.rollingBack && !sight.rollingBack) sight.phaseSince = asked;
  sight.rollingBack = progress.rollingBack;
  sight.pending = progress.pending;
  if (progress.allDone) sight.doneSince ??= asked;
  else delete sight.doneSince;
}

async function finish(
  cloud: Cloud,
  operation: Operation,
  { events }: Sight,
  status: StackStatus,
  steps: Steps,
  signal: AbortSignal,
): Promise<Followed> {
  const ok = isGoal(operation.doing, status);
  const failure = ok ? undefined : await explainFailure(cloud, operation.stackId, events, signal);
  steps.end(status, ok, failure);
  const seconds = ((events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0)) / 1000;
  return { status, ok, ...(failure && { failure }), events, seconds };
}
