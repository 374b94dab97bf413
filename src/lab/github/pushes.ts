import { timestamp } from './clock.ts';
import { tryGit } from './git.ts';
import { closePull, isPull, synchronize } from './pulls.ts';
import type { RepositoryState, Token } from './state.ts';
import { fullName } from './state.ts';
import type { PullIssue } from './views/pull.ts';
import { refEvents } from './views/push.ts';
import type { World } from './world.ts';
import { gitDirectory, operator, refReader } from './world.ts';

/** A ref that is not where it was; a side is `undefined` where the ref is absent. */
export interface RefMove {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Who moves refs when nobody says who. */
const someone: Token = { kind: 'full', login: operator, permissions: {} };

/** Takes in ordinary pushes to every repository, so that a call sees them. */
export async function takeInAll(world: World): Promise<void> {
  await world.exclusively(async () => {
    for (const name of Object.keys(world.store.state().repositories)) {
      await takeInPushes(world, name, someone);
    }
  });
}

/** Does work that moves refs of a repository in someone's name. */
export async function moveRefs<T>(
  world: World,
  name: string,
  by: Token,
  work: () => Promise<T>,
): Promise<T> {
  return world.exclusively(async () => {
    await takeInPushes(world, name, someone);
    try {
      return await work();
    } finally {
      await takeInPushes(world, name, by);
    }
  });
}

/**
 * Takes in what happened to a repository's refs since the last look, whoever moved them: events, heads of
 * pull requests, pull requests merged by a push or closed by the deletion of their branch.
 */
async function takeInPushes(world: World, name: string, by: Token): Promise<void> {
  const repository = world.store.repository(name);
  const refs = refReader(world, repository).read();
  if (refs === repository.refs) return;
  const moves = differences(repository.refs, refs);
  const branches = moves.filter(({ ref }) => /^refs\/(heads|tags)\//.test(ref));
  const pushedAt = branches.length > 0 ? timestamp(world.clock) : repository.pushedAt;
  world.store.changeRepository(name, (before) => ({ ...before, refs, pushedAt }));
  for (const move of branches) {
    await refEvents(world, name, move, by);
    if (move.ref.startsWith('refs/heads/')) await movePulls(world, name, move, by);
  }
}

function differences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): RefMove[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((ref) => before[ref] !== after[ref])
    .map((ref) => ({ ref, before: before[ref], after: after[ref] }));
}

async function movePulls(world: World, name: string, move: RefMove, by: Token): Promise<void> {
  const branch = move.ref.slice('refs/heads/'.length);
  const moved = world.store.repository(name);
  for (const repository of Object.values(world.store.state().repositories)) {
    for (const issue of openPullsFrom(repository, fullName(moved), branch)) {
      if (move.after) await synchronize(world, fullName(repository), issue.number, move.after, by);
      else await closePull(world, fullName(repository), issue.number, by);
    }
  }
  await mergeByPush(world, moved, branch, move, by);
}

function openPullsFrom(repository: RepositoryState, head: string, branch: string): PullIssue[] {
  return Object.values(repository.issues)
    .filter(isPull)
    .filter(({ state, pull }) => state === 'open' && pull.headRef === branch)
    .filter(({ pull }) => pull.headRepository.toLowerCase() === head.toLowerCase());
}

/** A pull request whose commits arrive on its base by a push counts as merged. */
async function mergeByPush(
  world: World,
  repository: RepositoryState,
  branch: string,
  move: RefMove,
  by: Token,
): Promise<void> {
  const pulls = Object.values(repository.issues)
    .filter(isPull)
    .filter(({ state, pull }) => state === 'open' && pull.baseRef === branch);
  if (pulls.length === 0 || !move.before || !move.after) return;
  const range = `${move.before}..${move.after}`;
  const listed = await tryGit(gitDirectory(world, repository), ['rev-list', range]);
  const arrived = new Set(listed?.split('\n'));
  const merged = pulls.filter(({ pull }) => arrived.has(pull.headSha));
  for (const { number } of merged) {
    await closePull(world, fullName(repository), number, by, { mergeCommitSha: move.after });
  }
}
