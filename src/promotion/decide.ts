import { decideActive } from './decide-active.ts';
import { type Decision, decision } from './decision.ts';
import type { PromotionFacts } from './facts.ts';
import { isLongBehind, unfinished } from './finish.ts';
import { earliestChange, type Gate, isOpen, worstGate } from './gates/gate.ts';
import { lateAct } from './late-acts.ts';
import { openClaim, openEffect } from './records/leases.ts';
import { promotionId } from './records/promotion-id.ts';
import { activePromotion, type Promotion } from './records/record.ts';
import { selectVersion, unknownBefore } from './select-version.ts';
import { contextOf, isUnknown, knownFrom, type StageContext } from './stage-context.ts';
import { commonGates, gatesFor } from './stage-gates.ts';
import { inOrder } from './stage-graph.ts';

/**
 * What becomes of each stage now, each after those before it; of the stage that was asked for alone, if one was. Pure:
 * the same facts give the same decisions. The record in the facts is to be settled first.
 */
export function decidePromotions(facts: PromotionFacts): Decision[] {
  const known = knownFrom(facts);
  return inOrder(facts.pipeline.stages)
    .filter(({ name }) => facts.asked?.stage === undefined || facts.asked.stage === name)
    .map(({ name }) => decideStage(contextOf(known, name)));
}

/** The earliest moment at which any of the decisions can change by time alone. */
export function wakeAtOf(decisions: readonly Decision[]) {
  return decisions
    .map(({ wakeAt }) => wakeAt)
    .filter((wakeAt) => wakeAt !== undefined)
    .sort((a, b) => a - b)[0];
}

function decideStage(context: StageContext): Decision {
  const late = lateAct(context);
  const active = activePromotion(context.record);
  if (!active) return decideAfter(context, late);
  if (late) return late;
  const decided = decideActive(context, active);
  return overtaking(context, active) ?? decided;
}

/** What failed is told, whatever may still come of it. */
function decideAfter(context: StageContext, late: Decision | undefined): Decision {
  const decided = decideFree(context);
  return late && decided.decision !== 'failed' ? late : decided;
}

function decideFree(context: StageContext): Decision {
  const { stage } = context;
  if (isUnknown(context)) {
    const why = context.observation?.evidence ?? 'it was not looked at';
    return decision(
      stage.name,
      'blocked',
      'unknown',
      `what ${stage.name} runs is not known: ${why}`,
    );
  }
  const selection = selectVersion(context);
  if (selection.version === undefined) return nothingToDo(context, selection.refusal);
  return decideVersion(context, selection.version, selection.leftOut);
}

function decideVersion(
  context: StageContext,
  version: string,
  leftOut: readonly string[],
): Decision {
  const { stage, known } = context;
  const about = { version, promotion: idOf(context, version) };
  const gates = gatesFor(context, version);
  // What a person lets in again goes back, not on: nothing else has to come first.
  const goesBack =
    context.current !== undefined && known.order.relate(version, context.current) === 'older';
  const first = goesBack ? undefined : unfinished(context);
  if (first) return decision(stage.name, 'wait', 'finish', first.reason, { ...about, gates });
  const worst = worstGate(gates);
  if (worst && !isOpen(worst)) return shut(context, worst, gates, about);
  return decision(stage.name, 'promote', known.pipeline.order, `it is the turn of ${version}`, {
    ...about,
    gates,
    leftOut,
    attempt: 1,
    act: 'claim',
  });
}

function shut(
  { stage }: StageContext,
  { gate, state, evidence }: Gate,
  gates: readonly Gate[],
  about: { readonly version: string; readonly promotion: string },
): Decision {
  const kind = state === 'waiting' ? 'wait' : 'blocked';
  const wakeAt = earliestChange(gates);
  return decision(stage.name, kind, gate, evidence, { ...about, gates, wakeAt });
}

/**
 * A newer version in the place of one that waits for people or for its next attempt, unless the stage has been behind
 * for so long that this one is to finish.
 */
function overtaking(context: StageContext, active: Promotion): Decision | undefined {
  const { known, record } = context;
  const { order } = known.pipeline;
  if (order !== 'newest' && order !== 'pairwise') return undefined;
  if (active.kind === 'rollback' || isLongBehind(context) || !mayBeOvertaken(context, active))
    return undefined;
  const without = { ...record, promotions: record.promotions.filter(({ id }) => id !== active.id) };
  const next = decideFree({ ...context, record: without });
  if (next.decision !== 'promote' || next.version === undefined) return undefined;
  if (known.order.relate(next.version, active.version) !== 'newer') return undefined;
  return {
    ...next,
    supersedes: active.id,
    leftOut: next.leftOut.filter((each) => each !== active.version),
  };
}

/** An effect that is under way comes to its own end, but for a pull request that is still open. */
function mayBeOvertaken({ known, stage }: StageContext, active: Promotion): boolean {
  if (openClaim(active)) return false;
  const attempt = openEffect(active);
  if (!attempt) return true;
  return stage.via === 'pull-request' && known.effects[attempt.lease.effect]?.state === 'open';
}

function nothingToDo(
  context: StageContext,
  { rule, reason }: { readonly rule: string; readonly reason: string },
): Decision {
  const { stage, known, record } = context;
  const last = record.promotions.at(-1);
  const unknown = rule === 'health' ? unknownBefore(context) : [];
  const about = { gates: [...commonGates(context, undefined), ...unknown] };
  if (rule === 'none') return decision(stage.name, 'none', rule, reason, about);
  if (last && rule === 'once' && (last.phase === 'failed' || last.phase === 'errored'))
    return decision(stage.name, 'failed', 'exhausted', last.reason, {
      ...about,
      version: last.version,
      promotion: last.id,
    });
  if (known.asked?.version !== undefined && rule !== 'order')
    return decision(stage.name, 'superseded', rule, reason, {
      ...about,
      version: known.order.keyOf(known.asked.version),
    });
  if (rule === 'once' && last?.phase === 'aborted')
    return decision(
      stage.name,
      'blocked',
      'aborted',
      `${last.reason}; a newer version or a release of it goes on`,
      {
        ...about,
        version: last.version,
        promotion: last.id,
      },
    );
  const isBlocked = rule === 'order' || rule === 'health';
  return decision(stage.name, isBlocked ? 'blocked' : 'none', rule, reason, about);
}

function idOf({ known, stage, record }: StageContext, version: string): string {
  return promotionId({
    pipeline: known.pipeline.name,
    stage: stage.name,
    generation: record.generation,
    version,
  });
}
