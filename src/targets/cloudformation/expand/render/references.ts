import { type Changes, hole, type Splice, splice } from '../syntax/pieces.ts';
import type { ScalarNode, SyntaxNode } from '../syntax/syntax-tree.ts';
import { intrinsicOf } from '../syntax/tree-lookup.ts';

/** A place that names a resource: the name ends at `end` of the text's value. */
export interface Reference {
  readonly name: string;
  readonly node: ScalarNode;
  readonly end: number;
}

/** `${Name}` and `${Name.Attribute}`, not `${!Literal}`. */
const substitution = /\$\{([A-Za-z0-9]+)(?=[.}])/g;

/** All names that a value refers to by `Ref`, `GetAtt` and `Sub`, in either form. `skip` leaves parts out. */
export function* referencesIn(
  node: SyntaxNode,
  skip: (node: SyntaxNode) => boolean = () => false,
): Generator<Reference> {
  if (skip(node)) return;
  const intrinsic = intrinsicOf(node);
  if (intrinsic) yield* ofIntrinsic(intrinsic.name, intrinsic.argument);
  if (intrinsic?.name === 'Sub' && intrinsic.argument.kind === 'seq') {
    for (const item of intrinsic.argument.items.slice(1)) yield* referencesIn(item, skip);
  } else if (node.kind === 'seq') for (const item of node.items) yield* referencesIn(item, skip);
  else if (node.kind === 'map')
    for (const { value } of node.pairs) yield* referencesIn(value, skip);
}

function* ofIntrinsic(name: string, argument: SyntaxNode): Generator<Reference> {
  if (name === 'Ref' && argument.kind === 'scalar') yield whole(argument);
  else if (name === 'GetAtt') yield* attribute(argument);
  else if (name === 'Sub' && argument.kind === 'scalar') yield* substituted(argument, new Set());
  else if (name === 'Sub' && argument.kind === 'seq') {
    const [template, variables] = argument.items;
    const own = variables?.kind === 'map' ? variables.pairs.map((pair) => pair.name) : [];
    if (template?.kind === 'scalar') yield* substituted(template, new Set(own));
  }
}

function* attribute(argument: SyntaxNode): Generator<Reference> {
  if (argument.kind === 'scalar') {
    const [name = ''] = argument.value.split('.', 1);
    yield { name, node: argument, end: name.length };
  } else if (argument.kind === 'seq') {
    const [first] = argument.items;
    if (first?.kind === 'scalar' && !intrinsicOf(first)) yield whole(first);
  }
}

function* substituted(node: ScalarNode, own: ReadonlySet<string>): Generator<Reference> {
  for (const match of node.value.matchAll(substitution)) {
    const [found, name = ''] = match;
    const end = match.index + found.length;
    const rest = node.value.slice(end, node.value.indexOf('}', end));
    if (!own.has(name + rest)) yield { name, node, end };
  }
}

/** The names in `DependsOn`, which is a name or a list of them. */
export function dependencies(node: SyntaxNode | undefined): readonly Reference[] {
  if (node?.kind === 'scalar') return [whole(node)];
  if (node?.kind !== 'seq') return [];
  return node.items.flatMap((item) => (item.kind === 'scalar' ? [whole(item)] : []));
}

/** References to what is cloned become references to the clones. */
export function pointToClones(
  changes: Changes,
  references: Iterable<Reference>,
  isCloned: (name: string) => boolean,
): void {
  for (const { name, node, end } of references) {
    if (isCloned(name)) splice(changes, node, suffixAt(end));
  }
}

function suffixAt(end: number): Splice {
  return { from: end, to: end, pieces: [hole('logical')] };
}

function whole(node: ScalarNode): Reference {
  return { name: node.value, node, end: node.value.length };
}
