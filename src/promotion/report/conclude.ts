import type { Instant } from '../../core/time.ts';
import { type Decision, decision } from '../decision.ts';
import { earliestChange } from '../gates/gate.ts';
import type { Changed } from '../ports.ts';
import { leaseEnd, openClaim } from '../records/leases.ts';
import { hasEnded, type PipelineRecord, type Promotion, stageRecord } from '../records/record.ts';

/** What a run did with its decisions; `Advanced` with who it was. */
export interface RunEnd {
  readonly decisions: readonly Decision[];
  readonly record: PipelineRecord;
  readonly changed: Changed['kind'] | undefined;
  /** Of `AdvanceRequest`. */
  readonly holder: string;
  readonly dryRun: boolean;
}

/**
 * The decisions as they came out. Only what this run carried out stays `promote`; where another run was faster, where
 * the act failed, or where its outcome is not known, it is what that comes to. Of a dry run they stay as they are.
 */
export function concluded(end: RunEnd): readonly Decision[] {
  return end.dryRun
    ? end.decisions
    : end.decisions.map((each) => (each.decision === 'promote' ? conclude(end, each) : each));
}

/** The decision that says most of a run: by what it asks of people, then by the order of the stages. */
export function mainDecision(decisions: readonly Decision[]): Decision | undefined {
  const weight = ({ decision: kind }: Decision) => weights.indexOf(kind);
  return decisions.reduce<Decision | undefined>(
    (main, each) => (main === undefined || weight(each) < weight(main) ? each : main),
    undefined,
  );
}

const weights: readonly Decision['decision'][] = [
  'promote',
  'failed',
  'blocked',
  'wait',
  'superseded',
  'none',
];

function conclude(end: RunEnd, decided: Decision): Decision {
  const { promotions } = stageRecord(end.record, decided.stage);
  const promotion = promotions.find(({ id }) => id === decided.promotion);
  if (end.changed !== 'recorded' || !promotion)
    return waits(decided, 'claimed', unrecorded(end.changed), claimEnd(promotion));
  const attempt = promotion.attempts.at(-1);
  const isMine = attempt?.lease.holder === end.holder;
  if (isMine && attempt.effect && !attempt.outcome) return decided;
  if (hasEnded(promotion)) return ended(decided, promotion);
  if (isMine && openClaim(promotion)) return waits(decided, 'claimed', unseen, leaseEnd(attempt));
  const { reason, retryAt } = promotion;
  return waits(decided, ruleOf(reason) ?? decided.rule, reason, retryAt ?? claimEnd(promotion));
}

const unseen = 'what came of the claim is not recorded; the next run looks for it';

function unrecorded(changed: Changed['kind'] | undefined): string {
  return changed === 'unknown'
    ? 'whether the claim was recorded is not known; the next run finds out'
    : 'other runs were faster; the next run looks again';
}

function ended({ wakeAt: _, ...decided }: Decision, { phase, reason }: Promotion): Decision {
  const rule = ruleOf(reason) ?? decided.rule;
  if (phase === 'succeeded') return { ...decided, decision: 'none', rule, reason };
  if (phase !== 'aborted') return { ...decided, decision: 'failed', rule, reason };
  return { ...decided, decision: rule === 'superseded' ? 'superseded' : 'blocked', rule, reason };
}

function waits(
  { stage, version, promotion, gates, leftOut }: Decision,
  rule: string,
  sentence: string,
  end: Instant | undefined,
): Decision {
  const wakeAt = end ?? earliestChange(gates);
  return decision(stage, 'wait', rule, sentence, { version, promotion, gates, leftOut, wakeAt });
}

function claimEnd(promotion: Promotion | undefined): Instant | undefined {
  const claim = promotion && openClaim(promotion);
  return claim && leaseEnd(claim);
}

/** The reasons of a record begin with their rule. */
function ruleOf(reason: string): string | undefined {
  return /^([a-z-]+): /.exec(reason)?.[1];
}
