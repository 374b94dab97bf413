import { nearest } from '../core/nearest.ts';
import { checkStages } from '../promotion/stage-graph.ts';
import type { Conflict } from './conflicts.ts';
import { pathItem } from './path-item.ts';
import { sharedPlaces } from './pipeline-shared-places.ts';
import { type PipelineView, readPipeline, type StageView } from './pipeline-view.ts';
import { show, twoLines } from './wording.ts';

interface Checked {
  readonly dataset: { readonly value: unknown };
  addIssue(info: {
    message: string;
    path: [ReturnType<typeof pathItem>, ...ReturnType<typeof pathItem>[]];
  }): void;
}

/**
 * What stages of one pipeline cannot say together. Looks at what can be read, whatever else is wrong, so that all problems
 * are told at once.
 */
export function pipelineConflicts({ dataset, addIssue }: Checked): void {
  const view = readPipeline(dataset.value);
  const conflicts = [
    ...graphFaults(view.stages),
    ...view.stages.flatMap((stage) => [...inVain(stage), ...unfit(stage, view)]),
    ...sharedPlaces(view),
  ];
  for (const { path, wrong, next } of conflicts) {
    const [first, ...rest] = path.map(pathItem);
    if (first) addIssue({ message: twoLines(wrong, next), path: [first, ...rest] });
  }
}

function graphFaults(stages: readonly StageView[]): Conflict[] {
  // A name that is not there would make every mention of it a second fault.
  if (stages.some(({ name }) => name === undefined)) return [];
  const nodes = stages.map(({ name = '', after }) => ({ name, after }));
  return checkStages(nodes).map(({ index, key, other, message, hint }) => {
    const meant =
      other === undefined
        ? undefined
        : nearest(
            other,
            nodes.map(({ name }) => name),
          );
    const item = other === undefined ? -1 : (nodes[index]?.after.indexOf(other) ?? -1);
    const isList = Array.isArray(stages[index]?.given.after);
    return {
      path: ['stages', index, key, ...(isList && item >= 0 ? [item] : [])],
      wrong: message,
      next: meant === undefined ? hint : `Write ${meant}.`,
    };
  });
}

/** What waits for stages before, where there are none. */
function inVain({ index, given, name, after, gates }: StageView): Conflict[] {
  const isFirst = Array.isArray(given.after) ? given.after.length === 0 : given.after === undefined;
  return [
    ...(isFirst && gates.soak !== undefined
      ? [
          {
            path: ['stages', index, 'gates', 'soak'],
            wrong: `no stage comes before ${show(name)}, so that a version can soak nowhere`,
            next: 'Add after: and the stages before it, or move soak to the stage that comes after this one.',
          },
        ]
      : []),
    ...(given.need === 'any' && after.length < 2
      ? [
          {
            path: ['stages', index, 'need'],
            wrong: 'it has no effect with fewer than two stages in after',
            next: 'Remove it, or name the stages.',
          },
        ]
      : []),
  ];
}

const otherSources = ['branch', 'tags', 'deployments'];

/** A way that does not go with where versions come from. */
function unfit({ index, via }: StageView, { versions }: PipelineView): Conflict[] {
  const { releases, branch } = versions;
  if (via === 'release' || (typeof via === 'object' && 'release' in via)) {
    const path = ['stages', index, 'via', ...(via === 'release' ? [] : ['release'])];
    if (otherSources.some((key) => key in versions) && releases === undefined)
      return [
        {
          path,
          wrong: 'it makes releases of pre-releases, and versions do not come from releases',
          next: 'Write versions: { releases: any }, or act in another way.',
        },
      ];
    return releases === 'release'
      ? [
          {
            path,
            wrong: 'it makes releases of pre-releases, and the versions are releases already',
            next: 'Write versions: { releases: any }, or act in another way.',
          },
        ]
      : [];
  }
  const ref = typeof via === 'object' ? via.ref : undefined;
  return typeof branch === 'string' && ref === `heads/${branch}`
    ? [
        {
          path: ['stages', index, 'via', 'ref'],
          wrong: `versions come from ${show(branch)}, which would be moved to itself`,
          next: 'Name another branch, as heads/production.',
        },
      ]
    : [];
}
