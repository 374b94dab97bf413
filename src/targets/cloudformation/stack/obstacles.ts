import type { Leftover } from '../../target.ts';
import { failedResources, isCancelled, type StackStory } from '../watching/root-cause.ts';
import { type StackHappening, stackType } from '../watching/stack-events.ts';

const bucketType = 'AWS::S3::Bucket';

/** What was done so far about what stood in the way. */
export interface Cleared {
  /** Names of buckets. */
  readonly emptied: ReadonlySet<string>;
  /** Ids of nested stacks that were deleted on their own. */
  readonly nested: ReadonlySet<string>;
  /** Logical ids of the stack itself that are retained. */
  readonly retained: ReadonlySet<string>;
}

/** What to do before the next deletion: one kind at a time, the one that loses least first. */
export type Clearing =
  | { readonly kind: 'empty'; readonly buckets: readonly string[] }
  | { readonly kind: 'nested'; readonly stacks: readonly string[] }
  | { readonly kind: 'retain'; readonly resources: readonly StackHappening[] }
  | { readonly kind: 'give-up'; readonly reason: string };

/**
 * Decides what stands in the way of a deletion that failed.
 * @param stories the stack itself first, then nested ones; events of that deletion alone
 */
export function decideClearing(
  stories: readonly StackStory[],
  cleared: Cleared,
  mayEmpty: boolean,
): Clearing {
  const all = stories.flatMap(({ events }) => failedResources(events));
  const buckets = all
    .filter(({ type, physicalId }) => type === bucketType && physicalId !== '')
    .map(({ physicalId }) => physicalId)
    .filter((bucket) => !cleared.emptied.has(bucket));
  if (mayEmpty && buckets.length > 0) return { kind: 'empty', buckets: [...new Set(buckets)] };
  const own = failedResources(stories[0]?.events ?? []).filter((event) => !isCancelled(event));
  const stacks = own
    .filter(({ type, physicalId }) => type === stackType && physicalId.startsWith('arn:'))
    .map(({ physicalId }) => physicalId)
    .filter((stackId) => !cleared.nested.has(stackId));
  if (stacks.length > 0) return { kind: 'nested', stacks };
  const resources = own.filter(({ logicalId }) => !cleared.retained.has(logicalId));
  if (resources.length > 0) return { kind: 'retain', resources };
  return { kind: 'give-up', reason: reasonOf(stories[0]?.events ?? []) };
}

function reasonOf(events: readonly StackHappening[]): string {
  const told = events.findLast(({ ofStack, reason }) => ofStack && reason);
  return told?.reason ?? 'CloudFormation gives no reason';
}

/** What stays of a resource that was retained. */
export function leftoverOf({ type, physicalId, logicalId, reason }: StackHappening): Leftover {
  return { type, id: physicalId || logicalId, reason: reason ?? 'CloudFormation gives no reason' };
}
