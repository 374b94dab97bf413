import { type Duration, type Instant, parseInstant } from '../../core/time.ts';
import { claimLease } from '../../ledger/lease.ts';
import type { Decision } from '../decision.ts';
import type { Stage } from '../pipeline.ts';
import { ended, withEffect, withNewPromotion, withPromotion } from '../records/change-promotion.ts';
import { lastAttempt, openClaim } from '../records/leases.ts';
import { attemptKey } from '../records/promotion-id.ts';
import {
  type Attempt,
  type PipelineRecord,
  type Promotion,
  type StageRecord,
  withStage,
} from '../records/record.ts';
import type { Relation } from '../versions.ts';

/** Who claims, and for how long nobody else may act. */
export interface Claimant {
  /** Unique to a process. */
  readonly holder: string;
  readonly now: Instant;
  readonly length: Duration;
  /** How one version stands to another; see `orderOf`. */
  relate(version: string, to: string): Relation;
}

/** Superseded versions that are kept. */
const kept = 50;

/**
 * The record in which the holder alone may act on a decision to promote: a promotion, or an attempt, or the lease of
 * one whose holder is gone. With `outputs` handing out is the act, so that the effect is there at once.
 */
export function claim(
  record: PipelineRecord,
  stage: Stage,
  decided: Decision,
  claimant: Claimant,
  current: string | undefined,
): PipelineRecord {
  const { promotion: id, version } = decided;
  if (decided.decision !== 'promote' || id === undefined || version === undefined)
    throw new RangeError(`${stage.name} is not to be promoted: ${decided.reason}`);
  return withStage(record, stage.name, (before) => {
    const ready = before.promotions.some((each) => each.id === id)
      ? before
      : withNewPromotion(overtaken(before, decided, version, claimant), {
          ...newPromotion(id, version, before.generation, decided, claimant.now),
          ...(current !== undefined && { from: current }),
        });
    return withPromotion(ready, id, (promotion) =>
      handedOut(stage, withClaim(promotion, decided, claimant)),
    );
  });
}

function newPromotion(
  id: string,
  version: string,
  generation: number,
  { gates, reason }: Decision,
  now: Instant,
): Promotion {
  return {
    id,
    version,
    generation,
    kind: 'forward',
    phase: 'pending',
    createdAt: now,
    reason,
    attempts: [],
    evidence: gates.map(({ gate, state, evidence }) => ({ gate, state, evidence })),
  };
}

/** What a new promotion leaves behind: versions that were passed over, and one that was under way. */
function overtaken(
  stage: StageRecord,
  { leftOut, supersedes }: Decision,
  version: string,
  { now, relate }: Claimant,
): StageRecord {
  const passedOver = leftOut.map((each) => ({ version: each, by: version, at: now }));
  const { frontier } = stage;
  const isAhead = frontier === undefined || relate(frontier, version) !== 'newer';
  const next = {
    ...stage,
    superseded: [...stage.superseded, ...passedOver].slice(-kept),
    ...(isAhead && { frontier: version }),
  };
  return supersedes === undefined
    ? next
    : withPromotion(next, supersedes, (promotion) =>
        ended(promotion, 'aborted', `superseded: by ${version}`, now),
      );
}

function withClaim(promotion: Promotion, { attempt = 1 }: Decision, claimant: Claimant): Promotion {
  const open = openClaim(promotion);
  const number = open?.number ?? attempt;
  const effect = attemptKey(promotion.id, number);
  const answer = claimLease(open?.lease, { ...claimant, effect }, claimant.now);
  if (answer.kind === 'held') return promotion;
  const claimed: Attempt = { number, lease: answer.lease };
  const others = open ? promotion.attempts.slice(0, -1) : promotion.attempts;
  const { retryAt: _, ...rest } = promotion;
  return {
    ...rest,
    phase: 'pending',
    reason: `claimed: attempt ${number} by ${claimant.holder}`,
    attempts: [...others, claimed],
  };
}

function handedOut({ via }: Stage, promotion: Promotion): Promotion {
  const lease = lastAttempt(promotion)?.lease;
  const at = lease && parseInstant(lease.since);
  if (via !== 'outputs' || !lease || at === undefined) return promotion;
  return withEffect(promotion, { kind: 'outputs', reference: lease.holder, at });
}
