import type { UserError } from '../core/user-error.ts';
import { cellRef, cellTitle, kindPrefix, witnessRef } from './cell-ref.ts';
import { isInChain } from './chain.ts';
import type { Cell } from './ledger.ts';
import { lostRecord } from './lost-record.ts';
import { type Held, parseRecord, unreadable } from './record.ts';
import type { RefStore } from './ref-store.ts';

/** Only what identifies a cell. */
export type CellName = Pick<Cell<unknown>, 'kind' | 'name'>;

/** Where a cell is, as far as this run knows. */
export interface Seen {
  /** `undefined` = there never was a transition. */
  readonly held: Held | undefined;
  /** What the store said is older than what this run wrote or saw before: an old answer, or a ref set back. */
  readonly behind: boolean;
}

/** A cell as a run came upon it. */
export interface Found {
  readonly held: Held | undefined;
  readonly witness: string | undefined;
}

/** Reads cells, and knows what this run saw of them, so that it never goes back. */
export interface CellReader {
  see(cell: CellName): Promise<Seen>;
  /** The same for cells of one kind. */
  seeAll(cells: readonly CellName[]): Promise<readonly Seen[]>;
  /** What a run wrote itself it has seen. */
  note(cell: CellName, held: Held): void;
  /** What the run saw last. */
  known(ref: string): Held | undefined;
  /** How far the witness was, when it was read last. */
  witnessed(ref: string): string | undefined;
  /** What was found at the first look, and how far the witness was then. */
  found(ref: string): Found | undefined;
  /** The record that a commit of the cell holds; `undefined` = it cannot be found (any more). */
  at(cell: CellName, commit: string): Promise<Held | undefined>;
}

/** Between reads of a ref that seems lost: an old answer is not a loss (reports of up to 30 s are rare). */
const patience = [250, 1_000, 3_000];

type Tips = ReadonlyMap<string, string>;
type Finding = { readonly seen: Seen } | { readonly fault: UserError; readonly certain: boolean };

/** A reader that has seen nothing. */
export function cellReader(
  store: RefStore,
  pause: (milliseconds: number) => Promise<void>,
): CellReader {
  const known = new Map<string, Held>();
  const witnesses = new Map<string, string>();
  const first = new Map<string, Found>();
  const look = async (cell: CellName, tips: Tips): Promise<Finding> => {
    const ref = cellRef(cell);
    const witness = tips.get(witnessRef(ref));
    if (witness) witnesses.set(ref, witness);
    const finding = await judge({ store, cell, ref, tip: tips.get(ref), witness }, known.get(ref));
    if (!('seen' in finding)) return finding;
    const { held } = finding.seen;
    if (held) known.set(ref, held);
    if (!first.has(ref)) first.set(ref, { held, witness });
    return finding;
  };
  const patiently = async (cell: CellName, tips: Tips): Promise<Seen> => {
    let finding = await look(cell, tips);
    for (const wait of patience) {
      if ('seen' in finding) return finding.seen;
      if (finding.certain) break;
      await pause(wait);
      finding = await look(cell, await store.tips(cellRef(cell)));
    }
    if ('seen' in finding) return finding.seen;
    throw finding.fault;
  };
  return {
    see: async (cell) => patiently(cell, await store.tips(cellRef(cell))),
    seeAll: async (cells) => {
      const kinds = new Set(cells.map(({ kind }) => kind));
      if (kinds.size > 1) throw new RangeError(`cells of several kinds: ${[...kinds].join(', ')}`);
      const tips = cells[0] ? await store.tips(kindPrefix(cells[0].kind)) : new Map();
      const all: Seen[] = [];
      for (const cell of cells) all.push(await patiently(cell, tips));
      return all;
    },
    note: (cell, held) => void known.set(cellRef(cell), held),
    known: (ref) => known.get(ref),
    witnessed: (ref) => witnesses.get(ref),
    found: (ref) => first.get(ref),
    at: (cell, commit) => load({ store, cell, ref: cellRef(cell) }, commit),
  };
}

interface Observed {
  readonly store: RefStore;
  readonly cell: CellName;
  readonly ref: string;
  readonly tip: string | undefined;
  readonly witness: string | undefined;
}

/** Compares what the store says now with what is known, by this run itself or else by the witness. */
async function judge(observed: Observed, known: Held | undefined): Promise<Finding> {
  const { tip, witness, store, ref } = observed;
  if (known) return judgeByMemory(observed, known);
  if (tip === undefined) {
    return witness
      ? doubt(lostRecord(ref, { kind: 'deleted', known: witness }, store.remote))
      : found(undefined);
  }
  const held = await load(observed, tip);
  if (!held) return noRecord(observed, tip);
  if (!witness || (await isInChain(store, held, witness))) return found(held);
  return doubt(lostRecord(ref, { kind: 'replaced', known: witness, found: tip }, store.remote));
}

/** What this run wrote or saw is true: the chain only grows, so that an older answer is no news. */
async function judgeByMemory(observed: Observed, known: Held): Promise<Finding> {
  const { tip, store, ref } = observed;
  if (tip === known.commit) return found(known);
  if (tip === undefined) return { seen: { held: known, behind: true } };
  if (await isInChain(store, known, tip)) return { seen: { held: known, behind: true } };
  const held = await load(observed, tip);
  if (!held) return noRecord(observed, tip);
  if (await isInChain(store, held, known.commit)) return found(held);
  const fault = lostRecord(
    ref,
    { kind: 'replaced', known: known.commit, found: tip },
    store.remote,
  );
  return { fault, certain: true };
}

async function load(
  { store, cell, ref }: Pick<Observed, 'store' | 'cell' | 'ref'>,
  commit: string,
): Promise<Held | undefined> {
  const text = await store.record(commit);
  if (text === undefined) return undefined;
  return { commit, record: parseRecord(text, cellTitle(cell), ref, commit) };
}

function found(held: Held | undefined): Finding {
  return { seen: { held, behind: false } };
}

function doubt(fault: UserError): Finding {
  return { fault, certain: false };
}

/** Reads that are old may know a ref and not yet its commit. */
function noRecord({ ref }: Observed, commit: string): Finding {
  return doubt(unreadable(ref, commit, 'it has no `record.json`'));
}
