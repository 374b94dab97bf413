import { isPull } from './pulls.ts';
import type { DeploymentState, RepositoryState } from './state.ts';
import { fullName } from './state.ts';
import type { PullIssue } from './views/pull.ts';
import { htmlOf } from './views/repository.ts';
import type { World } from './world.ts';

/** One repository as the lab's page shows it. */
export interface ShownRepository {
  readonly name: string;
  readonly url: string;
  readonly defaultBranch: string;
  readonly branches: Readonly<Record<string, string>>;
  readonly pulls: readonly ShownPull[];
  readonly deployments: readonly DeploymentState[];
}

/** One pull request with its comments, oldest first. */
export interface ShownPull {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly author: string;
  readonly branch: string;
  readonly sha: string;
  readonly base: string;
  readonly labels: readonly string[];
  readonly createdAt: string;
  readonly comments: readonly {
    readonly id: number;
    readonly user: string;
    readonly body: string;
    readonly createdAt: string;
    readonly updatedAt: string;
  }[];
}

/** What there is to see: repositories, pull requests, comments, deployments with their statuses. */
export function labState(world: World): { readonly repositories: readonly ShownRepository[] } {
  const all = Object.values(world.store.state().repositories);
  return { repositories: all.map((one) => shownRepository(world, one)) };
}

function shownRepository(world: World, repository: RepositoryState): ShownRepository {
  const heads = Object.entries(repository.refs).filter(([ref]) => ref.startsWith('refs/heads/'));
  return {
    name: fullName(repository),
    url: htmlOf(world, repository),
    defaultBranch: repository.defaultBranch,
    branches: Object.fromEntries(heads.map(([ref, sha]) => [ref.slice(11), sha])),
    pulls: Object.values(repository.issues)
      .filter(isPull)
      .map((issue) => shownPull(repository, issue)),
    deployments: Object.values(repository.deployments),
  };
}

function shownPull(repository: RepositoryState, issue: PullIssue): ShownPull {
  const { pull } = issue;
  return {
    number: issue.number,
    title: issue.title,
    state: pull.mergedAt ? 'merged' : issue.state,
    draft: pull.draft,
    author: issue.user,
    branch: pull.headRef,
    sha: pull.headSha,
    base: pull.baseRef,
    labels: issue.labels,
    createdAt: issue.createdAt,
    comments: Object.values(repository.comments)
      .filter((comment) => comment.issue === issue.number)
      .map(({ id, user, body, createdAt, updatedAt }) => ({
        id,
        user,
        body,
        createdAt,
        updatedAt,
      })),
  };
}
