import type { Context } from './route.ts';
import type { Label } from './state.ts';
import { fullName } from './state.ts';

/** Makes labels that are missing, in GitHub's default grey; answers the names as they are written. */
export function ensureLabels(context: Context, names: readonly string[]): string[] {
  const { world } = context;
  const name = fullName(context.repository);
  for (const label of names) {
    if (world.store.repository(name).labels[label.toLowerCase()]) continue;
    putLabel(context, {
      id: world.store.nextId(),
      name: label,
      color: 'ededed',
      description: null,
    });
  }
  const { labels } = world.store.repository(name);
  return [...new Set(names.map((label) => labels[label.toLowerCase()]?.name ?? label))];
}

/** Keeps a label. */
export function putLabel(context: Context, label: Label): void {
  context.world.store.changeRepository(fullName(context.repository), (before) => ({
    ...before,
    labels: { ...before.labels, [label.name.toLowerCase()]: label },
  }));
}
