import { UserError } from '../../core/user-error.ts';
import type { Instruction } from '../../promotion/instruction.ts';
import { textAt } from '../pull-request-event.ts';
import type { Session } from '../session.ts';

/** What opens gates by the word of one person. */
const words: readonly Instruction['mode'][] = ['approve', 'override'];

/**
 * Throws a `UserError` where an approval or an emergency may be put into somebody's mouth: a workflow of another branch
 * than the default one is its author's, and GitHub runs it in the name of whoever labels or updates a pull request. Who
 * starts a run by hand chooses what it runs.
 */
export function checkSpokenFor({ context, payload }: Session, { mode }: Instruction): void {
  const { eventName, ref } = context;
  if (!words.includes(mode) || eventName === 'workflow_dispatch' || ref === '') return;
  const branch = textAt(payload, 'repository', 'default_branch');
  const isPull = ref.startsWith('refs/pull/');
  if (branch === undefined ? !isPull : ref === `refs/heads/${branch}`) return;
  throw new UserError(
    `event: mode ${mode} is not taken from ${eventName} of ${ref}, whose workflow may be somebody else's`,
    'Give it in a comment, or by a workflow that people start by `workflow_dispatch`.',
  );
}

/** Why a comment is not obeyed once more: whoever starts its run again did not write it. `undefined` = it is obeyed. */
export function refusalOfRepeat({ run }: Session, author: string): string | undefined {
  const { GITHUB_RUN_ATTEMPT = '1', GITHUB_TRIGGERING_ACTOR = '' } = run.environment;
  const isTheirs = GITHUB_TRIGGERING_ACTOR.toLowerCase() === author.toLowerCase();
  if (Number(GITHUB_RUN_ATTEMPT) <= 1 || isTheirs) return undefined;
  return `author: ${GITHUB_TRIGGERING_ACTOR || 'somebody'} started this run again, and what it says is ${author}'s; write it in a comment`;
}
