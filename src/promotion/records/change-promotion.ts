import type { Instant } from '../../core/time.ts';
import type { RetrySettings } from '../pipeline.ts';
import type { Attempt, Effect, Outcome, Phase, Promotion, StageRecord } from './record.ts';

/** Finished promotions that are kept. */
const kept = 50;

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

/** The stage with a promotion more; the oldest goes when there are too many. */
export function withNewPromotion(stage: StageRecord, promotion: Promotion): StageRecord {
  return { ...stage, promotions: [...stage.promotions, promotion].slice(-kept) };
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

/** The promotion with the effect of its latest attempt. */
export function withEffect(promotion: Promotion, effect: Effect): Promotion {
  return {
    ...withAttempt(promotion, { effect }),
    phase: 'running',
    reason: `running: attempt ${promotion.attempts.length} by ${effect.kind} ${effect.reference}`,
  };
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
