import {
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import type { Cloud } from '../connect/cloud.ts';
import { isInvalidChangeSetStatus, isMissing } from '../connect/errors.ts';

/** Deletes a change set. One that is gone, or that was executed meanwhile, is let be. */
export async function deleteChangeSet(
  cloud: Cloud,
  { id, stackId }: { readonly id: string; readonly stackId: string },
  signal: AbortSignal,
): Promise<void> {
  const command = new DeleteChangeSetCommand({ ChangeSetName: id, StackName: stackId });
  await cloud
    .send(command, { abortSignal: signal })
    .catch(unless(isMissing, isInvalidChangeSetStatus));
}

/**
 * Deletes a stack that is nothing but a place for change sets (`REVIEW_IN_PROGRESS`) once no change set is left in
 * it. A stack that has ever been made, and one that another run is preparing, stay.
 */
export async function deleteReviewStack(
  cloud: Cloud,
  stackId: string,
  signal: AbortSignal,
): Promise<void> {
  const abortSignal = signal;
  const input = { StackName: stackId };
  const stacks = await cloud
    .send(new DescribeStacksCommand(input), { abortSignal })
    .catch(unless(isMissing));
  if (stacks?.Stacks?.[0]?.StackStatus !== 'REVIEW_IN_PROGRESS') return;
  const sets = await cloud
    .send(new ListChangeSetsCommand(input), { abortSignal })
    .catch(unless(isMissing));
  const left = sets?.Summaries?.filter(({ Status }) => !Status?.startsWith('DELETE_')) ?? [];
  if (left.length > 0 || sets?.NextToken) return;
  await cloud.send(new DeleteStackCommand(input), { abortSignal });
}

function unless(...expected: readonly ((cause: unknown) => boolean)[]) {
  return (cause: unknown): undefined => {
    if (!expected.some((is) => is(cause))) throw cause;
    return undefined;
  };
}
