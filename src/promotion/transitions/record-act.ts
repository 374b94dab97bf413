import type { Instant } from '../../core/time.ts';
import type { Lease } from '../../ledger/lease.ts';
import type { Stage } from '../pipeline.ts';
import {
  afterFailure,
  withAttempt,
  withEffect,
  withLateEffect,
  withPromotion,
} from '../records/change-promotion.ts';
import { openClaim } from '../records/leases.ts';
import {
  type Effect,
  hasEnded,
  type PipelineRecord,
  type Promotion,
  withStage,
} from '../records/record.ts';
import { nextAttemptAt } from '../records/retry.ts';

/** How acting, or looking for what a holder before did, came out. */
export type Act =
  | { readonly kind: 'acted'; readonly effect: Effect }
  /** Nothing is there of the holder before, and nothing may be done now. */
  | { readonly kind: 'nothing'; readonly at: Instant; readonly evidence: string }
  /** It is certain that nothing was done. */
  | {
      readonly kind: 'failed';
      readonly at: Instant;
      readonly evidence: string;
      readonly transient: boolean;
    };

/**
 * The record after an act. Changes nothing unless the claim is still the holder's own, so that one whose lease was taken
 * over writes nothing under it. An act whose outcome is not known is not recorded: the next holder looks for it.
 */
export function recordAct(
  record: PipelineRecord,
  stage: Stage,
  id: string,
  lease: Lease,
  act: Act,
  jitter: number,
): PipelineRecord {
  return withStage(record, stage.name, (before) =>
    withPromotion(before, id, (promotion) => {
      const mine = openClaim(promotion)?.lease;
      const isMine = mine?.holder === lease.holder && mine.since === lease.since;
      return isMine ? afterAct(promotion, stage, act, jitter) : promotion;
    }),
  );
}

function afterAct(promotion: Promotion, { retry }: Stage, act: Act, jitter: number): Promotion {
  if (hasEnded(promotion)) return afterLateAct(promotion, act);
  if (act.kind === 'acted') return withEffect(promotion, act.effect);
  const { at, evidence } = act;
  if (act.kind === 'nothing') return withoutAttempt(promotion, evidence);
  const { transient } = act;
  const made = promotion.attempts.length;
  const next = transient ? nextAttemptAt(retry, made, at, jitter) : undefined;
  return afterFailure(promotion, { result: 'errored', at, evidence, transient }, next, retry);
}

/** What was done although the promotion had ended meanwhile is noted, so that it is cleared away. */
function afterLateAct(promotion: Promotion, act: Act): Promotion {
  if (act.kind === 'acted') return withLateEffect(promotion, act.effect);
  const { at, evidence } = act;
  return withAttempt(promotion, { outcome: { result: 'errored', at, evidence } });
}

/** An attempt of which nothing was done was none. */
function withoutAttempt(promotion: Promotion, evidence: string): Promotion {
  const attempts = promotion.attempts.slice(0, -1);
  return { ...withAttempt(promotion, {}), attempts, reason: `pending: ${evidence}` };
}
