import type { Instant } from '../../core/time.ts';
import type { Pipeline, Stage } from '../pipeline.ts';
import { afterFailure, ended, withAttempt, withPromotion } from '../records/change-promotion.ts';
import { lastAttempt, leaseEnd, openClaim, openEffect } from '../records/leases.ts';
import {
  type Attempt,
  hasEnded,
  type PipelineRecord,
  type Promotion,
  stageRecord,
  withStage,
} from '../records/record.ts';
import { nextAttemptAt } from '../records/retry.ts';
import { succeeded } from '../settle.ts';
import { type Answer, answer, refuse } from './answer.ts';

/** What whoever carried a promotion out says of it. */
export interface Report {
  readonly promotion: string;
  /** Absent = the latest attempt of which it is known that it acted. */
  readonly attempt?: number;
  readonly result: 'success' | 'failure' | 'cancelled' | 'skipped';
  /** Text or address. */
  readonly evidence: string;
  readonly at: Instant;
  /** When the pull request of it was merged, where that was asked for and is so. */
  readonly mergedAt?: Instant;
}

/**
 * Notes how a deployment went. `failure` and `skipped` are tried again while attempts are left, `cancelled` is for a
 * person; `success` ends it, unless the stage is to be seen to run the version, and is refused before the pull request
 * of it is merged. A word about an attempt that is no longer the latest, or about what has ended, changes nothing, but
 * that what was handed out is over then.
 */
export function report(
  record: PipelineRecord,
  { stages }: Pipeline,
  told: Report,
  jitter: number,
): Answer {
  const stage = stages.find(({ name }) => find(record, name, told.promotion));
  const promotion = stage && find(record, stage.name, told.promotion);
  if (!stage || !promotion)
    return refuse(
      record,
      `report: no stage of ${record.pipeline} knows the promotion ${told.promotion}`,
    );
  const last = lastAttempt(promotion);
  if (hasEnded(promotion) && !mayStillDeploy(promotion, stage, told.at))
    return answer(record, record, `report: ${told.promotion} has ended: ${promotion.reason}`);
  if (!last || last.outcome || meantBy(told, last) !== last.number)
    return answer(record, record, `report: attempt ${told.attempt ?? ''} is not under way`);
  if (isBeforeMerge(told, last))
    return refuse(
      record,
      `report: the pull request of ${told.promotion} is not known to be merged, and nothing of it can run before`,
    );
  const reported = withStage(record, stage.name, (before) => {
    const changed = withPromotion(before, promotion.id, (each) =>
      afterReport(each, stage, told, jitter),
    );
    return withoutBehind(changed, promotion.id);
  });
  return answer(record, reported, `report: ${stage.name} ${told.result}: ${told.evidence}`);
}

function isBeforeMerge({ result, mergedAt }: Report, { effect }: Attempt): boolean {
  const isPull = effect?.kind === 'pull-request' && effect.doneAt === undefined;
  return result === 'success' && isPull && mergedAt === undefined;
}

/** A report that names no attempt may be a late one of the attempt before, where nothing is known yet to be done under a claim. */
function meantBy({ attempt }: Report, { number, effect }: Attempt): number | undefined {
  return attempt ?? (effect && number);
}

/** A job that was handed it, or a run, although it was given up; or one that a holder may have started that is gone. */
function mayStillDeploy(promotion: Promotion, { via }: Stage, now: Instant): boolean {
  if (via !== 'outputs' && via !== 'dispatch') return false;
  const claim = openClaim(promotion);
  return openEffect(promotion) !== undefined || (claim !== undefined && leaseEnd(claim) <= now);
}

function find(record: PipelineRecord, stage: string, id: string): Promotion | undefined {
  return stageRecord(record, stage).promotions.find((promotion) => promotion.id === id);
}

/** A stage that took a version begins to be behind anew. */
function withoutBehind<
  T extends { readonly promotions: readonly Promotion[]; readonly behindSince?: Instant },
>(stage: T, id: string): T | Omit<T, 'behindSince'> {
  const succeededNow = stage.promotions.find((each) => each.id === id)?.phase === 'succeeded';
  if (!succeededNow) return stage;
  const { behindSince: _, ...rest } = stage;
  return rest;
}

function afterReport(promotion: Promotion, stage: Stage, told: Report, jitter: number): Promotion {
  const { result, evidence, at } = told;
  if (hasEnded(promotion)) return afterEnd(promotion, result, evidence, at);
  if (result === 'success') return afterSuccess(promotion, stage, told);
  if (result === 'cancelled')
    return ended(
      withAttempt(promotion, { outcome: { result: 'cancelled', at, evidence } }),
      'aborted',
      `cancelled: ${evidence}`,
      at,
    );
  const next = nextAttemptAt(stage.retry, promotion.attempts.length, at, jitter);
  const outcome = { result: result === 'failure' ? 'failed' : 'errored', at, evidence } as const;
  return afterFailure(promotion, outcome, next, stage.retry);
}

/** What was handed out is over, although it was given up meanwhile: others need wait for it no more. */
function afterEnd(
  promotion: Promotion,
  told: Report['result'],
  evidence: string,
  at: Instant,
): Promotion {
  const results = {
    success: 'succeeded',
    failure: 'failed',
    cancelled: 'cancelled',
    skipped: 'errored',
  } as const;
  return withAttempt(promotion, { outcome: { result: results[told], at, evidence } });
}

function afterSuccess(
  promotion: Promotion,
  { arrival, name, reportEnds = false }: Stage,
  { evidence, at, mergedAt }: Report,
): Promotion {
  if (arrival === 'reported') return succeeded(promotion, at, `reported: ${evidence}`);
  const effect = lastAttempt(promotion)?.effect;
  if (!effect) return promotion;
  const isNew = effect.doneAt === undefined;
  const noted = isNew
    ? withAttempt(promotion, { effect: { ...effect, doneAt: mergedAt ?? at } })
    : promotion;
  if (reportEnds) return succeeded(noted, at, `reported: ${evidence}`);
  if (!isNew) return promotion;
  return { ...noted, reason: `arrival: reported well; ${name} is yet to run ${promotion.version}` };
}
