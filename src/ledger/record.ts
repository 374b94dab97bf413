import { parseInstant, toIso } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';
import { isPlainObject, plainJson } from './json.ts';
import type { Entry } from './ledger.ts';

/** Of the frame around the state. One that is newer is refused, never guessed at. */
const format = 1;
/** How many ancestors a record names, so that most questions about the chain need no request. */
const named = 10;

/** `record.json`: the state of a cell, and how it came to be. */
export interface LedgerRecord extends Omit<Entry, 'commit'> {
  readonly cell: string;
  readonly sequence: number;
  /** Of the form of the state. */
  readonly version: number;
  /** As parsed from JSON. */
  readonly state: unknown;
  /** The parent, its parent, and so on. */
  readonly previous: readonly string[];
}

/** A record with the commit that holds it. */
export interface Held {
  readonly commit: string;
  readonly record: LedgerRecord;
}

/** What `previous` is in a record that follows. */
export function ancestorsAfter(before: Held | undefined): string[] {
  return before ? [before.commit, ...before.record.previous].slice(0, named) : [];
}

/** The text of `record.json`; the frame first, as people read it. */
export function formatRecord(record: LedgerRecord): string {
  const { cell, sequence, at, by, run, why, operation, version, state, previous } = record;
  const frame = {
    format,
    cell,
    sequence,
    ...(at !== undefined && { at: toIso(at) }),
    by,
    run,
    why,
    operation,
    version,
    state: plainJson(state, ['state']),
    previous,
  };
  return `${JSON.stringify(frame, undefined, 2)}\n`;
}

/**
 * Reads `record.json`. Only what decides has to be there; a record that a person wrote may lack the rest. Throws
 * a `UserError` that says where it is.
 */
export function parseRecord(text: string, cell: string, ref: string, commit: string): LedgerRecord {
  const value = parseFrame(text, cell, ref, commit);
  const { sequence, previous, version } = value;
  return {
    cell,
    sequence: isCount(sequence) ? sequence : 1,
    at: typeof value.at === 'string' ? parseInstant(value.at) : undefined,
    by: textOr(value.by),
    run: textOr(value.run),
    why: textOr(value.why),
    operation: textOr(value.operation),
    version: isCount(version) ? version : 1,
    state: value.state,
    previous: Array.isArray(previous) ? previous.filter((one) => typeof one === 'string') : [],
  };
}

/** The entry of the audit log that a record itself tells of. */
export function entryOf({ commit, record }: Held): Entry {
  const { operation, at, by, run, why } = record;
  return { commit, operation, at, by, run, why };
}

/** A state that this version cannot read. */
export function newerVersion(what: string, ref: string, found: number, known: number): UserError {
  return new UserError(
    `${ref} was written by a newer version of Understudy: ${what} ${found}, this one reads up to ${known}`,
    'Use that version or a later one in all workflows of the repository.',
  );
}

function parseFrame(text: string, cell: string, ref: string, commit: string) {
  const value = parseJson(text);
  if (!isPlainObject(value) || !isCount(value.format) || value.state === undefined) {
    throw unreadable(ref, commit, 'its `record.json` is no record of the ledger');
  }
  if (value.format > format) throw newerVersion('format', ref, value.format, format);
  if (value.cell !== undefined && value.cell !== cell) {
    throw unreadable(ref, commit, `it holds the record of ${String(value.cell)}, not of ${cell}`);
  }
  return value;
}

/** A record that is there and cannot be read. */
export function unreadable(ref: string, commit: string, why: string): UserError {
  return new UserError(
    `${ref} cannot be read at commit ${commit}: ${why}`,
    `\`git show ${commit}\` shows who wrote it; docs/ledger.md says how to go back to the record before it.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
