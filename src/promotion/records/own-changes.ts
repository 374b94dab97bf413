import { isSameJson } from '../../core/same-json.ts';
import type { PipelineRecords } from '../ports.ts';
import { type PipelineRecord, type Promotion, stageRecord } from './record.ts';

/** Records that remember what was changed through them. */
export interface RememberedChanges {
  readonly records: PipelineRecords;
  /**
   * A record with the promotions that were changed through `records` as they were before, all others as they are in it:
   * what rivals changed is theirs to show.
   */
  before(latest: PipelineRecord): PipelineRecord;
}

/** Watches the changes of one run. */
export function rememberingChanges(records: PipelineRecords): RememberedChanges {
  const were = new Map<string, Promotion | undefined>();
  const remembering: PipelineRecords = {
    read: () => records.read(),
    change: async (next) => {
      let seen: PipelineRecord | undefined;
      const changed = await records.change((before, now) => {
        seen = before;
        return next(before, now);
      });
      if (changed.kind === 'recorded' && seen) remember(were, seen, changed.record);
      return changed;
    },
  };
  return { records: remembering, before: (latest) => withEarlier(latest, were) };
}

/** Ids name their stage, so that no two stages share one. */
function remember(
  were: Map<string, Promotion | undefined>,
  before: PipelineRecord,
  after: PipelineRecord,
): void {
  for (const [stage, { promotions }] of Object.entries(after.stages)) {
    const known = new Map(stageRecord(before, stage).promotions.map((each) => [each.id, each]));
    for (const each of promotions) {
      const was = known.get(each.id);
      if (!were.has(each.id) && !isSameJson(was, each)) were.set(each.id, was);
    }
  }
}

function withEarlier(
  latest: PipelineRecord,
  were: ReadonlyMap<string, Promotion | undefined>,
): PipelineRecord {
  const earlier = (each: Promotion): readonly Promotion[] => {
    if (!were.has(each.id)) return [each];
    const was = were.get(each.id);
    return was ? [was] : [];
  };
  const stages = Object.entries(latest.stages).map(([name, stage]) => [
    name,
    { ...stage, promotions: stage.promotions.flatMap(earlier) },
  ]);
  return { ...latest, stages: Object.fromEntries(stages) };
}
