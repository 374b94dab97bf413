import type { Change } from '../../target.ts';
import { entriesOf, parseTemplate, plainText, valueAt } from '../template/document.ts';
import type { StackDraft } from './draft-stack.ts';

/**
 * What a draft changes, told from the previews alone: for a stack that is busy, which takes no change set that could
 * tell it better. Whether something is replaced is not known.
 */
export function describeChanges({ files }: Pick<StackDraft, 'files'>): readonly Change[] {
  return files.flatMap(({ content, template, deployed }) => {
    const types = typesIn(template.base);
    const before = typesIn(deployed.text);
    const changed = content.changed.flatMap(({ decision, resources }) =>
      resources.map(
        (id): Change => ({
          action: decision.verdict === 'add' ? 'add' : 'modify',
          type: types.get(id.slice(0, -decision.id.length)) ?? '',
          id,
          replacement: false,
          detail: `#${decision.pullRequest}`,
        }),
      ),
    );
    const removed = content.decision.entries
      .filter(({ verdict }) => verdict === 'remove')
      .flatMap(({ id, pullRequest }) =>
        [...before]
          .filter(([name]) => isClone(name, id, before))
          .map(
            ([name, type]): Change => ({
              action: 'remove',
              type,
              id: name,
              replacement: false,
              detail: `#${pullRequest}`,
            }),
          ),
      );
    return [...changed, ...removed];
  });
}

function isClone(name: string, id: string, names: ReadonlyMap<string, string>): boolean {
  return name.endsWith(id.toUpperCase()) && names.has(name.slice(0, -id.length));
}

function typesIn(text: string): ReadonlyMap<string, string> {
  const { root, resolve } = parseTemplate(text, 'template');
  const resources = entriesOf(resolve(valueAt(root, 'Resources')));
  return new Map(
    resources.map(({ key, value }) => [key, plainText(valueAt(resolve(value), 'Type')) ?? '']),
  );
}
