import { ended, withPromotion } from '../records/change-promotion.ts';
import { activePromotion, type PipelineRecord, stageRecord, withStage } from '../records/record.ts';
import { withReason } from '../records/with-reason.ts';
import { type Answer, type Author, answer, refuse } from './answer.ts';

/**
 * Ends the promotion that is under way in a stage; it starts again only when a person releases that version.
 * @param id The promotion that is meant; absent = whichever it is.
 */
export function abort(
  record: PipelineRecord,
  stage: string,
  { by, at, why }: Author,
  id?: string,
): Answer {
  const before = stageRecord(record, stage);
  const active = activePromotion(before);
  if (id !== undefined && active?.id !== id) {
    const meant = before.promotions.find((each) => each.id === id);
    return meant
      ? answer(record, record, `abort: ${id} has ended: ${meant.reason}`)
      : refuse(record, `abort: ${stage} knows no promotion ${id}`);
  }
  if (!active) return answer(record, record, `abort: nothing is under way in ${stage}`);
  const reason = `aborted: by ${withReason(by, why)}`;
  const aborted = withStage(record, stage, (state) =>
    withPromotion(state, active.id, (promotion) => ended(promotion, 'aborted', reason, at)),
  );
  return answer(record, aborted, reason);
}
