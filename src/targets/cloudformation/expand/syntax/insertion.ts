import {
  atLineStart,
  contentEnd,
  endsInBlockScalar,
  indentBefore,
  isFirstOnLine,
  lineEnd,
  nextLine,
} from './source-text.ts';
import type { MapNode, PairNode, SyntaxNode } from './syntax-tree.ts';
import { plainText } from './tree-lookup.ts';

/** A place at the end of a map where further entries can stand. */
export interface Insertion {
  readonly at: number;
  readonly flow: boolean;
  /** Of an entry: spaces in block style; in flow style the break before it too, or nothing. */
  readonly indent: string;
  /** Block style: the text has no line break at its end, so that one comes first instead of last. */
  readonly isOpen: boolean;
  /** Flow style: nothing stands before it, so that no comma is needed. */
  readonly isFirst: boolean;
}

/** The end of a map that has entries or is written with braces. */
export function endOf(source: string, map: MapNode): Insertion {
  return map.flow ? endOfFlow(source, map) : endOfBlock(source, map);
}

/** Below a key without a value, as `Metadata:` alone on its line. */
export function below(source: string, pair: PairNode): Insertion {
  const end = Math.max(pair.key.end, contentEnd(pair.value));
  const indent = `${indentBefore(source, pair.from)}  `;
  return { ...afterLine(source, end), flow: false, indent, isFirst: true };
}

/** Where the last entry of a map in braces ends, and the next may follow. */
export function entryEnd(map: MapNode, index: number): number {
  const pair = map.pairs[index];
  return pair ? Math.max(pair.key.end, contentEnd(pair.value)) : map.start + 1;
}

function endOfFlow(source: string, map: MapNode): Insertion {
  const last = map.pairs.length - 1;
  const from = map.pairs[last]?.from ?? map.start + 1;
  const before = last < 0 ? '' : source.slice(entryEnd(map, last - 1), from).replace(/^\s*,/, '');
  const indent = before.trim() === '' ? before : ' ';
  return { at: entryEnd(map, last), flow: true, indent, isOpen: false, isFirst: last < 0 };
}

/**
 * After the last entry and the indented comments below it. A block scalar at the very end of a text without a last
 * line break would gain one by anything that follows, so that what is put there comes before its entry instead.
 */
function endOfBlock(source: string, map: MapNode): Insertion {
  const last = map.pairs.at(-1);
  const end = contentEnd(map);
  const indent = last ? indentBefore(source, last.from) : '';
  if (last && end === source.length && endsInBlockScalar(last.value) && !source.endsWith('\n')) {
    return { at: last.from - indent.length, flow: false, indent, isOpen: false, isFirst: false };
  }
  return { ...afterLine(source, end), flow: false, indent, isFirst: false };
}

function afterLine(source: string, end: number): { at: number; isOpen: boolean } {
  let at = atLineStart(source, end) && end > 0 ? end : nextLine(source, end);
  for (let line = at; line < source.length; line = nextLine(source, line)) {
    const content = source.slice(line, lineEnd(source, line));
    if (/^[ \t]+#/.test(content)) at = nextLine(source, line);
    else if (content.trim() !== '') break;
  }
  return { at, isOpen: at === source.length && !source.endsWith('\n') };
}

/** Whether further entries can be put into the value of a section. */
export function isOpenMap(node: SyntaxNode): node is MapNode {
  return node.kind === 'map' && !node.copyOf;
}

/** Whether a section has a key and nothing else. */
export function isEmptySection(source: string, { value, key }: PairNode): boolean {
  return plainText(value)?.empty === true && isFirstOnLine(source, key.from);
}
