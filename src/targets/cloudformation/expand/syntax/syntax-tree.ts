import {
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
} from 'yaml';

/** Where something stands in the text: offsets, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Placed extends Span {
  /** Where its tag or anchor begins, else `start`. */
  readonly from: number;
  /** `!Ref` and the like. */
  readonly tag?: string;
  /** The anchor's own characters. */
  readonly anchor?: Span;
  /** The alias that this is a copy for: it stands nowhere in the text. */
  readonly copyOf?: AliasNode;
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: string;
  readonly style: 'plain' | 'single' | 'double' | 'block';
  readonly empty: boolean;
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly pairs: readonly PairNode[];
}

export interface SeqNode extends Placed {
  readonly kind: 'seq';
  readonly flow: boolean;
  readonly items: readonly SyntaxNode[];
}

export interface AliasNode extends Placed {
  readonly kind: 'alias';
  readonly name: string;
  readonly target: SyntaxNode;
}

export interface PairNode {
  readonly name: string;
  readonly key: SyntaxNode;
  readonly value: SyntaxNode;
  /** Where its key begins, `?` and anchor included. */
  readonly from: number;
  /** Written with `?`. */
  readonly explicit: boolean;
}

/** A value of the template, with its place. Aliases point at what they stand for. */
export type SyntaxNode = ScalarNode | MapNode | SeqNode | AliasNode;

type Tokens = readonly CST.SourceToken[];

/** The tree of a document that was parsed with `keepSourceTokens` and has no errors. */
export function readTree(document: Document.Parsed): SyntaxNode | undefined {
  const reader = new TreeReader(document);
  return document.contents ? reader.node(document.contents, []) : undefined;
}

class TreeReader {
  readonly #document: Document.Parsed;
  readonly #read = new Map<Node, SyntaxNode>();

  constructor(document: Document.Parsed) {
    this.#document = document;
  }

  node(node: Node | null, tokens: Tokens): SyntaxNode {
    const read = this.#unregistered(node, tokens);
    if (node) this.#read.set(node, read);
    return read;
  }

  #unregistered(node: Node | null, tokens: Tokens): SyntaxNode {
    const placed = place(node, tokens);
    if (isMap(node)) {
      const pairs = (node.items as Pair<ParsedNode, ParsedNode | null>[]).map((pair) =>
        this.#pair(pair),
      );
      return { kind: 'map', ...placed, flow: node.flow === true, pairs };
    }
    if (isSeq(node))
      return { kind: 'seq', ...placed, flow: node.flow === true, items: this.#items(node) };
    if (isAlias(node)) {
      const anchored = node.resolve(this.#document);
      const target = anchored && this.#read.get(anchored);
      if (!target) throw new RangeError(`alias *${node.source} stands inside its own anchor`);
      return { kind: 'alias', ...placed, name: node.source, target };
    }
    return scalar(node, placed);
  }

  #items(node: Node & { items: unknown[]; srcToken?: CST.Token }): SyntaxNode[] {
    const token = node.srcToken;
    const sources = token && 'items' in token ? token.items : [];
    return (node.items as (ParsedNode | Pair<ParsedNode, ParsedNode | null>)[]).map(
      (item, index) =>
        isPair(item) ? this.#single(item) : this.node(item, sources[index]?.start ?? []),
    );
  }

  /** `[a: b]`: a map of one pair without braces. */
  #single(item: Pair<ParsedNode, ParsedNode | null>): MapNode {
    const pair = this.#pair(item);
    const span = { from: pair.from, start: pair.from, end: pair.value.end };
    return { kind: 'map', ...span, flow: true, pairs: [pair] };
  }

  #pair(pair: Pair<ParsedNode, ParsedNode | null>): PairNode {
    const source = pair.srcToken;
    const before = (source?.start ?? []) as Tokens;
    const key = this.node(pair.key, before);
    const value = pair.value
      ? this.node(pair.value, (source?.sep ?? []) as Tokens)
      : scalar(null, { from: key.end, start: key.end, end: key.end });
    const question = before.find(({ type }) => type === 'explicit-key-ind');
    const name = key.kind === 'scalar' ? key.value : '';
    const from = Math.min(key.from, question?.offset ?? key.from);
    return { name, key, value, from, explicit: question !== undefined };
  }
}

function isPair(item: unknown): item is Pair<ParsedNode, ParsedNode | null> {
  return typeof item === 'object' && item !== null && 'key' in item;
}

function place(node: Node | null, tokens: Tokens): Placed {
  const [start, end] = node?.range ?? [0, 0];
  const named = tokens.filter(({ type }) => type === 'tag' || type === 'anchor');
  const from = Math.min(start, ...named.map(({ offset }) => offset));
  const anchor = named.find(({ type }) => type === 'anchor');
  const tag = isAlias(node) ? undefined : node?.tag;
  return {
    from,
    start,
    end,
    ...(tag !== undefined && named.length > 0 && { tag }),
    ...(anchor && { anchor: { start: anchor.offset, end: anchor.offset + anchor.source.length } }),
  };
}

const styles: Readonly<Record<string, ScalarNode['style']>> = {
  QUOTE_DOUBLE: 'double',
  QUOTE_SINGLE: 'single',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
};

function scalar(node: Node | null, placed: Placed): ScalarNode {
  const style = isScalar(node) ? (styles[node.type ?? ''] ?? 'plain') : 'plain';
  const source = isScalar(node) ? node.source : undefined;
  const value = source ?? (isScalar(node) && node.value !== null ? String(node.value) : '');
  return { kind: 'scalar', ...placed, style, value, empty: placed.start === placed.end };
}
