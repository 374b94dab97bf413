import type { Conflict } from './conflicts.ts';
import { type EditLike, meaning } from './pipeline-edit-conflicts.ts';
import { mapping, type PipelineView, type StageView, text } from './pipeline-view.ts';
import { show } from './wording.ts';

/** Something that belongs to one stage alone. */
interface Place {
  readonly stage: StageView;
  readonly key: string;
  readonly path: Conflict['path'];
  readonly what: string;
}

/** What two stages of a pipeline would share, so that one is taken for the other. */
export function sharedPlaces({ stages }: PipelineView): Conflict[] {
  const first = new Map<string, Place>();
  return stages.flatMap(places).flatMap((place) => {
    const before = first.get(place.key);
    if (!before) first.set(place.key, place);
    const { name } = place.stage;
    // Stages of one name are told already.
    if (!before || before.stage.index === place.stage.index || before.stage.name === name)
      return [];
    return [
      {
        path: place.path,
        wrong: `the stages ${show(before.stage.name)} and ${show(name)} ${place.what}`,
        next: 'Give each its own.',
      },
    ];
  });
}

function places(stage: StageView): Place[] {
  const at = ['stages', stage.index];
  const { environment, observe, via, given } = stage;
  const own: Place[] = [];
  if (environment !== undefined)
    own.push({
      stage,
      // GitHub takes no notice of upper and lower case here.
      key: `environment ${environment.toLowerCase()}`,
      path: [...at, given.environment === undefined ? 'name' : 'environment'],
      what: `have the same environment ${show(environment)}`,
    });
  if (typeof observe === 'object' && Object.keys(observe).length === 1)
    own.push({
      stage,
      key: `observe ${canonical(observe)}`,
      path: [...at, 'observe'],
      what: 'are observed at the same place, and would always run the same version',
    });
  return typeof via === 'object' ? [...own, ...moved(stage, via)] : own;
}

function moved(stage: StageView, via: Readonly<Record<string, unknown>>): Place[] {
  const at = ['stages', stage.index, 'via'];
  const ref = text(via.ref);
  if (ref !== undefined)
    return [
      { stage, key: `ref ${ref}`, path: [...at, 'ref'], what: `move the same ref ${show(ref)}` },
    ];
  const { edits, base } = mapping(via['pull-request']);
  return (Array.isArray(edits) ? edits : []).map((edit, index) => ({
    stage,
    key: `edit ${JSON.stringify(base)} ${meaning(mapping(edit) as EditLike)}`,
    path: [...at, 'pull-request', 'edits', index],
    what: 'change the same value',
  }));
}

/** The same text for the same values in any order. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${key}:${canonical(inner)}`)
    .join()}}`;
}
