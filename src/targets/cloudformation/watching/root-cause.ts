import { type StackHappening, stackType } from './stack-events.ts';

/** The first resource that failed of itself. */
export interface Failure {
  readonly logicalId: string;
  readonly type: string;
  /** The provider's own message. */
  readonly reason: string;
  /** Logical ids of the nested stacks on the way to it, `Parent/Child`; `''` = in the stack itself. */
  readonly stack: string;
  /** How many resources failed of themselves. */
  readonly count: number;
}

/** Events of one stack, and where it stands among the nested ones. */
export interface StackStory {
  /** `Parent/Child`; `''` = the stack itself. */
  readonly path: string;
  /** Of one operation, oldest first. */
  readonly events: readonly StackHappening[];
}

/** A nested stack that failed, whose own events tell why. */
export interface FailedNested {
  readonly path: string;
  readonly stackId: string;
  /** Begin of its part in the operation. */
  readonly from: number;
}

const cancelled = /^resource \w+ cancell?ed\b/i;

/** Nested stacks that failed in this story, to be read next. Those only cancelled have nothing to tell. */
export function failedNested({ path, events }: StackStory): FailedNested[] {
  const failed = events.filter((event) => isOwnFailure(event) && isNested(event));
  return failed.flatMap((event) => {
    const stackId = nestedId(event, events);
    if (!stackId) return [];
    const first = events.find(({ logicalId }) => logicalId === event.logicalId) ?? event;
    return [{ path: join(path, event.logicalId), stackId, from: first.at }];
  });
}

/**
 * What failed first, over a stack and its nested ones: not what was only cancelled because of it, not the nested
 * stack around it unless nothing within is known, and the stack's own words when no resource failed.
 */
export function firstFailure(stories: readonly StackStory[]): Failure | undefined {
  const told = new Set(stories.map(({ path }) => path));
  const failures = stories
    .flatMap(({ path, events }) =>
      events.filter(isOwnFailure).map((event) => ({ path, event, events })),
    )
    .sort((one, other) => one.event.at - other.event.at);
  const own = failures.filter(
    ({ path, event }) => !(isNested(event) && told.has(join(path, event.logicalId))),
  );
  const [first] = own.length > 0 ? own : failures;
  if (!first) return ofWholeStack(stories);
  const { logicalId, type } = first.event;
  const count = new Set(own.map(({ path, event }) => join(path, event.logicalId))).size;
  return { logicalId, type, reason: fullReason(first), stack: first.path, count };
}

/** Resources whose last word is that they failed, by logical id: what stands in the way of a rollback or deletion. */
export function failedResources(events: readonly StackHappening[]): StackHappening[] {
  const last = new Map<string, StackHappening>();
  for (const event of events) if (!event.ofStack) last.set(event.logicalId, event);
  return [...last.values()].filter(({ status }) => status.endsWith('_FAILED'));
}

/** It did not fail: it was not gone on with because something else failed. */
export function isCancelled({ reason = '' }: StackHappening): boolean {
  return cancelled.test(reason);
}

function isOwnFailure(event: StackHappening): boolean {
  return !event.ofStack && event.status.endsWith('_FAILED') && !isCancelled(event);
}

function isNested({ type, ofStack }: StackHappening): boolean {
  return type === stackType && !ofStack;
}

/** Its physical id, of this or an earlier event, or the one that the reason names. */
function nestedId(event: StackHappening, events: readonly StackHappening[]): string | undefined {
  const ids = [event, ...events.filter(({ logicalId }) => logicalId === event.logicalId)];
  const named = /arn:aws[a-z-]*:cloudformation:\S+:stack\/[\w-]+\/[\w-]+/.exec(event.reason ?? '');
  return ids.find(({ physicalId }) => physicalId.startsWith('arn:'))?.physicalId ?? named?.[0];
}

/** A hook's refusal is told by an event of its own, before the failure that only names the hook. */
function fullReason(found: { event: StackHappening; events: readonly StackHappening[] }): string {
  const { reason, logicalId } = found.event;
  if (!reason) return 'CloudFormation gives no reason';
  if (!/^the following hook\(s\) failed/i.test(reason)) return reason;
  const words = found.events.find(
    (event) => event.logicalId === logicalId && event.reason && isHookWord(event.status),
  );
  return words?.reason ? `${reason}: ${words.reason}` : reason;
}

function isHookWord(status: string): boolean {
  return status.endsWith('_IN_PROGRESS');
}

function ofWholeStack(stories: readonly StackStory[]): Failure | undefined {
  const events = stories.find(({ path }) => path === '')?.events ?? [];
  const failed = events.find(({ ofStack, status, reason }) => ofStack && reason && isBad(status));
  if (!failed) return undefined;
  const { logicalId, type, reason = '' } = failed;
  return { logicalId, type, reason, stack: '', count: 0 };
}

function isBad(status: string): boolean {
  return status.endsWith('_FAILED') || status.includes('ROLLBACK');
}

function join(path: string, logicalId: string): string {
  return path === '' ? logicalId : `${path}/${logicalId}`;
}
