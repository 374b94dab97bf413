import type { Instant } from '../../core/time.ts';
import type { RetrySettings } from '../pipeline.ts';
import type { Attempt, Effect, Outcome, Phase, Promotion, StageRecord } from './record.ts';

/** Promotions that are kept, and of how many of them everything. */
const kept = 50;
const keptWhole = 5;

/** The stage with one promotion changed; the same object when `change` changes nothing. */
export function withPromotion(
  stage: StageRecord,
  id: string,
  change: (before: Promotion) => Promotion,
): StageRecord {
  const before = stage.promotions.find((promotion) => promotion.id === id);
  const changed = before && change(before);
  if (!changed || changed === before) return stage;
  return {
    ...stage,
    promotions: stage.promotions.map((each) => (each === before ? changed : each)),
  };
}

/** The stage with a promotion more; the oldest goes when there are too many, and of older ones only the end is kept. */
export function withNewPromotion(stage: StageRecord, promotion: Promotion): StageRecord {
  const promotions = [...stage.promotions, promotion].slice(-kept);
  const whole = promotions.length - keptWhole;
  return {
    ...stage,
    promotions: promotions.map((each, index) => (index < whole ? inShort(each) : each)),
  };
}

/** Without what only the history of the ledger is asked for: what gates said, and attempts before the last. */
function inShort({ evidence: _, ...promotion }: Promotion): Promotion {
  return { ...promotion, attempts: promotion.attempts.slice(-1) };
}

/** The promotion with its latest attempt changed. */
export function withAttempt(promotion: Promotion, change: Partial<Attempt>): Promotion {
  const attempts = promotion.attempts.map((attempt, index) =>
    index === promotion.attempts.length - 1 ? { ...attempt, ...change } : attempt,
  );
  return { ...promotion, attempts };
}

/** The promotion at its end. */
export function ended(
  promotion: Promotion,
  phase: Exclude<Phase, 'pending' | 'running'>,
  reason: string,
  now: Instant,
): Promotion {
  const { retryAt: _, ...rest } = promotion;
  return { ...rest, phase, reason, endedAt: now };
}

function nameOf({ kind, reference }: Effect): string {
  const [, run] = /^run-(\d+)-/.exec(reference) ?? [];
  if (kind === 'outputs') return run === undefined ? reference : `the jobs of run ${run}`;
  return kind === 'pull-request' ? `pull request #${reference}` : `${kind} ${reference}`;
}

/** The promotion with the effect of its latest attempt. */
export function withEffect(promotion: Promotion, effect: Effect): Promotion {
  return {
    ...withAttempt(promotion, { effect }),
    phase: 'running',
    reason: `running: attempt ${promotion.attempts.length} by ${nameOf(effect)}`,
  };
}

/** The promotion, which has ended, with what its latest attempt turned out to have done. */
export function withLateEffect(promotion: Promotion, effect: Effect): Promotion {
  const { phase, reason, endedAt = effect.at } = promotion;
  if (phase !== 'succeeded') return withAttempt(promotion, { effect });
  const outcome: Outcome = { result: 'succeeded', at: endedAt, evidence: reason };
  return withAttempt(promotion, { effect, outcome });
}

/**
 * The promotion after an attempt that did not succeed: waiting for the next one, or exhausted.
 * @param retryAt When the next attempt may start; `undefined` = none is left.
 */
export function afterFailure(
  promotion: Promotion,
  outcome: Outcome,
  retryAt: Instant | undefined,
  retry: RetrySettings,
): Promotion {
  const made = promotion.attempts.length;
  const noted = withAttempt(promotion, { outcome });
  const tries = `attempt ${made} of ${retry.attempts}`;
  if (retryAt !== undefined)
    return {
      ...noted,
      phase: 'pending',
      retryAt,
      reason: `retry: ${tries} ${outcome.result}: ${outcome.evidence}`,
    };
  const phase = outcome.result === 'failed' ? 'failed' : 'errored';
  const reason = `exhausted: ${tries} ${outcome.result}, a person decides: ${outcome.evidence}`;
  return { ...ended(noted, phase, reason, outcome.at), exhausted: true };
}
