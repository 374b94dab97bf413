import { isGone, offeredVersions, pairedVersion, refusalOf } from '../candidates.ts';
import { activePromotion } from '../records/record.ts';
import { contextOf, type StageContext } from '../stage-context.ts';

/**
 * Versions whose gates can matter to a stage now, the most likely first: what is under way, what was asked for, then
 * what may start, oldest first in a queue and newest first otherwise, then what the stages before run.
 */
export function candidateVersions(context: StageContext): readonly string[] {
  const { known, stage, record } = context;
  const active = activePromotion(record)?.version;
  const asked = known.asked?.version;
  const offered = offeredHere(context).filter(
    (version) => !refusalOf(context, version) && !isGone(context, version),
  );
  const { order } = known.pipeline;
  const before = stage.after
    .map((name) => contextOf(known, name).current)
    .filter((version) => version !== undefined && !refusalOf(context, version));
  const all = [
    active,
    asked === undefined ? undefined : known.order.keyOf(asked),
    ...(order === 'queue' ? offered : offered.toReversed()),
    ...before,
  ];
  return [...new Set(all.filter((version) => version !== undefined))];
}

function offeredHere(context: StageContext): readonly string[] {
  const { known, stage } = context;
  if (known.pipeline.order !== 'pairwise' || stage.after.length === 0)
    return offeredVersions(context);
  const paired = pairedVersion(context);
  return paired === undefined ? [] : [paired];
}
