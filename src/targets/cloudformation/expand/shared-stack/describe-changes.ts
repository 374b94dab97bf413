import type { Change } from '../../../target.ts';
import { entriesOf, parseTemplate, plainText, valueAt } from '../../template/document.ts';
import type { StackDraft } from './draft-stack.ts';

/**
 * What a draft changes, told from the previews alone: for a stack that is busy, which takes no change set that could
 * tell it better. Whether something is replaced is not known.
 */
export function describeChanges({ files }: Pick<StackDraft, 'files'>): readonly Change[] {
  return files.flatMap(({ content, text, deployed }) => {
    const before = resourceTypes(deployed.text);
    const after = resourceTypes(text);
    const changed = new Set(content.changed.flatMap(({ resources }) => resources));
    const added = [...after].filter(([id]) => !before.has(id));
    const modified = [...after].filter(([id]) => before.has(id) && changed.has(id));
    const removed = [...before].filter(([id]) => !after.has(id));
    return [
      ...added.map((one) => change('add', one)),
      ...modified.map((one) => change('modify', one)),
      ...removed.map((one) => change('remove', one)),
    ];
  });
}

function change(action: Change['action'], [id, type]: readonly [string, string]): Change {
  return { action, type, id, replacement: false };
}

/** Types of the resources of a template, by logical id. */
export function resourceTypes(text: string): ReadonlyMap<string, string> {
  const { root, resolve } = parseTemplate(text, 'template');
  const resources = entriesOf(resolve(valueAt(root, 'Resources')));
  return new Map(
    resources.map(({ key, value }) => [key, plainText(valueAt(resolve(value), 'Type')) ?? '']),
  );
}
