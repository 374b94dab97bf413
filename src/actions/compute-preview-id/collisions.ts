import type { Problem } from '../../core/user-error.ts';
import { type IdSource, previewId } from '../../preview/preview-id.ts';
import type { PullRequest } from '../../preview/pull-request.ts';

/** One problem for each identifier that two or more open pull requests share. */
export function findCollisions(
  open: readonly PullRequest[],
  { scheme, length }: Pick<IdSource, 'scheme' | 'length'>,
): Problem[] {
  const byId = groupBy(open, ({ number, head }) =>
    previewId({ scheme, length, branch: head.branch, pullRequest: number }),
  );
  return [...byId]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([id, sharing]) => ({
      message: `pull requests ${sharing.map(({ number }) => `#${number}`).join(' and ')} have the same preview id ${id}`,
      hint: 'Set `id: pull-request` (numbers never collide), or a longer `length`.',
    }));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
