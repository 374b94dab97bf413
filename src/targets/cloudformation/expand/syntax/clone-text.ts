import { anchorCut, type Cut, scalarCut, withCuts } from './cuts.ts';
import { type Dialect, entryText, flowText, madeText, quoted } from './flow-text.ts';
import { type Changes, hole, type Made, type Piece, type Splice } from './pieces.ts';
import {
  atLineStart,
  contentEnd,
  endsInBlockScalar,
  indentBefore,
  isFirstOnLine,
  lineEnd,
  lineStart,
  nextLine,
} from './source-text.ts';
import type { MapNode, PairNode, SeqNode, SyntaxNode } from './syntax-tree.ts';

/** What clones are cut from. */
export interface Original {
  readonly source: string;
  readonly dialect: Dialect;
  readonly lineBreak: string;
}

/**
 * A copy of a pair of a section (a resource, an output) with its changes, in the style of the original: spliced
 * where that is possible, on one line where it is not (written with `?`, or what stands elsewhere behind an alias).
 * Without indentation before and line break after.
 */
export function clonePair(original: Original, pair: PairNode, changes: Changes): Piece[] {
  const { source, dialect } = original;
  const key = pair.key;
  if (pair.explicit || pair.value.copyOf || key.kind !== 'scalar' || key.style === 'block') {
    const name = quoted([pair.name, hole('logical')]);
    return [...name, ': ', ...flowText(pair.value, changes, dialect)];
  }
  const at = key.value.length;
  const rename: Splice = { from: at, to: at, pieces: [hole('logical')] };
  const cuts = [scalarCut(source, original.lineBreak, key, [rename]), ...anchorCut(source, key)];
  const cutter = new Cutter(original, changes);
  cutter.value(pair.value);
  const end = contentEnd(pair.value);
  const isBlock = pair.value.kind !== 'scalar' && pair.value.kind !== 'alias' && !pair.value.flow;
  const until = isBlock && !atLineStart(source, end) ? lineEnd(source, end) : end;
  const copy = withCuts(source, pair.from, until, [...cuts, ...cutter.cuts]);
  const isCutOff = isBlock && endsInBlockScalar(pair.value) && !atLineStart(source, end);
  return isCutOff ? [...copy, original.lineBreak] : copy;
}

class Cutter {
  readonly cuts: Cut[] = [];
  readonly #original: Original;
  readonly #changes: Changes;

  constructor(original: Original, changes: Changes) {
    this.#original = original;
    this.#changes = changes;
  }

  value(node: SyntaxNode): void {
    const replaced = this.#changes.replaced.get(node);
    if (!node.copyOf) this.#remark(node);
    if (node.copyOf) this.#copy(node);
    else if (replaced) this.#replace(node, this.#replacement(node, replaced));
    else this.#inside(node);
  }

  #inside(node: SyntaxNode): void {
    const { source } = this.#original;
    this.cuts.push(...anchorCut(source, node));
    if (node.kind === 'scalar') {
      const splices = this.#changes.spliced.get(node);
      if (splices) {
        this.cuts.push(scalarCut(source, this.#original.lineBreak, node, splices));
      }
    } else if (node.kind === 'seq') this.#seq(node);
    else if (node.kind === 'map') this.#map(node);
  }

  /** Clones hold no aliases: they may be carried over into a text that lacks the anchor, or defines it anew. */
  #copy(node: SyntaxNode): void {
    const alias = node.copyOf;
    if (!alias) return;
    const pieces = flowText(node, this.#changes, this.#original.dialect);
    this.cuts.push({ start: alias.start, end: alias.end, pieces });
  }

  #replacement(node: SyntaxNode, made: Made): Piece[] {
    const { dialect, lineBreak, source } = this.#original;
    const inBlock = node.kind === 'seq' && !node.flow && node.from === node.start;
    if (!inBlock || made.kind !== 'list') return madeText(made, this.#changes, dialect);
    const indent = indentBefore(source, node.start);
    return made.items.flatMap((item, index) => [
      index === 0 ? '- ' : `${lineBreak}${indent}- `,
      ...madeText(item, this.#changes, dialect),
    ]);
  }

  #replace(node: SyntaxNode, pieces: readonly Piece[]): void {
    const { source, lineBreak } = this.#original;
    const end = contentEnd(node);
    const broken = end > node.from && atLineStart(source, end) ? [lineBreak] : [];
    this.cuts.push({ start: node.from, end, pieces: [...pieces, ...broken] });
  }

  #remark(node: SyntaxNode): void {
    const remark = this.#changes.remarked.get(node);
    if (!remark) return;
    const { source } = this.#original;
    const end = lineEnd(source, node.end);
    const comment = /^[ \t]+#/.exec(source.slice(node.end, end));
    if (!comment) return;
    const start = node.end + comment[0].length;
    this.cuts.push({ start, end, pieces: [' ', ...remark] });
  }

  #seq(node: SeqNode): void {
    for (const item of node.items) this.value(item);
    const appended = this.#changes.appended.get(node) ?? [];
    for (const made of appended) {
      if (node.flow) this.#appendInFlow(node, made);
      else this.#appendInBlock(node, made);
    }
  }

  #appendInFlow(node: SeqNode, made: Made): void {
    const last = node.items.at(-1);
    const at = last ? contentEnd(last) : node.start + 1;
    const pieces = madeText(made, this.#changes, this.#original.dialect);
    this.cuts.push({ start: at, end: at, pieces: last ? [', ', ...pieces] : pieces });
  }

  #appendInBlock(node: SeqNode, made: Made): void {
    const { source, lineBreak } = this.#original;
    const indent = indentBefore(source, node.start);
    const end = contentEnd(node);
    const lines = this.#itemLines(made, indent);
    if (atLineStart(source, end)) {
      this.cuts.push({ start: end, end, pieces: [indent, ...lines, lineBreak] });
    } else {
      const at = lineEnd(source, end);
      this.cuts.push({ start: at, end: at, pieces: [lineBreak, indent, ...lines] });
    }
  }

  #itemLines(made: Made, indent: string): Piece[] {
    const { dialect, lineBreak } = this.#original;
    if (made.kind !== 'map') return ['- ', ...madeText(made, this.#changes, dialect)];
    return made.entries.flatMap(([name, value], index) => [
      index === 0 ? '- ' : `${lineBreak}${indent}  `,
      `${name}: `,
      ...madeText(value, this.#changes, dialect),
    ]);
  }

  #map(node: MapNode): void {
    const kept = node.pairs.filter(({ value }) => !this.#changes.removed.has(value));
    const removed = node.pairs.filter(({ value }) => this.#changes.removed.has(value));
    const isTangled = removed.some(({ from }) => !isFirstOnLine(this.#original.source, from));
    if (removed.length > 0 && ((!node.flow && isTangled) || kept.length === 0)) {
      this.#replace(node, flowText(node, this.#changes, this.#original.dialect));
    } else {
      for (const pair of removed) {
        if (node.flow) this.#removeFromFlow(node, pair, kept);
        else this.#removeLines(pair);
      }
      this.#keep(node, kept);
    }
  }

  #keep(node: MapNode, kept: readonly PairNode[]): void {
    this.#add(node, kept[0]);
    for (const { key, value } of kept) {
      this.cuts.push(...anchorCut(this.#original.source, key));
      this.value(value);
    }
  }

  #removeLines(pair: PairNode): void {
    const { source } = this.#original;
    const end = Math.max(pair.key.end, contentEnd(pair.value));
    const until = atLineStart(source, end) ? end : nextLine(source, end);
    this.cuts.push({ start: lineStart(source, pair.from), end: until, pieces: [] });
  }

  #removeFromFlow({ pairs }: MapNode, pair: PairNode, kept: readonly PairNode[]): void {
    const index = pairs.indexOf(pair);
    const next = pairs[index + 1];
    const previous = pairs[index - 1];
    const isInTail = !kept.some(({ from }) => from > pair.from);
    if (isInTail && previous) {
      this.cuts.push({ start: pairEnd(previous), end: pairEnd(pair), pieces: [] });
    } else if (next) this.cuts.push({ start: pair.from, end: next.from, pieces: [] });
  }

  #add(node: MapNode, first: PairNode | undefined): void {
    const { source, lineBreak, dialect } = this.#original;
    const at = node.flow ? node.start + 1 : (first?.from ?? node.start);
    const between = node.flow ? ', ' : `${lineBreak}${indentBefore(source, at)}`;
    for (const [name, made] of this.#changes.added.get(node) ?? []) {
      const entry = node.flow
        ? entryText([name, made], this.#changes, dialect)
        : [`${name}: `, ...madeText(made, this.#changes, dialect)];
      this.cuts.push({ start: at, end: at, pieces: first ? [...entry, between] : entry });
    }
  }
}

function pairEnd(pair: PairNode): number {
  return Math.max(pair.key.end, contentEnd(pair.value));
}
