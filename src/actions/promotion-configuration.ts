import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { checkoutOf } from './checked-out-commit.ts';
import { textAt } from './pull-request-event.ts';
import { readWorkspaceFile } from './read-configuration.ts';
import type { Session } from './session.ts';

/** Events whose checkout may be somebody else's proposal. */
const proposing = [
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'issue_comment',
  'workflow_run',
];

/**
 * The configuration that promotions go by: always the default branch's. The workspace has it where this run is for that
 * branch and has its commit checked out; otherwise it is read by the API, so that no branch brings gates of its own, and
 * none that were taken out or put in since come back with a run that is started again.
 */
export function findPromotionConfiguration(session: Session): Promise<Configuration> {
  const { context, inputs, github, payload } = session;
  const branch = textAt(payload, 'repository', 'default_branch');
  return loadConfiguration({
    file: inputs.config,
    read: () =>
      holdsDefaultBranch(session, branch)
        ? Promise.resolve(readWorkspaceFile(context.workspace, inputs.config))
        : github.readFile(inputs.config, branch ?? 'HEAD'),
  });
}

function holdsDefaultBranch(
  { context, inputs, run }: Session,
  branch: string | undefined,
): boolean {
  const { workspace, eventName, ref, sha } = context;
  const isAgain = Number(run.environment.GITHUB_RUN_ATTEMPT ?? '1') > 1;
  if (workspace === '' || isAgain || proposing.includes(eventName)) return false;
  if (ref.startsWith('refs/pull/')) return false;
  if (branch !== undefined && ref !== '' && ref !== `refs/heads/${branch}`) return false;
  const checkout = checkoutOf(workspace);
  // Without git, only a file that this job has put there is there.
  if (checkout === 'none') return existsSync(join(workspace, inputs.config));
  return sha === '' || checkout.commit === sha;
}
