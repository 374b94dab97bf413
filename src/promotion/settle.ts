import { own } from '../core/own.ts';
import { isSameJson } from '../core/same-json.ts';
import { after, type Instant } from '../core/time.ts';
import { isGone, isPassed, offeredVersions, pairedVersion } from './candidates.ts';
import type { EffectState, PromotionFacts } from './facts.ts';
import { withRunEnds } from './late-acts.ts';
import { afterFailure, ended, withAttempt, withPromotion } from './records/change-promotion.ts';
import { lastAttempt, leaseEnd, openClaim, openEffect } from './records/leases.ts';
import {
  type Attempt,
  activePromotion,
  type Outcome,
  type PipelineRecord,
  type Promotion,
  type StageRecord,
  withStage,
} from './records/record.ts';
import { nextAttemptAt } from './records/retry.ts';
import { addObservation, isWorthRecording, vouchedFor } from './records/visits.ts';
import { contextOf, isUnknown, knownFrom, runsWell, type StageContext } from './stage-context.ts';
import { inOrder } from './stage-graph.ts';

/**
 * The record with what was observed: visits, arrivals, ends of effects, lost attempts, since when stages are behind.
 * Pure, and the same facts twice change nothing the second time.
 * @param jitter From 0 to below 1; spreads the next attempts.
 */
export function settle(facts: PromotionFacts, jitter: number): PipelineRecord {
  return inOrder(facts.pipeline.stages).reduce(
    (record, { name }) => settleStage({ ...facts, record }, name, jitter),
    facts.record,
  );
}

/** Whether what `settle` found is worth a transition; what is not is found again by the next run. */
export function isWorthWriting(
  { pipeline, record }: Pick<PromotionFacts, 'pipeline' | 'record'>,
  settled: PipelineRecord,
): boolean {
  return pipeline.stages.some(({ name }) => {
    const [before, now] = [record.stages[name], settled.stages[name]];
    if (before === now) return false;
    if (!before || !now) return true;
    const { visits: seen, ...rest } = before;
    const { visits, ...others } = now;
    const vouched = vouchedFor(pipeline, name);
    return !isSameJson(rest, others) || isWorthRecording(seen, visits, vouched);
  });
}

function settleStage(facts: PromotionFacts, name: string, jitter: number): PipelineRecord {
  const known = knownFrom(facts);
  const seen = withStage(facts.record, name, (stage) => withVisit(contextOf(known, name), stage));
  const context = contextOf({ ...known, record: seen }, name);
  const active = activePromotion(context.record);
  const settled = !active
    ? seen
    : withStage(seen, name, (stage) =>
        withPromotion(stage, active.id, (promotion) => settleActive(context, promotion, jitter)),
      );
  const later = contextOf({ ...known, record: settled }, name);
  return withStage(settled, name, (stage) => withRunEnds(later, withBehind(later, stage, active)));
}

function withVisit(context: StageContext, stage: StageRecord): StageRecord {
  const { known, observation, current } = context;
  if (!observation) return stage;
  const vouched = vouchedFor(known.pipeline, context.stage.name);
  const visits = addObservation(stage.visits, observation, current, vouched);
  return visits === stage.visits ? stage : { ...stage, visits };
}

function settleActive(context: StageContext, promotion: Promotion, jitter: number): Promotion {
  const { known, stage } = context;
  const attempt = openEffect(promotion);
  const state = attempt && own(known.effects, attempt.lease.effect);
  // When it ended says more than when that was seen.
  const isTold = state?.state === 'done' && stage.arrival === 'reported';
  if (!isTold && hasArrived(context, promotion))
    return succeeded(
      promotion,
      known.now,
      `arrived: ${stage.name} runs ${promotion.version} and is healthy`,
    );
  if (!attempt) return withoutWay(context, promotion);
  const told = state ? afterEffect(context, promotion, state, jitter) : promotion;
  return told === promotion ? afterTimeout(context, promotion, attempt, jitter) : told;
}

/**
 * One that waits for its next attempt ends when its version can no longer earn its way, as it would wait for ever, and
 * when the stage got something newer meanwhile, as it would take the stage back.
 */
function withoutWay(context: StageContext, promotion: Promotion): Promotion {
  const { known, stage, current } = context;
  const { version, kind } = promotion;
  if (kind === 'rollback' || openClaim(promotion)) return promotion;
  const end = (why: string) => ended(promotion, 'aborted', `superseded: ${why}`, known.now);
  if (isPassed(context, promotion)) return end(`${stage.name} runs ${current}, which is newer`);
  if (!isGone(context, version)) return promotion;
  return end(`${version} left ${stage.after.join(', ')} before it was ready to go on`);
}

/**
 * An outcome that is reported settles itself while its holder may still report. What was done under a claim is recorded
 * first, by its holder or by whoever takes it over, so that the record says so, whoever died.
 */
function hasArrived(context: StageContext, promotion: Promotion): boolean {
  const { known, stage } = context;
  if (!runsWell(context, promotion) || openClaim(promotion)) return false;
  // What it takes the place of may be on its way still, where the stage does not show it yet.
  if (promotion.kind === 'rollback' && promotion.attempts.length === 0) return false;
  const attempt = openEffect(promotion);
  return !attempt || stage.arrival === 'observed' || known.now >= leaseEnd(attempt);
}

function afterEffect(
  { stage }: StageContext,
  promotion: Promotion,
  { state, at, evidence }: EffectState,
  jitter: number,
): Promotion {
  if (state === 'done') return withDone(promotion, stage.arrival, at, evidence);
  if (state === 'closed') return ended(promotion, 'aborted', `abandoned: ${evidence}`, at);
  if (state === 'cancelled')
    return ended(
      withAttempt(promotion, { outcome: { result: 'cancelled', at, evidence } }),
      'aborted',
      `cancelled: ${evidence}`,
      at,
    );
  if (state !== 'failed') return promotion;
  const retryAt = nextAttemptAt(stage.retry, promotion.attempts.length, at, jitter);
  return afterFailure(promotion, { result: 'failed', at, evidence }, retryAt, stage.retry);
}

function withDone(
  promotion: Promotion,
  arrival: 'reported' | 'observed',
  at: Instant,
  evidence: string,
): Promotion {
  if (arrival === 'reported') return succeeded(promotion, at, `reported: ${evidence}`);
  const effect = lastAttempt(promotion)?.effect;
  if (!effect || effect.doneAt !== undefined) return promotion;
  return {
    ...withAttempt(promotion, { effect: { ...effect, doneAt: at } }),
    reason: `arrival: ${evidence}; the stage is not yet seen to run ${promotion.version} and be healthy`,
  };
}

/** Never by what is not known: only a stage that is seen without the version has not got it. */
function afterTimeout(
  context: StageContext,
  promotion: Promotion,
  attempt: Attempt,
  jitter: number,
): Promotion {
  const { stage, known } = context;
  const end = deadline(context, attempt);
  if (end === undefined || known.now < end || isUnknown(context)) return promotion;
  const late = `${promotion.version} did not arrive in ${stage.name} in time`;
  const handedOut = stage.via === 'outputs';
  const outcome: Outcome = {
    result: handedOut ? 'lost' : 'errored',
    at: known.now,
    evidence: handedOut ? `nobody reported, and ${late}` : late,
  };
  // What was handed out can be handed out again; what stands there already would only stand there twice.
  const next = handedOut
    ? nextAttemptAt(stage.retry, promotion.attempts.length, known.now, jitter)
    : undefined;
  const failed = afterFailure(promotion, outcome, next, stage.retry);
  // A run that was not seen to have ended has no outcome yet: see `lateAct`.
  const { kind, doneAt } = attempt.effect ?? {};
  const goesOn = stage.via === 'dispatch' && kind === 'run' && doneAt === undefined;
  return goesOn ? { ...failed, attempts: promotion.attempts } : failed;
}

/** When an effect counts as lost; a pull request may stay open for as long as people like. */
export function deadline({ stage }: StageContext, attempt: Attempt): Instant | undefined {
  if (stage.via === 'outputs') return leaseEnd(attempt);
  const from = stage.via === 'pull-request' ? attempt.effect?.doneAt : attempt.effect?.at;
  return from === undefined ? undefined : after(from, stage.timeout);
}

/** The promotion at its good end. A claim that is open stays so: its holder may still act. */
export function succeeded(promotion: Promotion, at: Instant, reason: string): Promotion {
  const attempt = lastAttempt(promotion);
  const noted =
    attempt?.effect && !attempt.outcome
      ? withAttempt(promotion, { outcome: { result: 'succeeded', at, evidence: reason } })
      : promotion;
  return ended(noted, 'succeeded', reason, at);
}

function withBehind(
  context: StageContext,
  stage: StageRecord,
  active: Promotion | undefined,
): StageRecord {
  const { known } = context;
  if (isUnknown(context)) return stage;
  const arrived = active && stage.promotions.find(({ id }) => id === active.id);
  const { behindSince, ...rest } = stage;
  if (!isBehind(context)) return behindSince === undefined ? stage : rest;
  if (arrived?.phase === 'succeeded' || behindSince === undefined)
    return { ...rest, behindSince: known.now };
  return stage;
}

function isBehind(context: StageContext): boolean {
  const { known, stage, current } = context;
  const paired = known.pipeline.order === 'pairwise' && stage.after.length > 0;
  const newest = paired ? pairedVersion(context) : offeredVersions(context).at(-1);
  if (newest === undefined) return false;
  return current === undefined || known.order.relate(newest, current) === 'newer';
}
