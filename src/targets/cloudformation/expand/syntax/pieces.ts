import type { ScalarNode, SyntaxNode } from './syntax-tree.ts';

/** What differs between one preview's clones and another's. Their values hold no quotes, backslashes or spaces. */
export type Hole =
  /** `1D0FD508`: end of logical ids, letters and digits only. */
  | 'logical'
  /** `-1D0FD508`: end of names. */
  | 'dashed'
  /** `1D0FD508`. */
  | 'upper'
  | 'domain'
  /** `:sha` or `@sha256:…`. */
  | 'version'
  /** Whole reference of an image. */
  | 'image'
  /** Of the nth cloned rule. */
  | { readonly priority: number }
  /** That name with `-1D0FD508` after it, shortened to the limit. */
  | { readonly name: string; readonly limit: number };

/** Text, or a hole in it. */
export type Piece = string | { readonly hole: Hole };

/** A value that a clone has instead of the original's. */
export type Made =
  | { readonly kind: 'text'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'number'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'call'; readonly name: string; readonly argument: Made }
  | { readonly kind: 'list'; readonly items: readonly Made[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Made])[] }
  /** A part of the original, with the changes of the clone in it. */
  | { readonly kind: 'node'; readonly node: SyntaxNode };

/** Characters of a text's value that give way to something else. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly pieces: readonly Piece[];
}

/** Everything that makes a clone differ from its original, by place in the tree. */
export interface Changes {
  readonly replaced: Map<SyntaxNode, Made>;
  /** Without its tag: a changed `!Sub` stays one. */
  readonly spliced: Map<ScalarNode, Splice[]>;
  /** By the value of the pair. */
  readonly removed: Set<SyntaxNode>;
  readonly appended: Map<SyntaxNode, Made[]>;
  readonly added: Map<SyntaxNode, (readonly [string, Made])[]>;
  /** What a comment on the line where the value ends says instead. */
  readonly remarked: Map<SyntaxNode, readonly Piece[]>;
}

export function noChanges(): Changes {
  return {
    replaced: new Map(),
    spliced: new Map(),
    removed: new Set(),
    appended: new Map(),
    added: new Map(),
    remarked: new Map(),
  };
}

/** Where a text's value changes; from the last to the first, so that offsets hold. */
export function splice(changes: Changes, node: ScalarNode, ...splices: readonly Splice[]): void {
  if (splices.length === 0) return;
  const all = [...(changes.spliced.get(node) ?? []), ...splices];
  changes.spliced.set(
    node,
    all.sort((a, b) => a.from - b.from),
  );
}

export const hole = (name: Hole): Piece => ({ hole: name });

export const text = (...pieces: readonly Piece[]): Made => ({ kind: 'text', pieces });

export const call = (name: string, argument: Made): Made => ({ kind: 'call', name, argument });

export const list = (...items: readonly Made[]): Made => ({ kind: 'list', items });

/** The value of a text with its splices in it. */
export function splicedPieces(value: string, splices: readonly Splice[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to, pieces: put } of splices) {
    if (from > at) pieces.push(value.slice(at, from));
    pieces.push(...put);
    at = to;
  }
  if (at < value.length) pieces.push(value.slice(at));
  return pieces;
}
