import type { Instant } from '../../../core/time.ts';
import type { Written } from '../written.ts';

/** What the way needs of GitHub. */
export interface PullRequestWorld {
  readonly pulls: PromotionPulls;
  readonly trimmings: Trimmings;
  readonly branches: Branches;
  readonly objects: GitObjects;
  readonly comparisons: Comparisons;
}

/** What the way needs in all. */
export interface PullRequestPorts extends PullRequestWorld {
  clock(): Instant;
  /** What went wrong beside the point, for people. */
  warn(line: string): void;
}

/** Pull requests whose heads are branches of this very repository. */
export interface PromotionPulls {
  /**
   * All from that branch into that base, in any state, newest first; heads of forks with the same name are left out.
   * Throws when not every page could be seen.
   */
  ofBranch(branch: string, base: string): Promise<readonly Pull[]>;
  /** `undefined` = there is no such pull request. */
  show(number: number): Promise<ShownPull | undefined>;
  open(pull: NewPull): Promise<Written<Pull>>;
  /** Only while its head is that commit. The value is the commit of the merge. */
  merge(number: number, head: string, method: MergeMethod): Promise<Written<string>>;
  /** Says why first, in one comment that is found again by its marker. */
  close(number: number, marker: string, comment: string): Promise<void>;
}

/** What a pull request gets once it is open. Each asks for what is not there already. */
export interface Trimmings {
  label(number: number, labels: readonly string[]): Promise<Written>;
  /** Logins, and teams as `team:slug`. */
  askFor(number: number, reviewers: readonly string[]): Promise<Written>;
}

/** Branches of this repository. */
export interface Branches {
  tip(branch: string): Promise<Tip | undefined>;
  /** Refused as `outrun` when it is there already. */
  create(branch: string, commit: string): Promise<Written>;
  /** Compare-and-swap: refused as `outrun` unless it is at `before` still. `after: undefined` deletes it. */
  move(branch: string, before: string, after: string | undefined): Promise<Written>;
}

/** The git database of this repository. */
export interface GitObjects {
  /** Throws when there is none. */
  commit(sha: string): Promise<Commit>;
  /** The files at these paths; what is not there is absent. */
  files(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, FoundFile>>;
  /** The tree `base` with these files in the place of theirs; answers its id. */
  writeTree(base: string, files: readonly TextFile[]): Promise<string>;
  writeCommit(message: string, tree: string, parent: string): Promise<string>;
}

/** What lies between two commits. */
export interface Comparisons {
  /** Of commits or branches. Oldest first, at most `limit`; `undefined` = one of them is not known. */
  between(from: string, to: string, limit: number): Promise<Comparison | undefined>;
}

export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** Where a branch is: ids of its commit, and of that commit's tree. */
export interface Tip {
  readonly commit: string;
  readonly tree: string;
}

/** A commit as far as it is compared. */
export interface Commit {
  readonly message: string;
  readonly tree: string;
  readonly parents: readonly string[];
}

/** A file whose bytes are UTF-8, a byte order mark included; `mode` as git has it. */
export interface TextFile {
  readonly path: string;
  readonly mode: string;
  readonly text: string;
}

/** A file, or why it is none that can be edited. */
export type FoundFile = TextFile | { readonly unfit: string };

/** The subjects of commits. */
export interface Comparison {
  readonly commits: readonly { readonly sha: string; readonly subject: string }[];
  /** Commits that `to` has and `from` has not, and the other way round. */
  readonly ahead: number;
  readonly behind: number;
}

/** A pull request as a list has it. */
export interface Pull {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly createdAt: Instant;
  readonly mergedAt?: Instant;
  readonly labels: readonly string[];
  /** Who is asked for a review still: logins, and teams as `team:slug`. */
  readonly asked: readonly string[];
}

/** A pull request with everything. */
export interface ShownPull extends Pull {
  readonly author: string;
  readonly draft: boolean;
  /** Commit of the head. */
  readonly head: string;
  /** Branch of the head; `undefined` = it is one of a fork, or gone. */
  readonly branch: string | undefined;
  readonly base: string;
  readonly merges: Merges;
  readonly closedAt?: Instant;
  /** Who merged or closed it, where GitHub says so. */
  readonly endedBy?: string;
  readonly mergeCommit?: string;
}

/**
 * What GitHub says of merging it, by its `mergeable_state`:
 * docs.github.com/en/graphql/reference/enums#mergestatestatus. `unknown` = it is not worked out yet.
 */
export type Merges = 'clean' | 'unstable' | 'blocked' | 'behind' | 'dirty' | 'draft' | 'unknown';

/** A pull request to be made. */
export interface NewPull {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
}
