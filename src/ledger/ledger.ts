import type { Duration, Instant } from '../core/time.ts';

/**
 * What is remembered about one thing: a record that moves from one state to the next by compare-and-swap. An
 * invariant lives in one cell; nothing holds across two.
 */
export interface Cell<State> {
  /** `promotion`: lower-case letters, digits and dashes. */
  readonly kind: string;
  /** One part or more, of any text: pipeline and stage. All cells of a kind have the same number of parts. */
  readonly name: readonly string[];
  /** Of the form of `State` that this code writes, from 1 on. */
  readonly version: number;
  /** The state out of JSON that `version` or an earlier one wrote. Throws for anything else. */
  parse(value: unknown, version: number): State;
}

/** Who did what, when, in which run and why: one line of the audit log. */
export interface Entry {
  /** The commit that holds the record after it. */
  readonly commit: string;
  /** Unique in the whole ledger; empty where somebody wrote by hand. */
  readonly operation: string;
  readonly at: Instant | undefined;
  readonly by: string;
  /** Address of the run. */
  readonly run: string;
  readonly why: string;
}

/** A cell as it was seen. Another run may have moved it since: only a transition tells. */
export interface Snapshot<State> {
  /** Transitions so far; 0 = there never was one. */
  readonly sequence: number;
  /** `undefined` before the first transition. */
  readonly state: State | undefined;
  readonly last: Entry | undefined;
}

/** What a cell is to become. The state is JSON; `why` is one sentence for the audit log. */
export interface Next<State> {
  readonly state: State;
  readonly why: string;
}

/**
 * What a run wants of a cell, given how it is and what time it is. Pure; asked again whenever a rival was faster.
 * `undefined` = leave it as it is.
 */
export type Decide<State> = (seen: Snapshot<State>, now: Instant) => Next<State> | undefined;

/** How a transition ended. Each is known for certain but the last. */
export type Outcome<State> =
  | { readonly kind: 'recorded'; readonly snapshot: Snapshot<State> }
  | { readonly kind: 'unchanged'; readonly snapshot: Snapshot<State> }
  /** Nothing was recorded: rivals were faster every time. */
  | { readonly kind: 'contended'; readonly snapshot: Snapshot<State> }
  /** It may or may not have been recorded, or be so later: do not act on it; the next run sees what it came to. */
  | { readonly kind: 'unknown'; readonly operation: string; readonly detail: string };

/**
 * Compare-and-swap records on `refs/understudy/<kind>/<name>`, with the chain of commits as audit log. All
 * methods throw a `UserError` when a record is lost, unreadable or from a newer version, or may not be reached.
 */
export interface Ledger {
  /** What this run can know without a write; at most 2 requests. Never older than what this run wrote itself. */
  read<State>(cell: Cell<State>): Promise<Snapshot<State>>;
  /** As `read`, for several cells of one kind: one request, and one more for each cell that there is. */
  readAll<State>(cells: readonly Cell<State>[]): Promise<readonly Snapshot<State>[]>;
  /** At most 2 reads and 3 writes unless a rival or a fault is in the way. */
  transition<State>(cell: Cell<State>, decide: Decide<State>): Promise<Outcome<State>>;
  /** The audit log, newest first; one request for each hundred. */
  history<State>(cell: Cell<State>, limit: number): Promise<readonly Entry[]>;
  /**
   * The cell as it was when a run that moved it last came to its end, if others moved it since who must be gone: the newest
   * entry is older than `within`. What they were to do yet is this run's then. `undefined` = nothing was left, or they may
   * be at it still. At most one request after a `read`.
   */
  unfinished<State>(
    cell: Cell<State>,
    within: Duration,
  ): Promise<Pick<Snapshot<State>, 'state' | 'last'> | undefined>;
  /**
   * Notes how far this run has moved its cells, one request for each, so that a later run finds out when a ref
   * was deleted or set back, or that a run between did not come to its end. To be called once, at the end. Never throws: what was not noted is by the next run.
   */
  witness(): Promise<void>;
  /**
   * In the place of `witness`, by a run that could not do all that its transitions ask for and has a reason to think that a
   * later one can: the witness stays, so that `unfinished` tells of it then. A cell that has none yet gets one at the oldest
   * commit that is known before its last, so that its loss is found out all the same. Never throws.
   */
  leave(): Promise<void>;
}
