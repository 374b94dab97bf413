import type { StageObservation } from '../facts.ts';
import type { Pipeline } from '../pipeline.ts';
import { activePromotion, type PipelineRecord, stageRecord } from '../records/record.ts';

/**
 * What decisions relate versions to: what stages run or ran last, the newest that was ever started, what is under way.
 * A history without them leaves them unknown.
 */
export function wantedVersions(
  { stages }: Pipeline,
  record: PipelineRecord,
  observations: Readonly<Record<string, StageObservation>>,
): readonly string[] {
  const wanted = stages.flatMap(({ name }) => {
    const known = stageRecord(record, name);
    const { frontier, pin, visits } = known;
    const active = activePromotion(known);
    const seen = observations[name];
    const runs = seen && seen.health !== 'unknown' ? seen.version : undefined;
    return [runs, frontier, visits.at(-1)?.version, active?.version, active?.from, pin?.version];
  });
  return [...new Set(wanted.filter((version) => version !== undefined))];
}
