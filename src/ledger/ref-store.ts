import type { Instant } from '../core/time.ts';

/** A commit to be made: one file, `record.json`, and at most one parent. */
export interface NewCommit {
  readonly parent: string | undefined;
  readonly record: string;
  readonly message: string;
  /** Name of author and committer. */
  readonly by: string;
  readonly at: Instant;
}

/** A commit as the audit log needs it. */
export interface LoggedCommit {
  readonly commit: string;
  readonly message: string;
  readonly author: string;
}

/**
 * What became of a swap. `refused`: it did not happen and will not, for whatever reason. `unknown`: it may have
 * happened, or happen yet.
 */
export type Swap =
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/**
 * Commits and refs, wherever they are. Reads may be old: nothing rests on them. Throws a `UserError` where the
 * user has to mend something, and any other error where a read or a write of objects failed.
 */
export interface RefStore {
  /** What people write for it in commands of git, where that is not `origin` of any clone. */
  readonly remote?: string;
  /** All refs whose full name starts so, with their commits. */
  tips(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Text of the `record.json` of a commit; `undefined` when there is no such file or commit, or not yet. */
  record(commit: string): Promise<string | undefined>;
  /** Makes a commit that no ref leads to. The same content always gets the same id. */
  write(commit: NewCommit): Promise<string>;
  /**
   * Moves a ref from `before` (`undefined`: it must not exist) to a child of it. A ref that is at `after`
   * already was moved.
   */
  swap(ref: string, before: string | undefined, after: string): Promise<Swap>;
  /** A commit and its ancestors, newest first. */
  history(commit: string, limit: number): Promise<readonly LoggedCommit[]>;
}

/** Mail address of author and committer; GitHub knows no account of that name. */
export const ledgerMail = 'ledger@understudy.invalid';
/** The one file of each commit. */
export const recordFile = 'record.json';
