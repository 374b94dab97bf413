import type { Conflict } from './conflicts.ts';
import { asList } from './lists.ts';
import type { FileCloudFormation, MergedCloudFormation } from './resolve-cloudformation.ts';
import { listed, show } from './wording.ts';

/** A service of mode expand, with all it inherits. */
interface ExpandService {
  readonly name: string;
  readonly own: { readonly cloudformation?: FileCloudFormation | undefined };
  readonly merged: MergedCloudFormation;
}

interface Above {
  readonly cloudformation?: FileCloudFormation | undefined;
}

/** A shared stack belongs to no preview: what differs between previews has no place in its parameters and tags. */
export function ofOnePreview({ name, own, merged }: ExpandService, above: Above): Conflict[] {
  if (merged.mode !== 'expand') return [];
  return (['parameters', 'tags'] as const).flatMap((section) =>
    Object.entries(merged[section]).flatMap(([key, value]): Conflict[] => {
      const words = JSON.stringify(value).match(
        /(?<!\$)\{(?!repository\}|owner\})[A-Za-z][\w-]*\}/g,
      );
      if (!words) return [];
      const isOwn = own.cloudformation?.[section]?.[key] !== undefined;
      if (!isOwn && above.cloudformation?.[section]?.[key] === undefined) return [];
      return [
        {
          path: [...(isOwn ? ['services', name] : []), 'cloudformation', section, key],
          wrong: `${words[0]} has no meaning in mode expand, where all previews share one stack`,
          next: 'Use only {repository} and {owner} here; what differs between previews comes from expand.',
        },
      ];
    }),
  );
}

/** Two services that clone the same things of the same template. */
export function sharedClones(first: ExpandService, second: ExpandService): Conflict[] {
  const [one, other] = [first.merged, second.merged];
  if (one.mode !== 'expand' || other.mode !== 'expand') return [];
  // Release definitions tell apart what one service stands for.
  if (one.expand?.releases || other.expand?.releases) return [];
  if (one.expand?.stack !== other.expand?.stack || one.template !== other.template) return [];
  const common = asList(one.expand?.resources ?? []).filter((id) =>
    asList(other.expand?.resources ?? []).includes(id),
  );
  if (common.length === 0) return [];
  const path = second.own.cloudformation?.expand?.resources
    ? ['services', second.name, 'cloudformation', 'expand', 'resources']
    : ['services', second.name];
  return [
    {
      path,
      wrong: `the services ${show(first.name)} and ${show(second.name)} would clone the same ${listed(common)}`,
      next: 'Give each service resources, or a template, of its own.',
    },
  ];
}
