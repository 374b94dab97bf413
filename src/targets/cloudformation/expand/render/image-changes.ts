import { type Changes, call, hole, list, type Made, splice, text } from '../syntax/pieces.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import { intrinsicOf, plainMap, valueAt } from '../syntax/tree-lookup.ts';

/** Whether the whole reference is replaced, or what stands after the repository. */
export type ImagePart = 'whole' | 'version';

/** A container of a task definition. */
export interface Container {
  /** Several where a condition chooses. */
  readonly images: readonly SyntaxNode[];
  /** As written, without its tag: `${AWS::StackName}-lite`. */
  readonly name: string;
  /** As written, without tag or digest, as far as they can be told. */
  readonly repositories: readonly string[];
}

/** Containers of a task definition, those behind conditions among them. */
export function containersOf(properties: SyntaxNode | undefined): readonly Container[] {
  return branches(valueAt(properties, 'ContainerDefinitions')).map((definition) => {
    const images = branches(valueAt(definition, 'Image'));
    return {
      images,
      name: scalarOf(valueAt(definition, 'Name')),
      repositories: images.flatMap((image) => repositoryOf(image) ?? []),
    };
  });
}

/** What a list or a choice (`Fn::If`) can come to. */
function branches(node: SyntaxNode | undefined): readonly SyntaxNode[] {
  if (!node) return [];
  const intrinsic = intrinsicOf(node);
  if (intrinsic?.name === 'If' && intrinsic.argument.kind === 'seq') {
    return intrinsic.argument.items.slice(1).flatMap(branches);
  }
  if (intrinsic?.name === 'Ref' && scalarOf(node) === 'AWS::NoValue') return [];
  return node.kind === 'seq' && !intrinsic ? node.items.flatMap(branches) : [node];
}

/**
 * Replaces the image of a container. `false` = the version is not to be found in the text, as where the whole image
 * is a parameter.
 */
export function changeImage(
  changes: Changes,
  image: SyntaxNode,
  part: ImagePart,
  whole: Made,
): boolean {
  if (part === 'whole') {
    changes.replaced.set(image, whole);
    return true;
  }
  const { name, argument } = intrinsicOf(image) ?? { name: '', argument: image };
  const template = name === 'Sub' && argument.kind === 'seq' ? argument.items[0] : argument;
  if ((name === '' || name === 'Sub') && template?.kind === 'scalar') {
    const from = repositoryEnd(template.value, name === 'Sub');
    if (from === undefined) return false;
    splice(changes, template, { from, to: template.value.length, pieces: [hole('version')] });
    return true;
  }
  const made = joinedImage(image, name, argument);
  if (made) changes.replaced.set(image, made);
  return made !== undefined;
}

/** `!GetAtt Repository.RepositoryUri` has no tag yet; a `Join` ends where its tag begins. */
function joinedImage(image: SyntaxNode, name: string, argument: SyntaxNode): Made | undefined {
  if (name === 'GetAtt' && attributeOf(argument) === 'RepositoryUri') {
    return call('Join', list(text(''), list({ kind: 'node', node: image }, text(hole('version')))));
  }
  const join = name === 'Join' ? joinOf(argument) : undefined;
  const cut = join && joinCut(join);
  if (!cut) return undefined;
  const kept: Made[] = join.items.slice(0, cut.item).map((node) => ({ kind: 'node', node }));
  const head = call(
    'Join',
    list(text(join.between), list(...kept, ...(cut.head === '' ? [] : [text(cut.head)]))),
  );
  return call('Join', list(text(''), list(head, text(hole('version')))));
}

interface Join {
  readonly between: string;
  readonly items: readonly SyntaxNode[];
}

function joinOf(argument: SyntaxNode): Join | undefined {
  if (argument.kind !== 'seq') return undefined;
  const [between, items] = argument.items;
  const isPlain = between?.kind === 'scalar' && items?.kind === 'seq' && !intrinsicOf(items);
  return isPlain ? { between: between.value, items: items.items } : undefined;
}

/** The item in which the repository ends, and how much of that item belongs to it. */
function joinCut({ between, items }: Join): { item: number; head: string } | undefined {
  const parts = items.map((item) => (intrinsicOf(item) ? '\u0000' : scalarOf(item)));
  const all = parts.join(between);
  const end = repositoryEnd(all, false);
  if (end === undefined) return undefined;
  let start = 0;
  for (const [item, part] of parts.entries()) {
    if (end <= start + part.length) return cutAt(parts, item, end - start);
    start += part.length + between.length;
  }
  return undefined;
}

function cutAt(parts: readonly string[], item: number, length: number) {
  const part = parts[item] ?? '';
  return part === '\u0000' ? { item: item + 1, head: '' } : { item, head: part.slice(0, length) };
}

/**
 * Where tag or digest begin: after the last slash, an `@` or a colon. What `${…}` stands for counts as a word; an
 * image that ends in one and has no colon may bring its own tag, so that nothing can be said.
 */
function repositoryEnd(image: string, isTemplate: boolean): number | undefined {
  const masked = isTemplate
    ? image.replaceAll(/\$\{[^}]*\}/g, (found) => '\u0000'.repeat(found.length))
    : image;
  const lastPart = masked.lastIndexOf('/') + 1;
  const digest = masked.indexOf('@', lastPart);
  if (digest >= 0) return withoutTag(masked, lastPart, digest);
  const tag = masked.indexOf(':', lastPart);
  if (tag >= 0) return tag;
  return masked.endsWith('\u0000') || masked === '' ? undefined : masked.length;
}

/** `repository:tag@digest` loses both. */
function withoutTag(masked: string, lastPart: number, digest: number): number {
  const tag = masked.indexOf(':', lastPart);
  return tag >= 0 && tag < digest ? tag : digest;
}

function repositoryOf(image: SyntaxNode): string | undefined {
  const { name, argument } = intrinsicOf(image) ?? { name: '', argument: image };
  const template = name === 'Sub' && argument.kind === 'seq' ? argument.items[0] : argument;
  if ((name === '' || name === 'Sub') && template?.kind === 'scalar') {
    const end = repositoryEnd(template.value, name === 'Sub');
    return end === undefined ? undefined : template.value.slice(0, end);
  }
  const join = name === 'Join' ? joinOf(argument) : undefined;
  const cut = join && joinCut(join);
  if (!cut) return name === 'GetAtt' ? scalarOf(argument) : undefined;
  const kept = join.items.slice(0, cut.item).map((item) => scalarOf(item));
  return [...kept, cut.head].join(join.between);
}

function attributeOf(argument: SyntaxNode): string | undefined {
  if (argument.kind === 'scalar') return argument.value.split('.').slice(1).join('.');
  const last = argument.kind === 'seq' ? argument.items[1] : undefined;
  return last?.kind === 'scalar' ? last.value : undefined;
}

/** What is written, whatever function it is given to. */
function scalarOf(node: SyntaxNode | undefined): string {
  if (!node) return '';
  if (node.kind === 'scalar') return node.value;
  const inner = plainMap(node) ? undefined : intrinsicOf(node)?.argument;
  const first = inner?.kind === 'seq' ? inner.items[0] : inner;
  return first && first !== node ? scalarOf(first) : '';
}
