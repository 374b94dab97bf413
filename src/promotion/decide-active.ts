import type { Instant } from '../core/time.ts';
import { isPassed } from './candidates.ts';
import { type Decision, decision } from './decision.ts';
import { earliestChange, type Gate, isOpen, worstGate } from './gates/gate.ts';
import { lastAttempt, leaseEnd, openClaim, openEffect } from './records/leases.ts';
import type { Attempt, Promotion } from './records/record.ts';
import { deadline } from './settle.ts';
import { isUnknown, runsWell, type StageContext } from './stage-context.ts';
import { commonGates, gatesFor } from './stage-gates.ts';

/** What becomes of a promotion that is under way. */
export function decideActive(context: StageContext, promotion: Promotion): Decision {
  const claim = openClaim(promotion);
  if (claim) return decideClaimed(context, promotion, claim);
  const effect = openEffect(promotion);
  if (effect) return decideRunning(context, promotion, effect);
  const { retryAt } = promotion;
  if (retryAt !== undefined && retryAt > context.known.now)
    return about(context, promotion, 'wait', 'retry', promotion.reason, { wakeAt: retryAt });
  return decideNextAttempt(context, promotion);
}

/** The gates that its next attempt would have to pass; a rollback passes all. */
export function gatesOfActive(context: StageContext, { id, kind, version }: Promotion): Gate[] {
  return kind === 'rollback' ? [] : gatesFor(context, version, commonGates(context, id));
}

function decideClaimed(context: StageContext, promotion: Promotion, claim: Attempt): Decision {
  const end = leaseEnd(claim);
  if (end > context.known.now)
    return about(
      context,
      promotion,
      'wait',
      'claimed',
      `${claim.lease.holder} carries ${promotion.version} out`,
      { wakeAt: end },
    );
  if (isLost(context, promotion)) return lost(context, promotion);
  const gates = gatesOfActive(context, promotion);
  const isThere = runsWell(context, promotion) || isPassed(context, promotion);
  const isNeeded = promotion.kind === 'rollback' || !isThere;
  const free = gates.every(isOpen) && !isUnknown(context) && isNeeded;
  return about(
    context,
    promotion,
    'promote',
    'take-over',
    `the lease of ${claim.lease.holder} ran out; what it did is looked for first`,
    { gates, attempt: claim.number, act: free ? 'claim' : 'adopt' },
  );
}

function decideRunning(context: StageContext, promotion: Promotion, attempt: Attempt): Decision {
  const end = deadline(context, attempt);
  const wakeAt = end !== undefined && end > context.known.now ? end : undefined;
  const rule = attempt.effect?.doneAt === undefined ? 'running' : 'arrival';
  const gates = gatesOfActive(context, promotion);
  return about(context, promotion, 'wait', rule, promotion.reason, { gates, wakeAt });
}

function decideNextAttempt(context: StageContext, promotion: Promotion): Decision {
  const { stage } = context;
  const attempt = (lastAttempt(promotion)?.number ?? 0) + 1;
  const rule = promotion.kind === 'rollback' ? 'rollback' : 'retry';
  if (isUnknown(context) && promotion.kind === 'forward')
    return about(context, promotion, 'blocked', 'unknown', `what ${stage.name} runs is not known`);
  if (isLost(context, promotion)) return lost(context, promotion);
  const gates = gatesOfActive(context, promotion);
  const worst = worstGate(gates);
  if (worst && !isOpen(worst)) return shut(context, promotion, worst, gates);
  const sentence = `attempt ${attempt} at ${promotion.version}`;
  return about(context, promotion, 'promote', rule, sentence, { gates, attempt, act: 'claim' });
}

/** A tag that was deleted: there is no commit that could be looked for, or gone to. */
function isLost({ known, stage: { via } }: StageContext, { version }: Promotion): boolean {
  const needsCommit = via !== 'outputs' && via !== 'release';
  const isKnown = known.order.position(version) !== undefined || /^[0-9a-f]{40}$/.test(version);
  return needsCommit && !isKnown;
}

function lost(context: StageContext, promotion: Promotion): Decision {
  const { name } = context.stage;
  const sentence = `${promotion.version} is no version any more, so that its commit is not known; push the tag again, or abort what is under way in ${name}`;
  return about(context, promotion, 'blocked', 'version', sentence);
}

function shut(
  context: StageContext,
  promotion: Promotion,
  { gate, state, evidence }: Gate,
  gates: readonly Gate[],
): Decision {
  const kind = state === 'waiting' ? 'wait' : 'blocked';
  const wakeAt = earliestChange(gates);
  return about(context, promotion, kind, gate, evidence, { gates, wakeAt });
}

function about(
  { stage }: StageContext,
  { id, version }: Promotion,
  kind: Decision['decision'],
  rule: string,
  sentence: string,
  more: {
    readonly gates?: readonly Gate[];
    readonly attempt?: number;
    readonly act?: 'claim' | 'adopt';
    readonly wakeAt?: Instant | undefined;
  } = {},
): Decision {
  return decision(stage.name, kind, rule, sentence, { version, promotion: id, ...more });
}
