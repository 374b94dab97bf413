import { git, tryGit } from './git.ts';
import type { PullState, RepositoryState } from './state.ts';
import type { World } from './world.ts';
import { gitDirectory } from './world.ts';

/** What git says of a pull request. `mergeable: null` = not worked out. */
export interface PullFacts {
  readonly mergeable: boolean | null;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

/** Facts of a pull request that git was not asked about. */
const unknownFacts: PullFacts = {
  mergeable: null,
  commits: 1,
  additions: 0,
  deletions: 0,
  changedFiles: 0,
};

/** Asks git for the size of a pull request; `unknownFacts` when git lacks the commits. */
export async function pullSizes(
  world: World,
  repository: RepositoryState,
  pull: PullState,
): Promise<PullFacts> {
  const directory = gitDirectory(world, repository);
  const [count, changes] = await Promise.all([
    tryGit(directory, ['rev-list', '--count', `${pull.baseSha}..${pull.headSha}`]),
    tryGit(directory, ['diff', '--numstat', `${pull.baseSha}...${pull.headSha}`]),
  ]);
  if (count === undefined || changes === undefined) return unknownFacts;
  return { mergeable: null, commits: Number(count), ...sizes(changes) };
}

/** The size, and whether it merges into the base branch as that is now. */
export async function pullFacts(
  world: World,
  repository: RepositoryState,
  pull: PullState,
): Promise<PullFacts> {
  const facts = await pullSizes(world, repository, pull);
  if (pull.mergedAt !== null || facts === unknownFacts) return facts;
  const base = repository.refs[`refs/heads/${pull.baseRef}`] ?? pull.baseSha;
  const tree = await mergedTree(gitDirectory(world, repository), base, pull.headSha);
  return { ...facts, mergeable: tree !== undefined };
}

/** The tree of merging two commits; `undefined` when they conflict. */
export async function mergedTree(
  directory: string,
  ours: string,
  theirs: string,
): Promise<string | undefined> {
  const output = await tryGit(directory, ['merge-tree', '--write-tree', ours, theirs]);
  return output?.split('\n')[0];
}

/** Keeps `refs/pull/N/head` and, where it merges, `refs/pull/N/merge`. */
export async function writePullRefs(
  world: World,
  repository: RepositoryState,
  number: number,
  pull: PullState,
): Promise<void> {
  const directory = gitDirectory(world, repository);
  const own = pull.headRepository.toLowerCase() === ownName(repository);
  const source = own ? undefined : world.store.find(pull.headRepository);
  if (source) {
    await git(directory, [
      'fetch',
      '--quiet',
      '--no-write-fetch-head',
      gitDirectory(world, source),
      pull.headSha,
    ]);
  }
  await git(directory, ['update-ref', `refs/pull/${number}/head`, pull.headSha]);
  const tree = await mergedTree(directory, pull.baseSha, pull.headSha);
  const name = `refs/pull/${number}/merge`;
  if (!tree) return void (await tryGit(directory, ['update-ref', '-d', name]));
  const message = `Merge ${pull.headSha} into ${pull.baseSha}`;
  const parents = ['-p', pull.baseSha, '-p', pull.headSha];
  const commit = await git(directory, ['commit-tree', tree, ...parents, '-m', message], {
    env: identity('GitHub', 'noreply@github.com', world.clock.now()),
  });
  await git(directory, ['update-ref', name, commit.trim()]);
}

/** Author and committer for git, from a name, an address and a moment. */
export function identity(name: string, email: string, moment: number): Record<string, string> {
  const date = `${Math.floor(moment / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

function ownName(repository: RepositoryState): string {
  return `${repository.owner}/${repository.name}`.toLowerCase();
}

function sizes(numstat: string) {
  const rows = numstat.split('\n').filter(Boolean);
  const sum = (column: number) =>
    rows.reduce((total, row) => total + (Number(row.split('\t')[column]) || 0), 0);
  return { additions: sum(0), deletions: sum(1), changedFiles: rows.length };
}
