import { sha256Hex } from '../core/sha256.ts';
import type { Cell } from './ledger.ts';

const plain = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;
/** Leaves room for a hash, and for several parts in what GitHub and file systems take as a name. */
const longest = 60;

/**
 * The ref of a cell. A part that is a plain word stands as it is; any other, users' text as it may be, becomes
 * one of letters, digits and dashes with a hash of the whole, so that no two names share a ref.
 */
export function cellRef({ kind, name }: Pick<Cell<unknown>, 'kind' | 'name'>): string {
  if (name.length === 0) throw new RangeError(`a cell of ${kind} needs a name`);
  return `${kindPrefix(kind)}${name.map(refPart).join('/')}`;
}

/** What the refs of all cells of a kind start with. */
export function kindPrefix(kind: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(kind)) throw new RangeError(`${kind} is no kind of a cell`);
  return `refs/understudy/${kind}/`;
}

/**
 * The second ref of a cell, which says how far it has been. A part of a name never has a `+`, which also sorts
 * before what else starts like the cell, so that one request brings both.
 */
export function witnessRef(ref: string): string {
  return `${ref}+seen`;
}

/** What people call a cell, also written into its record: `promotion/app/production`. */
export function cellTitle({ kind, name }: Pick<Cell<unknown>, 'kind' | 'name'>): string {
  return [kind, ...name].join('/');
}

function refPart(text: string): string {
  if (plain.test(text) && text.length <= longest && !/^[0-9a-f]{40}$/.test(text)) return text;
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const slug = words.slice(0, longest - 13).replace(/^-|-$/g, '');
  return `${slug || 'x'}.${sha256Hex(text).slice(0, 12)}`;
}
