import { ended, withNewPromotion, withPromotion } from '../records/change-promotion.ts';
import { promotionId } from '../records/promotion-id.ts';
import {
  activePromotion,
  hasEnded,
  type PipelineRecord,
  type Promotion,
  type StageRecord,
  stageRecord,
  withStage,
} from '../records/record.ts';
import { withReason } from '../records/with-reason.ts';
import { type Answer, type Author, answer, refuse } from './answer.ts';

/**
 * Takes a stage back, in a new generation and past all gates, and pins it there until it is released. What runs now
 * never comes back by itself, as it is not newer than what was started last.
 * @param current What the stage runs; `undefined` = it is not known.
 * @param version Where to; absent = to what it ran before what is under way, as the stage may be half way to that, else
 * before `current`.
 * @param isUnmerged Whether what is under way is a pull request that is not merged, so that nothing has happened yet.
 */
export function rollback(
  record: PipelineRecord,
  stage: string,
  author: Author,
  current: string | undefined,
  version: string | undefined,
  isUnmerged = false,
): Answer {
  const before = stageRecord(record, stage);
  const target =
    version ?? (isUnmerged ? undefined : versionUnder(before)) ?? versionBefore(before, current);
  if (target === undefined)
    return refuse(record, `rollback: what ${stage} ran before is not recorded; name a version`);
  const reason = `rollback: ${stage} goes back to ${target} and stays there, says ${withReason(author.by, author.why)}`;
  if (isUnderWay(before, target)) return answer(record, record, reason);
  const back = withStage(record, stage, (state) =>
    rolledBack(record.pipeline, stage, aborted(state, author), target, current, author),
  );
  return answer(record, back, reason);
}

/** What ran before the promotion that is under way. */
function versionUnder(stage: StageRecord): string | undefined {
  const active = stage.pin ? undefined : activePromotion(stage);
  return active?.kind === 'forward' ? active.from : undefined;
}

/** What was there before, by the promotions that went well; the newest visit of another version where there are none. */
function versionBefore(stage: StageRecord, current: string | undefined): string | undefined {
  if (stage.pin) return stage.pin.version;
  const good = goodVersions(stage.promotions);
  const running = current ?? good.at(-1);
  const at = running === undefined ? -1 : good.lastIndexOf(running);
  const before = at < 0 ? good.at(-1) : good[at - 1];
  return before ?? stage.visits.findLast(({ version }) => version !== running)?.version;
}

/** Versions that went in well, less those that were rolled back: each is what was there before the next. */
function goodVersions(promotions: readonly Promotion[]): string[] {
  const good: string[] = [];
  for (const { phase, kind, version, from } of promotions) {
    if (phase !== 'succeeded') continue;
    if (good.length === 0 && from !== undefined && kind === 'forward') good.push(from);
    const at = good.lastIndexOf(version);
    if (kind === 'rollback' && at >= 0) good.splice(at + 1);
    else good.push(version);
  }
  return good;
}

/** Whether the same was asked for already, and is under way or done. */
function isUnderWay({ pin, promotions, generation }: StageRecord, version: string): boolean {
  if (pin?.version !== version) return false;
  const last = promotions.findLast((each) => each.generation === generation);
  return last === undefined || !hasEnded(last) || last.phase === 'succeeded';
}

function aborted(stage: StageRecord, { by, at }: Author): StageRecord {
  const active = activePromotion(stage);
  return active
    ? withPromotion(stage, active.id, (promotion) =>
        ended(promotion, 'aborted', `rollback: by ${by}`, at),
      )
    : stage;
}

function rolledBack(
  pipeline: string,
  stage: string,
  before: StageRecord,
  version: string,
  current: string | undefined,
  { by, at, why }: Author,
): StageRecord {
  const generation = before.generation + 1;
  const from = current !== undefined && { from: current };
  const promotion: Promotion = {
    id: promotionId({ pipeline, stage, generation, version }),
    version,
    generation,
    kind: 'rollback',
    phase: 'pending',
    createdAt: at,
    reason: `rollback: by ${withReason(by, why)}`,
    attempts: [],
    ...from,
  };
  return {
    ...withNewPromotion(before, promotion),
    generation,
    // Of a stage that was never promoted into, what runs is the newest that is known to have been.
    ...(before.frontier === undefined && current !== undefined && { frontier: current }),
    pin: { version, by, why, at, ...from },
  };
}
