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
