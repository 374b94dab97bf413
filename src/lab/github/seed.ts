import { createHash } from 'node:crypto';
import { timestamp } from './clock.ts';
import type { IssueState, RepositoryState } from './state.ts';
import { fullName } from './state.ts';
import type { World } from './world.ts';
import { account, operator } from './world.ts';

/** A pull request to be there without git work. What is absent is made up. */
export interface SeedPull {
  readonly title?: string;
  readonly body?: string;
  readonly branch?: string;
  /** 40 hex digits; need not exist in git. */
  readonly sha?: string;
  readonly base?: string;
  readonly draft?: boolean;
  readonly author?: string;
  readonly labels?: readonly string[];
  /** `open` unless it is said. */
  readonly state?: 'open' | 'closed';
}

/** Puts pull requests into a repository; their numbers follow on those that are there. */
export function seedPullRequests(world: World, name: string, pulls: readonly SeedPull[]): void {
  const now = timestamp(world.clock);
  const repository = world.store.repository(name);
  const made = pulls.map((pull, index) =>
    seeded(world, repository, pull, repository.lastNumber + index + 1, now),
  );
  const labels = pulls.flatMap((pull) => pull.labels ?? []);
  const known = Object.fromEntries(
    labels.map((label) => [label.toLowerCase(), labelOf(world, repository, label)]),
  );
  world.store.changeRepository(name, (before) => ({
    ...before,
    lastNumber: before.lastNumber + made.length,
    labels: { ...before.labels, ...known },
    issues: { ...before.issues, ...Object.fromEntries(made.map((one) => [one.number, one])) },
  }));
}

function labelOf(world: World, repository: RepositoryState, name: string) {
  const known = repository.labels[name.toLowerCase()];
  return known ?? { id: world.store.nextId(), name, color: 'ededed', description: null };
}

function seeded(
  world: World,
  repository: RepositoryState,
  pull: SeedPull,
  number: number,
  now: string,
): IssueState {
  const branch = pull.branch ?? `seed-${number}`;
  const base = pull.base ?? repository.defaultBranch;
  const madeUp = createHash('sha1')
    .update(`${fullName(repository)} ${number}`)
    .digest('hex');
  return {
    id: world.store.nextId(),
    number,
    title: pull.title ?? `Pull request ${number}`,
    body: pull.body ?? null,
    state: pull.state ?? 'open',
    user: account(world, pull.author ?? operator).login,
    labels: pull.labels ?? [],
    createdAt: now,
    updatedAt: now,
    closedAt: pull.state === 'closed' ? now : null,
    pull: {
      id: world.store.nextId(),
      draft: pull.draft ?? false,
      headRepository: fullName(repository),
      headRef: branch,
      headSha: pull.sha ?? madeUp,
      baseRef: base,
      baseSha: repository.refs[`refs/heads/${base}`] ?? madeUp,
      mergedAt: null,
      mergedBy: null,
      mergeCommitSha: null,
      maintainerCanModify: false,
    },
  };
}
