import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { isFork, type PullRequest } from '../preview/pull-request.ts';
import { checkoutOf } from './checked-out-commit.ts';
import { noCommit, pullRequestOfEvent, textAt } from './pull-request-event.ts';
import { readWorkspaceFile } from './read-configuration.ts';
import type { Session } from './session.ts';

/**
 * The configuration that holds for this run: the workspace's where this run's commit is checked out, else the
 * repository's own by the API. A pull request from a fork never brings its own: it gets its base's. The pull
 * request is that of the event, where the event holds one.
 */
export async function findConfiguration(
  session: Session,
  pullRequest: PullRequest | undefined = pullRequestOfEvent(session.payload),
): Promise<Configuration> {
  const { context, inputs, github } = session;
  const file = inputs.config;
  const fork = pullRequest !== undefined && isFork(pullRequest, context.repository);
  // What these events check out may be a fork's; for them the file is read by the API.
  const privileged = ['issue_comment', 'workflow_run'].includes(context.eventName);
  const trusted = !fork && !privileged && isTrusted(session, pullRequest);
  return loadConfiguration({
    file,
    read: () =>
      trusted
        ? Promise.resolve(readWorkspaceFile(context.workspace, file))
        : github.readFile(file, trustedRef(session, pullRequest, fork)),
  });
}

/**
 * Whether the workspace is this run's: on a self-hosted runner it may hold what another workflow left, a fork's
 * commit perhaps. Without git in it, only a file that is there was put there by this job.
 */
function isTrusted({ context, inputs }: Session, pullRequest: PullRequest | undefined): boolean {
  const { workspace, sha } = context;
  const checkout = checkoutOf(workspace);
  if (checkout === 'none') return workspace !== '' && existsSync(join(workspace, inputs.config));
  const known = [sha, pullRequest?.head.sha, pullRequest?.base.sha];
  return sha === '' || known.includes(checkout.commit);
}

/** The commit whose configuration may be trusted with this run's token and secrets. */
function trustedRef(
  { payload, context }: Session,
  pullRequest: PullRequest | undefined,
  fork: boolean,
): string {
  if (pullRequest && !fork) return pullRequest.head.sha;
  if (pullRequest) {
    const { sha, branch } = pullRequest.base;
    return sha === noCommit ? branch : sha;
  }
  return textAt(payload, 'repository', 'default_branch') ?? (context.ref || 'HEAD');
}
