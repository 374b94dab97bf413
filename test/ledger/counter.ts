import { type Instant, instant } from '../../src/core/time.ts';
import type { Cell, Decide, Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { RefStore } from '../../src/ledger/ref-store.ts';

/** A state that shows a lost or doubled transition: a number, and who raised it last. */
export interface Count {
  readonly value: number;
  readonly by: string;
}

export const noon: Instant = instant(Date.parse('2026-11-21T12:00:00Z'));

/** A cell that counts. */
export function counter(...name: string[]): Cell<Count> {
  return {
    kind: 'test',
    name: name.length > 0 ? name : ['counter'],
    version: 1,
    parse: (value) => {
      const { value: count, by } = value as Count;
      if (typeof count !== 'number') throw new Error('`value` is no number');
      return { value: count, by };
    },
  };
}

/** Counts up by one. */
export function raise(by: string): Decide<Count> {
  return ({ state }) => ({
    state: { value: (state?.value ?? 0) + 1, by },
    why: `${by} counts`,
  });
}

/** A ledger of one run that never waits. */
export function ledgerOf(store: RefStore, id = 'run-1', secrets: readonly string[] = []): Ledger {
  const run = `https://github.com/acme/app/actions/runs/${id}`;
  return openLedger({
    store,
    writer: { id, by: 'ada', run },
    secrets,
    now: () => noon,
    pause: async () => {},
  });
}

/** The value that a cell holds, by a run that never saw it before. */
export async function countOf(store: RefStore, cell: Cell<Count>): Promise<number | undefined> {
  return (await ledgerOf(store, 'reader').read(cell)).state?.value;
}
