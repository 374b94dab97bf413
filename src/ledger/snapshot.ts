import { UserError } from '../core/user-error.ts';
import { cellRef } from './cell-ref.ts';
import type { Cell, Snapshot } from './ledger.ts';
import { entryOf, type Held, newerVersion } from './record.ts';

/** A record in the words of the one whose state it is. Throws a `UserError` for one it cannot read. */
export function snapshotOf<State>(cell: Cell<State>, held: Held | undefined): Snapshot<State> {
  if (!held) return { sequence: 0, state: undefined, last: undefined };
  const { version, state, sequence } = held.record;
  if (version > cell.version) throw newerVersion('version', cellRef(cell), version, cell.version);
  try {
    return { sequence, state: cell.parse(state, version), last: entryOf(held) };
  } catch (cause) {
    throw new UserError(
      `${cellRef(cell)} cannot be read at commit ${held.commit}: ${(cause as Error).message}`,
      `\`git show ${held.commit}\` shows who wrote it; docs/ledger.md says how to go back to the record before it.`,
      { cause },
    );
  }
}
