import type { PullRequests } from '../../src/preview/ports.ts';
import type { PullRequest } from '../../src/preview/pull-request.ts';

/** Pull requests in a map, which a test changes as people would. */
export interface InMemoryPullRequests {
  readonly all: Map<number, PullRequest>;
  /** Numbers that the list does not show yet. */
  readonly unlisted: Set<number>;
  readonly approvals: Set<string>;
  readonly paths: Map<number, readonly string[]>;
  close(number: number): void;
  push(number: number, sha: string): void;
  readonly port: PullRequests;
}

/** GitHub's pull requests, of which the list may lag behind. */
export function inMemoryPullRequests(...given: readonly PullRequest[]): InMemoryPullRequests {
  const all = new Map(given.map((pullRequest) => [pullRequest.number, pullRequest]));
  const unlisted = new Set<number>();
  const approvals = new Set<string>();
  const paths = new Map<number, readonly string[]>();
  const change = (number: number, to: (old: PullRequest) => PullRequest) => {
    const old = all.get(number);
    if (old) all.set(number, to(old));
  };
  return {
    all,
    unlisted,
    approvals,
    paths,
    close: (number) => change(number, (old) => ({ ...old, state: 'closed' })),
    push: (number, sha) => change(number, (old) => ({ ...old, head: { ...old.head, sha } })),
    port: {
      get: async (number) => all.get(number),
      open: async () =>
        [...all.values()].filter(({ state, number }) => state === 'open' && !unlisted.has(number)),
      changedPaths: async (number) => paths.get(number) ?? [],
      isApproved: async (number, sha) => approvals.has(`${number} ${sha}`),
    },
  };
}
