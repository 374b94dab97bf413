import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { isFork, type PullRequest } from '../preview/pull-request.ts';
import { pullRequestOfEvent, textAt } from './pull-request-event.ts';
import { readWorkspaceFile } from './read-configuration.ts';
import type { Session } from './session.ts';

/**
 * The configuration that holds for this run: the workspace's where the repository is checked out, else the
 * repository's own by the API. A pull request from a fork never brings its own: it gets its base's.
 */
export async function findConfiguration(session: Session): Promise<Configuration> {
  const { context, inputs, payload, github } = session;
  const file = inputs.config;
  const pullRequest = pullRequestOfEvent(payload);
  const fork = pullRequest !== undefined && isFork(pullRequest, context.repository);
  // What these events check out may be a fork's; for them the repository's own file holds.
  const privileged = ['issue_comment', 'workflow_run'].includes(context.eventName);
  const checkedOut = !fork && !privileged && isCheckout(context.workspace);
  return loadConfiguration({
    file,
    read: () =>
      checkedOut
        ? Promise.resolve(readWorkspaceFile(context.workspace, file))
        : github.readFile(file, trustedRef(session, pullRequest, fork)),
  });
}

/** The commit whose configuration may be trusted with this run's token and secrets. */
function trustedRef(
  { payload, context }: Session,
  pullRequest: PullRequest | undefined,
  fork: boolean,
): string {
  if (pullRequest) return fork ? pullRequest.base.sha : pullRequest.head.sha;
  return textAt(payload, 'repository', 'default_branch') ?? (context.ref || 'HEAD');
}

function isCheckout(workspace: string): boolean {
  return workspace !== '' && existsSync(join(workspace, '.git'));
}
