import { readCommits } from '../commits.ts';
import { changedFiles } from '../diff.ts';
import { tryGit } from '../git.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { commitView, fileView } from '../views/commit.ts';
import { gitDirectory } from '../world.ts';
import { pullOf } from './pulls.ts';

const path = '/repos/{owner}/{repo}/pulls/{number}';

/** What a pull request changes. */
export const pullFileRoutes: readonly Route[] = [
  { method: 'GET', path: `${path}/files`, permission: { pull_requests: 'read' }, handle: files },
  {
    method: 'GET',
    path: `${path}/commits`,
    permission: { pull_requests: 'read' },
    handle: commits,
  },
];

async function files(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const { headSha, baseSha } = pullOf(context).pull;
  const changed = await changedFiles(gitDirectory(world, repository), [`${baseSha}...${headSha}`]);
  return pageOf(context, changed, (file) => fileView(world, repository, headSha, file));
}

async function commits(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const { headSha, baseSha } = pullOf(context).pull;
  const directory = gitDirectory(world, repository);
  const args = ['rev-list', '--reverse', '--max-count=250', `${baseSha}..${headSha}`];
  const shas = (await tryGit(directory, args))?.split('\n').filter(Boolean) ?? [];
  const all = await readCommits(directory, shas);
  return pageOf(context, all, (commit) => commitView(world, repository, commit));
}
