import type { Instant } from '../core/time.ts';
import { entryFrom } from './audit-log.ts';
import { type CellReader, cellReader } from './cell-reader.ts';
import { cellRef, witnessRef } from './cell-ref.ts';
import type { Ledger } from './ledger.ts';
import type { RefStore } from './ref-store.ts';
import { snapshotOf } from './snapshot.ts';
import { transition, type Writer } from './transition.ts';

/** What a ledger is opened with. */
export interface LedgerOptions {
  readonly store: RefStore;
  readonly writer: Writer;
  /** Values that must not get into a record, besides all that looks like a credential. */
  readonly secrets: readonly string[];
  /** The time, as the audit log and `Decide` get it. */
  now(): Instant;
  /** Waits before a read or swap is repeated. */
  pause(milliseconds: number): Promise<void>;
}

/** A ledger for one run; it remembers what the run saw and wrote. Sends nothing yet. */
export function openLedger({ store, writer, secrets, now, pause }: LedgerOptions): Ledger {
  const reader = cellReader(store, pause);
  /** The commit to which this run moved each ref last. */
  const moved = new Map<string, string | undefined>();
  /** What others may still be at, or moved while this run did: they note it, or a later run does. */
  const left = new Set<string>();
  let operations = 0;
  const note = (ref: string, mine: string | undefined) => {
    const { commit, record } = reader.known(ref) ?? {};
    const before = moved.get(ref) ?? reader.found(ref)?.held?.commit;
    if (commit !== mine || record?.previous[0] !== before) left.add(ref);
    moved.set(ref, mine);
  };
  const operation = () => {
    operations += 1;
    return `${writer.id}-${operations}`;
  };
  return {
    read: async (cell) => snapshotOf(cell, (await reader.see(cell)).held),
    readAll: async (cells) => {
      const seen = await reader.seeAll(cells);
      return cells.map((cell, index) => snapshotOf(cell, seen[index]?.held));
    },
    transition: async (cell, decide) => {
      const recorder = { store, reader, writer, secrets, operation, now, pause };
      const outcome = await transition(recorder, cell, decide);
      if (outcome.kind === 'recorded') note(cellRef(cell), outcome.snapshot.last?.commit);
      return outcome;
    },
    history: async (cell, limit) => {
      const { held } = await reader.see(cell);
      return held ? (await store.history(held.commit, limit)).map(entryFrom) : [];
    },
    unfinished: async (cell, within) => {
      const ref = cellRef(cell);
      if (!reader.found(ref)) await reader.see(cell);
      const { held, witness } = reader.found(ref) ?? {};
      if (!held || held.commit === witness) return undefined;
      const { at } = held.record;
      if (at !== undefined && now() - at < within) {
        left.add(ref);
        return undefined;
      }
      if (!moved.has(ref)) moved.set(ref, reader.known(ref)?.commit);
      const before = witness === undefined ? undefined : await reader.at(cell, witness);
      return snapshotOf(cell, before);
    },
    witness: async () => {
      for (const ref of moved.keys()) {
        const commit = reader.known(ref)?.commit;
        if (!left.has(ref)) await advance(store, reader, ref, commit);
      }
      moved.clear();
    },
    leave: async () => {
      for (const ref of moved.keys()) {
        const oldest = reader.known(ref)?.record.previous.at(-1);
        if (!reader.witnessed(ref)) await advance(store, reader, ref, oldest);
      }
      moved.clear();
    },
  };
}

/** A witness that is refused was advanced by a rival; one that fails is advanced by the next run. */
async function advance(
  store: RefStore,
  reader: CellReader,
  ref: string,
  commit: string | undefined,
): Promise<void> {
  if (commit === undefined) return;
  await store.swap(witnessRef(ref), reader.witnessed(ref), commit).catch(() => undefined);
}
