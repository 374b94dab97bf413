import type { CloudFormationClient as Cloud, Stack } from '@aws-sdk/client-cloudformation';
import type { Leftover } from '../target.ts';
import type { Acting } from './recover.ts';

/** How a stack is destroyed. */
export interface Destroying extends Acting {
  /** Empties a bucket that cannot go because it is not empty; absent = such buckets stay and are left over. */
  readonly emptyBuckets?: (bucket: string) => Promise<void>;
}

/**
 * Deletes the stack, waits, and verifies by its id; empty = it is gone with all that was in it. What cannot be
 * deleted is retained, so that the stack itself goes, and listed.
 * The stack must be ours: the caller has read its marks.
 */
export async function destroyStack(
  _cloud: Cloud,
  _stack: Stack,
  _destroying: Destroying,
): Promise<readonly Leftover[]> {
  throw new Error('not yet');
}
