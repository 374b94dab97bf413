import { instant } from '../../src/core/time.ts';
import type { PullRequest } from '../../src/preview/pull-request.ts';

/** The repository that tests speak of. */
export const repository = 'acme/shop';

/** A commit made of one hex digit. */
export function commit(digit: string): string {
  return digit.repeat(40);
}

/** An open pull request of the repository's own; overrides replace whole fields. */
export function pullRequest(overrides: Partial<PullRequest> = {}): PullRequest {
  return {
    number: 7,
    state: 'open',
    merged: false,
    draft: false,
    author: 'octocat',
    labels: [],
    title: 'Add a cart',
    updatedAt: instant(Date.parse('2026-11-20T08:00:00Z')),
    head: { branch: 'fancy-feature-branch', sha: commit('a'), repository },
    base: { branch: 'main', sha: commit('0') },
    ...overrides,
  };
}

/** The same pull request with another head. */
export function withHead(original: PullRequest, head: Partial<PullRequest['head']>): PullRequest {
  return { ...original, head: { ...original.head, ...head } };
}
