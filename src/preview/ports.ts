import type { PullRequest } from './pull-request.ts';

/** What the use cases read of pull requests. An error or a part is never an empty answer: methods throw. */
export interface PullRequests {
  /**
   * The pull request as it is now; `undefined` when there is none of that number. With the head that the caller
   * has heard of, another one is asked for twice: the first answer may be from before that.
   */
  get(number: number, expectedHead?: string): Promise<PullRequest | undefined>;
  /** All open pull requests, to the last page. */
  open(): Promise<readonly PullRequest[]>;
  /** Paths touched, old names of renamed files included, to the last page (GitHub shows at most 3,000). */
  changedPaths(number: number): Promise<readonly string[]>;
  /** Whether someone with write access approved exactly this commit by a review. */
  isApproved(number: number, commit: string): Promise<boolean>;
}

/** The sticky comment of a pull request. */
export interface Comments {
  /** Writes the comment that carries `marker`, or makes it; no request is spent when it says so already. */
  upsert(pullRequest: number, marker: string, body: string): Promise<void>;
  /** As `upsert`, but where there is no such comment, none is made. */
  update(pullRequest: number, marker: string, body: string): Promise<void>;
}

/** States of GitHub's deployment statuses that previews pass through. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** Where a deployment is recorded. `task` alone tells the deployments of one preview apart. */
export interface DeploymentKey {
  readonly environment: string;
  readonly task: string;
}

/** A status for people. `description` is cut at GitHub's 140 characters. */
export interface DeploymentStatus {
  readonly state: DeploymentState;
  readonly description: string;
  readonly environmentUrl?: string;
  readonly logUrl: string;
}

/** GitHub's own record of deployments. */
export interface Deployments {
  /** The deployment of this commit, adopted when a run that was cut off made it, else new; answers its id. */
  begin(key: DeploymentKey, commit: string, status: DeploymentStatus): Promise<number>;
  report(id: number, status: DeploymentStatus): Promise<void>;
  /** Makes all deployments of the task inactive, but for `except`. */
  retire(task: string, status: DeploymentStatus, except?: number): Promise<void>;
}
