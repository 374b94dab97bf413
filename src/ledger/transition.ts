import { sha256Hex } from '../core/sha256.ts';
import type { Instant } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';
import { commitMessage, oneLine } from './audit-log.ts';
import type { CellReader, Seen } from './cell-reader.ts';
import { cellRef, cellTitle } from './cell-ref.ts';
import { isInChain } from './chain.ts';
import type { Cell, Decide, Next, Outcome, Snapshot } from './ledger.ts';
import { lostRecord } from './lost-record.ts';
import { ancestorsAfter, formatRecord, type Held, type LedgerRecord } from './record.ts';
import type { RefStore, Swap } from './ref-store.ts';
import { refuseSecrets } from './secret-check.ts';
import { snapshotOf } from './snapshot.ts';

/** Who writes, for the audit log. */
export interface Writer {
  /** Unique to this process, and kept out of no text: run id, attempt and something random. */
  readonly id: string;
  /** Login of the person or bot behind the run. */
  readonly by: string;
  /** Address of the run. */
  readonly run: string;
}

/** What a transition needs besides the cell. */
export interface Recorder {
  readonly store: RefStore;
  readonly reader: CellReader;
  readonly writer: Writer;
  /** Values that must not get into a record. */
  readonly secrets: readonly string[];
  /** An operation id that was never used. */
  operation(): string;
  now(): Instant;
  pause(milliseconds: number): Promise<void>;
}

/** A commit that was made for a transition, and what it was made on. */
interface Pending {
  readonly before: string | undefined;
  readonly mine: Held;
}

/** A transition at its present try. */
interface Attempt {
  readonly ref: string;
  readonly seen: Seen;
  readonly pending: Pending | undefined;
  readonly swap: Swap | undefined;
  /** An answer was lost, so that the pending commit may be in the chain, now or later. */
  readonly uncertain: boolean;
}

/** Lost swaps before a run gives up. */
const tries = 10;
const shortestPause = 60;
const longestPause = 4_000;

/**
 * Moves a cell by compare-and-swap. A commit is made on the tip that was read, and counts when the swap of the
 * ref from that tip succeeds. After any other answer the chain is searched for the commit, which is one with its
 * operation id; while the tip has not moved the same swap is repeated, which cannot count twice.
 */
export async function transition<State>(
  recorder: Recorder,
  cell: Cell<State>,
  decide: Decide<State>,
): Promise<Outcome<State>> {
  const ref = cellRef(cell);
  const { reader, store, pause, writer } = recorder;
  let at: Attempt = {
    ref,
    seen: await reader.see(cell),
    pending: undefined,
    swap: undefined,
    uncertain: false,
  };
  for (let attempt = 1; ; attempt += 1) {
    const pending = at.pending ?? (await prepare(recorder, cell, decide, at.seen));
    if (!pending) return { kind: 'unchanged', snapshot: snapshotOf(cell, at.seen.held) };
    const swap = await store.swap(ref, pending.before, pending.mine.commit);
    at = { ...at, pending, swap, uncertain: at.uncertain || swap.kind === 'unknown' };
    if (swap.kind === 'moved') return recorded(recorder, cell, pending.mine);
    await pause(waitBefore(attempt, writer));
    const looked = await lookAgain(recorder, cell, at, pending);
    if ('outcome' in looked) return looked.outcome;
    at = looked.attempt;
    if (attempt >= tries) return giveUp(cell, at, store.remote);
  }
}

/** Asks for the next state and makes its commit; `undefined` when there is nothing to do. */
async function prepare<State>(
  { store, writer, secrets, operation, now }: Recorder,
  cell: Cell<State>,
  decide: Decide<State>,
  { held }: Seen,
): Promise<Pending | undefined> {
  const at = now();
  const next = decide(snapshotOf(cell, held), at);
  if (!next) return undefined;
  const record = nextRecord(cell, next, at, held, { ...writer, id: operation() });
  const text = formatRecord(record);
  refuseSecrets(JSON.parse(text), secrets);
  const commit = await store.write({
    parent: held?.commit,
    record: text,
    message: commitMessage(record),
    by: record.by || 'understudy',
    at,
  });
  const state: unknown = (JSON.parse(text) as { state: unknown }).state;
  return { before: held?.commit, mine: { commit, record: { ...record, state } } };
}

function nextRecord<State>(
  cell: Cell<State>,
  { state, why }: Next<State>,
  at: Instant,
  held: Held | undefined,
  writer: Writer,
): LedgerRecord {
  return {
    cell: cellTitle(cell),
    sequence: (held?.record.sequence ?? 0) + 1,
    at,
    by: oneLine(writer.by),
    run: oneLine(writer.run),
    why: oneLine(why),
    operation: writer.id,
    version: cell.version,
    state,
    previous: ancestorsAfter(held),
  };
}

/** Looks what became of a swap that was not simply answered with success. */
async function lookAgain<State>(
  recorder: Recorder,
  cell: Cell<State>,
  at: Attempt,
  { mine, before }: Pending,
): Promise<{ outcome: Outcome<State> } | { attempt: Attempt }> {
  const { reader, store } = recorder;
  try {
    const seen = await reader.see(cell);
    if (seen.held?.commit === before) return { attempt: { ...at, seen } };
    const { held } = seen;
    const won = held !== undefined && (await isInChain(store, held, mine.commit, before));
    if (won) return { outcome: recorded(recorder, cell, mine, held) };
    return { attempt: { ...at, seen, pending: undefined, uncertain: false } };
  } catch (cause) {
    if (!at.uncertain || cause instanceof UserError) throw cause;
    return { outcome: unknown(mine, String(cause)) };
  }
}

function recorded<State>(
  { reader }: Recorder,
  cell: Cell<State>,
  mine: Held,
  newest: Held = mine,
): Outcome<State> {
  reader.note(cell, newest);
  return { kind: 'recorded', snapshot: snapshotOf(cell, mine) };
}

function giveUp<State>(cell: Cell<State>, at: Attempt, remote?: string): Outcome<State> {
  const { pending, seen, swap, ref } = at;
  const snapshot: Snapshot<State> = snapshotOf(cell, seen.held);
  if (!pending) return { kind: 'contended', snapshot };
  const detail = swap && 'detail' in swap ? swap.detail : '';
  if (at.uncertain) return unknown(pending.mine, detail);
  if (seen.behind && seen.held)
    throw lostRecord(ref, { kind: 'deleted', known: seen.held.commit }, remote);
  throw new UserError(
    `${ref} could not be moved: ${detail}`,
    'Whatever guards refs of the repository (rules, hooks, permissions) must let `refs/understudy/` be. Run again.',
  );
}

function unknown(
  mine: Held,
  detail: string,
): { kind: 'unknown'; operation: string; detail: string } {
  return { kind: 'unknown', operation: mine.record.operation, detail };
}

/** Longer from try to try, and different from writer to writer without chance. */
function waitBefore(attempt: number, { id }: Writer): number {
  const share = Number.parseInt(sha256Hex(`${id} ${attempt}`).slice(0, 8), 16) / 2 ** 32;
  return Math.round(Math.min(longestPause, shortestPause * 2 ** (attempt - 1)) * (0.25 + share));
}
