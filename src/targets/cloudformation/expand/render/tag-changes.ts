import { type Changes, hole, type Made, text } from '../syntax/pieces.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import { intrinsicOf, plainText, valueAt } from '../syntax/tree-lookup.ts';

/** `false` = `Tags` cannot be read. A tag `preview` of the original gives way. */
export function tagWithPreview(changes: Changes, properties: SyntaxNode | undefined): boolean {
  const tags = valueAt(properties, 'Tags');
  if (tags) return tagList(changes, tags);
  if (properties) addTo(changes.added, properties, ['Tags', { kind: 'list', items: [tag()] }]);
  return properties !== undefined;
}

function tagList(changes: Changes, tags: SyntaxNode): boolean {
  const intrinsic = intrinsicOf(tags);
  if (intrinsic?.name === 'If' && intrinsic.argument.kind === 'seq') {
    return intrinsic.argument.items.slice(1).every((branch) => tagList(changes, branch));
  }
  if (intrinsic?.name === 'Ref' && intrinsic.argument.kind === 'scalar') {
    if (intrinsic.argument.value !== 'AWS::NoValue') return false;
    changes.replaced.set(tags, { kind: 'list', items: [tag()] });
    return true;
  }
  if (intrinsic || tags.kind !== 'seq') return false;
  const own = tags.items.find((item) => plainText(valueAt(item, 'Key'))?.value === 'preview');
  const value = valueAt(own, 'Value');
  if (value) changes.replaced.set(value, text(hole('upper')));
  else addTo(changes.appended, tags, tag());
  return true;
}

function tag(): Made {
  return {
    kind: 'map',
    entries: [
      ['Key', text('preview')],
      ['Value', text(hole('upper'))],
    ],
  };
}

function addTo<Item>(to: Map<SyntaxNode, Item[]>, node: SyntaxNode, item: Item): void {
  to.set(node, [...(to.get(node) ?? []), item]);
}
