import type { Stack } from '@aws-sdk/client-cloudformation';
import { UserError } from '../../../core/user-error.ts';
import type { PreviewKey } from '../../target.ts';
import { consoleLink } from '../watching/console-link.ts';
import { failedResources, type StackStory } from '../watching/root-cause.ts';
import { stackType } from '../watching/stack-events.ts';
import { answerFor } from '../watching/statuses.ts';
import { marksOf } from './observe-stacks.ts';

/** @throws UserError when the stack carries no marks of ours, or those of another preview */
export function refuseForeign(stack: Stack, owner: PreviewKey): void {
  const { StackName, StackStatus, Tags = [], StackId = '' } = stack;
  const marks = marksOf(stack);
  const { repository = '', previewId } = marks ?? {};
  const own =
    repository.toLowerCase() === owner.repository.toLowerCase() && previewId === owner.previewId;
  // What only a change set made holds nothing yet, and may not show tags until it is executed.
  const empty = StackStatus === 'REVIEW_IN_PROGRESS' && Tags.length === 0;
  if (own || empty) return;
  const whose = marks
    ? `belongs to preview ${previewId} of ${repository}`
    : 'carries no marks of Understudy';
  const link = consoleLink(StackId);
  throw new UserError(
    `there is a stack ${StackName} already, and it ${whose}; it is left alone`,
    `Choose names that are free: preview: { cloudformation: { stack-name: "{repository}-preview-{id}" } }, or remove that stack${link ? `: ${link}` : ''}.`,
  );
}

/** What a person has to do about a stack, with the exact command where there is one. */
export function stuckError(stack: Stack, stories: readonly StackStory[]): UserError {
  const { StackName = '', StackStatus = '', StackId = '', StackStatusReason } = stack;
  const { meaning } = answerFor(StackStatus);
  const failed = stories.flatMap(({ events }) => failedResources(events)).filter(isLeaf);
  const reasons = failed.map((event) => `${event.logicalId} (${event.type}): ${event.reason}`);
  const why = reasons.length > 0 ? reasons.join('; ') : StackStatusReason;
  const link = consoleLink(StackId);
  return new UserError(
    `the stack ${StackName} is in ${StackStatus}, and only a person can mend that: ${[meaning, why].filter(Boolean).join('; ')}`,
    [wayOut(StackName, StackStatus, skippable(stories)), link].filter(Boolean).join(' '),
  );
}

function isLeaf({ type }: { readonly type: string }): boolean {
  return type !== stackType;
}

function wayOut(name: string, status: string, skip: readonly string[]): string {
  const anew = 'or remove the preview (/preview down) and deploy it anew.';
  if (status !== 'UPDATE_ROLLBACK_FAILED') {
    return `Mend the stack in the AWS console and run this again, ${anew}`;
  }
  const resources = skip.length > 0 ? skip.join(' ') : 'LOGICAL-ID';
  return `Mend what the message says and run this again; or skip what cannot be rolled back: aws cloudformation continue-update-rollback --stack-name ${name} --resources-to-skip ${resources}; ${anew}`;
}

/** As ResourcesToSkip wants them: `LogicalId`, and `NestedStackName.LogicalId` within nested stacks. */
function skippable(stories: readonly StackStory[]): string[] {
  return stories.flatMap(({ path, events }) =>
    failedResources(events)
      .filter(isLeaf)
      .map(({ logicalId, stackId }) =>
        path === '' ? logicalId : `${stackId.split('/')[1]}.${logicalId}`,
      ),
  );
}
