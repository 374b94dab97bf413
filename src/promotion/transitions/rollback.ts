import { ended, withNewPromotion, withPromotion } from '../records/change-promotion.ts';
import { promotionId } from '../records/promotion-id.ts';
import {
  activePromotion,
  type PipelineRecord,
  type Promotion,
  type StageRecord,
  stageRecord,
  withStage,
} from '../records/record.ts';
import { type Answer, type Author, answer, refuse } from './answer.ts';

/**
 * Takes a stage back, in a new generation and past all gates, and pins it there until it is released. What runs now
 * never comes back by itself, as it is not newer than what was started last.
 * @param current What the stage runs; `undefined` = it is not known.
 * @param version Where to; absent = to what it ran before `current`.
 */
export function rollback(
  record: PipelineRecord,
  stage: string,
  author: Author,
  current: string | undefined,
  version: string | undefined,
): Answer {
  const before = stageRecord(record, stage);
  const target = version ?? versionBefore(before, current);
  if (target === undefined)
    return refuse(record, `rollback: what ${stage} ran before is not recorded; name a version`);
  const reason = `rollback: ${stage} goes back to ${target} and stays there, says ${author.by}: ${author.why}`;
  if (before.pin?.version === target) return answer(record, record, reason);
  const back = withStage(record, stage, (state) =>
    rolledBack(record.pipeline, stage, aborted(state, author), target, current, author),
  );
  return answer(record, back, reason);
}

/** The last version that went in well and is not what runs now, the newest visit of another one otherwise. */
function versionBefore(stage: StageRecord, current: string | undefined): string | undefined {
  const running = current ?? lastGood(stage, undefined);
  return (
    lastGood(stage, running) ?? stage.visits.findLast(({ version }) => version !== running)?.version
  );
}

function lastGood({ promotions }: StageRecord, except: string | undefined): string | undefined {
  return promotions.findLast(({ phase, version }) => phase === 'succeeded' && version !== except)
    ?.version;
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
    reason: `rollback: by ${by}: ${why}`,
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
