import type {
  AliasNode,
  MapNode,
  PairNode,
  ScalarNode,
  SeqNode,
  SyntaxNode,
} from './syntax-tree.ts';

/** A function of CloudFormation, in its short (`!Sub`) or long form (`Fn::Sub:`). */
export interface Intrinsic {
  /** Without `Fn::` and `!`: `Ref`, `Sub`, `GetAtt`. */
  readonly name: string;
  /** In the short form this is the tagged node itself. */
  readonly argument: SyntaxNode;
}

/** `undefined` for anything that is not a function. */
export function intrinsicOf(node: SyntaxNode): Intrinsic | undefined {
  if (node.tag && /^![A-Za-z]/.test(node.tag)) return { name: node.tag.slice(1), argument: node };
  if (node.kind !== 'map' || node.pairs.length !== 1) return undefined;
  const [pair] = node.pairs;
  if (!pair) return undefined;
  if (pair.name === 'Ref') return { name: 'Ref', argument: pair.value };
  return pair.name.startsWith('Fn::')
    ? { name: pair.name.slice('Fn::'.length), argument: pair.value }
    : undefined;
}

/** The map itself, unless it is a function. */
export function plainMap(node: SyntaxNode | undefined): MapNode | undefined {
  return node?.kind === 'map' && !intrinsicOf(node) ? node : undefined;
}

/** The list itself, unless it is a function. */
export function plainSeq(node: SyntaxNode | undefined): SeqNode | undefined {
  return node?.kind === 'seq' && !intrinsicOf(node) ? node : undefined;
}

/** The text itself, unless it is a function. */
export function plainText(node: SyntaxNode | undefined): ScalarNode | undefined {
  return node?.kind === 'scalar' && !intrinsicOf(node) ? node : undefined;
}

/** The pair of that name; what a merge (`<<`) brings counts where the map itself says nothing. */
export function pairOf(node: SyntaxNode | undefined, name: string): PairNode | undefined {
  if (node?.kind !== 'map') return undefined;
  const own = node.pairs.find((pair) => pair.name === name);
  if (own) return own;
  for (const source of mergedInto(node)) {
    const found = pairOf(source, name);
    if (found) return found;
  }
  return undefined;
}

/** The value of that name; see `pairOf`. */
export function valueAt(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  return pairOf(node, name)?.value;
}

/** The values of that name, of the map itself and of all that is merged into it. */
export function everyValueOf(node: SyntaxNode | undefined, name: string): readonly SyntaxNode[] {
  if (node?.kind !== 'map') return [];
  const own = node.pairs.filter((pair) => pair.name === name).map(({ value }) => value);
  return [...own, ...mergedInto(node).flatMap((source) => everyValueOf(source, name))];
}

/** All pairs of the map, what merges bring after its own. */
export function pairsOf(node: MapNode): readonly PairNode[] {
  const own = node.pairs.filter(({ name }) => name !== '<<');
  const names = new Set(own.map(({ name }) => name));
  const merged = mergedInto(node).flatMap((source) =>
    source.kind === 'map' ? pairsOf(source) : [],
  );
  return [...own, ...merged.filter(({ name }) => !names.has(name) && names.add(name))];
}

function mergedInto(node: MapNode): readonly SyntaxNode[] {
  return node.pairs
    .filter(({ name }) => name === '<<')
    .flatMap(({ value }) => (value.kind === 'seq' ? value.items : [value]))
    .map(aliased);
}

/** What an alias stands for; anything else is itself. */
export function aliased(node: SyntaxNode): SyntaxNode {
  return node.kind === 'alias' ? aliased(node.target) : node;
}

/** The same tree with a copy of its own for what each alias stands for, so that each place can be told apart. */
export function withoutAliases(node: SyntaxNode): SyntaxNode {
  return resolved(node, undefined);
}

function resolved(node: SyntaxNode, copyOf: AliasNode | undefined): SyntaxNode {
  if (node.kind === 'alias') return resolved(node.target, copyOf ?? node);
  const mark = copyOf && { copyOf };
  if (node.kind === 'scalar') return { ...node, ...mark };
  if (node.kind === 'seq') {
    return { ...node, ...mark, items: node.items.map((item) => resolved(item, undefined)) };
  }
  const pairs = node.pairs.map((pair) => ({ ...pair, value: resolved(pair.value, undefined) }));
  return { ...node, ...mark, pairs };
}

/** The node and all below it. */
export function* everyNode(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  if (node.kind === 'map') for (const { value } of node.pairs) yield* everyNode(value);
  else if (node.kind === 'seq') for (const item of node.items) yield* everyNode(item);
}

/** A plain value, functions in their long form, for showing and comparing. */
export function plainValue(node: SyntaxNode): unknown {
  const intrinsic = node.tag === undefined ? undefined : intrinsicOf(node);
  if (!intrinsic) return untagged(node);
  const key = intrinsic.name === 'Ref' ? 'Ref' : `Fn::${intrinsic.name}`;
  return { [key]: untagged(node) };
}

function untagged(node: SyntaxNode): unknown {
  if (node.kind === 'alias') return plainValue(node.target);
  if (node.kind === 'seq') return node.items.map(plainValue);
  if (node.kind === 'map') {
    return Object.fromEntries(pairsOf(node).map(({ name, value }) => [name, plainValue(value)]));
  }
  return node.value;
}
