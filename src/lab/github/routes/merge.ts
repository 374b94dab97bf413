import { ApiError } from '../api-error.ts';
import { optionalText } from '../body.ts';
import { git } from '../git.ts';
import { identity, mergedTree } from '../pull-facts.ts';
import { closePull, currentPull, mergeCommit } from '../pulls.ts';
import { moveRefs } from '../pushes.ts';
import type { Answer, Context, Route } from '../route.ts';
import { fullName } from '../state.ts';
import type { PullIssue } from '../views/pull.ts';
import { gitDirectory, refReader } from '../world.ts';
import { pullOf } from './pulls.ts';

const path = '/repos/{owner}/{repo}/pulls/{number}/merge';

/** Merging pull requests. A rebase lands as one commit here. */
export const mergeRoutes: readonly Route[] = [
  { method: 'GET', path, permission: { pull_requests: 'read' }, handle: isMerged },
  { method: 'PUT', path, permission: { contents: 'write' }, handle: merge },
];

function isMerged(context: Context): Answer {
  if (pullOf(context).pull.mergedAt === null) throw new ApiError(404, 'Not Found');
  return { status: 204 };
}

async function merge(context: Context): Promise<Answer> {
  const { world, repository, token } = context;
  const { number } = pullOf(context);
  const name = fullName(repository);
  return moveRefs(world, name, token, async () => {
    const issue = currentPull(world, name, number);
    refuse(context, issue);
    const ref = `refs/heads/${issue.pull.baseRef}`;
    const base = refReader(world, repository).read()[ref] ?? issue.pull.baseSha;
    const sha = await commitOf(context, issue, base);
    await git(gitDirectory(world, repository), ['update-ref', ref, sha, base]);
    await closePull(world, name, number, token, { mergeCommitSha: sha });
    return {
      status: 200,
      body: { sha, merged: true, message: 'Pull Request successfully merged' },
    };
  });
}

function refuse(context: Context, { pull, state }: PullIssue): void {
  const wanted = optionalText(context, 'sha');
  if (wanted && wanted !== pull.headSha) {
    throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (state === 'closed' || pull.draft) {
    throw new ApiError(
      405,
      pull.draft ? 'Pull Request is still a draft' : 'Pull Request is not mergeable',
    );
  }
}

async function commitOf(context: Context, issue: PullIssue, base: string): Promise<string> {
  const { world, repository, token } = context;
  const directory = gitDirectory(world, repository);
  const tree = await mergedTree(directory, base, issue.pull.headSha);
  if (!tree) throw new ApiError(405, 'Pull Request is not mergeable');
  const asked = optionalText(context, 'merge_method');
  const method = asked === 'squash' || asked === 'rebase' ? asked : 'merge';
  const from = `${issue.pull.headRepository.split('/')[0]}/${issue.pull.headRef}`;
  const usual =
    method === 'merge'
      ? `Merge pull request #${issue.number} from ${from}\n\n${issue.title}`
      : `${issue.title} (#${issue.number})`;
  const given = [optionalText(context, 'commit_title'), optionalText(context, 'commit_message')];
  const message = given.filter(Boolean).join('\n\n') || usual;
  // A merge is by whoever asked for it, all else by whose work it is; GitHub commits it.
  const author = method === 'merge' ? token.login : issue.user;
  const now = world.clock.now();
  const env = {
    ...identity('GitHub', 'noreply@github.com', now),
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: `${author}@users.noreply.github.com`,
  };
  return mergeCommit(directory, base, issue.pull.headSha, { method, message, tree, env });
}
