import { quoted } from './flow-text.ts';
import { type Piece, type Splice, splicedPieces } from './pieces.ts';
import type { ScalarNode, SyntaxNode } from './syntax-tree.ts';

/** Text that gives way to something else; nothing gives way when `start` is `end`. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
}

/** A stretch of the source with cuts, which do not overlap, in it. */
export function withCuts(
  source: string,
  start: number,
  end: number,
  cuts: readonly Cut[],
): Piece[] {
  const ordered = [...cuts].sort((a, b) => a.start - b.start || a.end - b.end);
  const pieces: Piece[] = [];
  let at = start;
  for (const cut of ordered) {
    if (cut.start > at) pieces.push(source.slice(at, cut.start));
    pieces.push(...cut.pieces);
    at = Math.max(at, cut.end);
  }
  if (end > at) pieces.push(source.slice(at, end));
  return pieces;
}

/** A clone defines no anchors: aliases further down would mean them instead of the original's. */
export function anchorCut(source: string, node: SyntaxNode): Cut[] {
  if (!node.anchor) return [];
  const { start, end } = node.anchor;
  return [{ start, end: source[end] === ' ' ? end + 1 : end, pieces: [] }];
}

/** A text with splices, in its own quotes where they can hold it. Its tag stays. */
export function scalarCut(
  source: string,
  lineBreak: string,
  node: ScalarNode,
  splices: readonly Splice[],
): Cut {
  const { start, end } = node;
  const written = source.slice(start, end);
  const pieces = inOwnQuotes(written, node, splices) ??
    inBlock(written, node, splices) ?? [
      ...quoted(splicedPieces(node.value, splices)),
      ...(written.endsWith('\n') ? [lineBreak] : []),
    ];
  return { start, end, pieces };
}

function inOwnQuotes(
  written: string,
  node: ScalarNode,
  splices: readonly Splice[],
): Piece[] | undefined {
  const { style, value } = node;
  if (style === 'plain') {
    const stays = written === value && /^[A-Za-z$/_]/.test(value) && !splices.some(needsQuotes);
    return stays ? splicedPieces(value, splices) : undefined;
  }
  if (style === 'block' || written.slice(1, -1) !== value) return undefined;
  const quote = written.slice(0, 1);
  return [quote, ...splicedPieces(value, splices), quote];
}

/** What may hold `{`, `:` and the like. */
function needsQuotes({ pieces }: Splice): boolean {
  return pieces.some(
    (piece) => typeof piece !== 'string' && (piece.hole === 'domain' || piece.hole === 'image'),
  );
}

/** Names in the substitutions of a block scalar, which is written with indentation that its value lacks. */
function inBlock(
  written: string,
  { style, value }: ScalarNode,
  splices: readonly Splice[],
): Piece[] | undefined {
  const inSource = openings(written);
  const inValue = openings(value);
  if (style !== 'block' || inSource.length !== inValue.length) return undefined;
  const moved: Splice[] = [];
  for (const { from, to, pieces } of splices) {
    const nth = inValue.findLastIndex((opening) => opening < from);
    const opening = inValue[nth];
    const isName = from === to && opening !== undefined && isWord(value.slice(opening + 2, from));
    if (!isName) return undefined;
    const at = (inSource[nth] ?? 0) + from - opening;
    moved.push({ from: at, to: at, pieces });
  }
  return splicedPieces(written, moved);
}

function openings(text: string): number[] {
  return [...text.matchAll(/\$\{/g)].map(({ index }) => index);
}

function isWord(text: string): boolean {
  return /^[A-Za-z0-9]+$/.test(text);
}
