import { type Changes, type Made, type Piece, splicedPieces } from './pieces.ts';
import type { MapNode, ScalarNode, SyntaxNode } from './syntax-tree.ts';
import { pairsOf } from './tree-lookup.ts';

/** `short` where the template may use `!Sub`; a JSON template must not. */
export type Dialect = 'short' | 'long';

/** A made value on one line: JSON, but for short functions. */
export function madeText(made: Made, changes: Changes, dialect: Dialect): Piece[] {
  switch (made.kind) {
    case 'text':
      return quoted(made.pieces);
    case 'number':
      return [...made.pieces];
    case 'call': {
      const argument = madeText(made.argument, changes, dialect);
      if (dialect === 'short') return [`!${made.name} `, ...argument];
      const key = made.name === 'Ref' ? 'Ref' : `Fn::${made.name}`;
      return [`{"${key}": `, ...argument, '}'];
    }
    case 'list':
      return ['[', ...joined(made.items.map((item) => madeText(item, changes, dialect))), ']'];
    case 'map':
      return ['{', ...joined(made.entries.map((entry) => entryText(entry, changes, dialect))), '}'];
    case 'node':
      return unreplaced(made.node, changes, dialect);
  }
}

/** A part of the original on one line, with its changes; aliases and merges are written out. */
export function flowText(node: SyntaxNode, changes: Changes, dialect: Dialect): Piece[] {
  const replaced = changes.replaced.get(node);
  return replaced ? madeText(replaced, changes, dialect) : unreplaced(node, changes, dialect);
}

function unreplaced(node: SyntaxNode, changes: Changes, dialect: Dialect): Piece[] {
  if (node.kind === 'alias') return flowText(node.target, changes, dialect);
  const tag = node.tag === undefined || node.tag.startsWith('tag:') ? [] : [`${node.tag} `];
  if (node.kind === 'scalar') return [...tag, ...scalarText(node, changes)];
  if (node.kind === 'map') return [...tag, ...mapText(node, changes, dialect)];
  const items = node.items.map((item) => flowText(item, changes, dialect));
  const appended = (changes.appended.get(node) ?? []).map((item) =>
    madeText(item, changes, dialect),
  );
  return [...tag, '[', ...joined([...items, ...appended]), ']'];
}

/** A key and its value. */
export function entryText(
  [name, value]: readonly [string, Made],
  changes: Changes,
  dialect: Dialect,
): Piece[] {
  return [`${JSON.stringify(name)}: `, ...madeText(value, changes, dialect)];
}

/** Double-quoted; what fills the holes needs no escaping. */
export function quoted(pieces: readonly Piece[]): Piece[] {
  const escaped = pieces.map((piece) =>
    typeof piece === 'string' ? JSON.stringify(piece).slice(1, -1) : piece,
  );
  return ['"', ...escaped, '"'];
}

function mapText(node: MapNode, changes: Changes, dialect: Dialect): Piece[] {
  const added = (changes.added.get(node) ?? []).map((entry) => entryText(entry, changes, dialect));
  const own = pairsOf(node)
    .filter(({ value }) => !changes.removed.has(value))
    .map(({ name, value }) => [`${JSON.stringify(name)}: `, ...flowText(value, changes, dialect)]);
  return ['{', ...joined([...added, ...own]), '}'];
}

function scalarText(node: ScalarNode, changes: Changes): Piece[] {
  const splices = changes.spliced.get(node);
  if (splices) return quoted(splicedPieces(node.value, splices));
  if (node.style !== 'plain') return quoted([node.value]);
  if (node.empty) return ['null'];
  return /^[\w.+-]+$/.test(node.value) ? [node.value] : quoted([node.value]);
}

function joined(parts: readonly (readonly Piece[])[]): Piece[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [', ', ...part]));
}
