import { activePromotion, type PipelineRecord, stageRecord, withStage } from '../records/record.ts';
import { withReason } from '../records/with-reason.ts';
import { type Answer, type Author, answer, refuse } from './answer.ts';

/** People's second words that are kept. */
const kept = 20;

/**
 * Lets a version in once more, in a new generation: one whose promotion failed, was abandoned or aborted, or that is
 * not newer by history. Its gates still hold.
 */
export function rearm(
  record: PipelineRecord,
  stage: string,
  version: string,
  { by, at, why }: Author,
): Answer {
  const before = stageRecord(record, stage);
  const active = activePromotion(before);
  if (active)
    return refuse(record, `release: ${active.version} is under way in ${stage}; abort it first`);
  const reason = `release: ${version} may enter ${stage} once more, says ${withReason(by, why)}`;
  const isArmed = before.rearmed.some(
    (each) => each.version === version && each.generation === before.generation,
  );
  const isUsed = before.promotions.some(
    (each) => each.version === version && each.generation === before.generation,
  );
  if (isArmed && !isUsed) return answer(record, record, reason);
  const generation = before.generation + 1;
  const rearmed = withStage(record, stage, (current) => ({
    ...current,
    generation,
    rearmed: [...current.rearmed, { version, generation, by, why, at }].slice(-kept),
  }));
  return answer(record, rearmed, reason);
}
