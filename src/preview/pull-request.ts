import type { Instant } from '../core/time.ts';

/** What Understudy needs to know of a GitHub pull request, at one moment. */
export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  readonly draft: boolean;
  /** Login of the author, bots with their `[bot]`. */
  readonly author: string;
  readonly labels: readonly string[];
  readonly head: {
    /** Branch name, raw: attackers' text. */
    readonly branch: string;
    /** 40 hex digits. */
    readonly sha: string;
    /** `owner/name` of the head's repository; `undefined` once a fork was deleted. */
    readonly repository: string | undefined;
  };
  readonly base: { readonly branch: string; readonly sha: string };
  readonly title: string;
  readonly updatedAt: Instant;
}

/** Whether the head lives in another repository than the one that is asked, or in one that is gone. */
export function isFork(pullRequest: PullRequest, repository: string): boolean {
  return pullRequest.head.repository?.toLowerCase() !== repository.toLowerCase();
}
