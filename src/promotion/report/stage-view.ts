import { gatesOfActive } from '../decide-active.ts';
import type { Decision } from '../decision.ts';
import type { StageObservation } from '../facts.ts';
import type { Gate } from '../gates/gate.ts';
import type { Stage } from '../pipeline.ts';
import { openEffect } from '../records/leases.ts';
import { activePromotion, type Effect, type Promotion, stageRecord } from '../records/record.ts';
import type { StageSettings } from '../settings.ts';
import { contextOf, knownFrom, type StageContext } from '../stage-context.ts';
import { inOrder } from '../stage-graph.ts';
import type { PipelineView } from './view.ts';

/** How a stage stands, in one word; each has a symbol and a class of the drawing. */
export type StageState =
  | 'promoting'
  | 'under way'
  | 'waiting'
  | 'blocked'
  | 'failed'
  | 'superseded'
  | 'nothing to do'
  | 'not decided';

/** One stage, for people. */
export interface StageView {
  readonly stage: Stage;
  readonly settings: StageSettings | undefined;
  readonly state: StageState;
  readonly decision: Decision | undefined;
  /** The version it runs; `undefined` = nothing yet, or it is not known. */
  readonly runs: string | undefined;
  /** That `runs` is what an earlier run saw. */
  readonly isOld: boolean;
  readonly health: 'healthy' | 'unhealthy' | 'unknown';
  /** Why it is unwell, or not known. */
  readonly evidence: string;
  /** The version that comes next, if there is one. */
  readonly next: string | undefined;
  readonly active: Promotion | undefined;
  /** What the promotion under way did, while it is not known how it ended. */
  readonly effect: Effect | undefined;
  readonly gates: readonly Gate[];
}

/** All stages, each after those before it. */
export function stageViews(view: PipelineView): StageView[] {
  const { pipeline, stages } = view.settings;
  const seen = view.observed ?? nothingSeen;
  const known = knownFrom({ pipeline, ...seen, record: view.record, now: view.now });
  return inOrder(pipeline.stages).map((stage) => {
    const context = contextOf(known, stage.name);
    const decision = view.decisions.find((each) => each.stage === stage.name);
    const active = activePromotion(context.record);
    const effect = active && openEffect(active)?.effect;
    const last = lastSeen(view, stage.name, context.observation);
    return {
      stage,
      settings: Object.hasOwn(stages, stage.name) ? stages[stage.name] : undefined,
      state: stateOf(decision, active),
      decision,
      runs: context.current ?? last.version,
      isOld: context.current === undefined && last.version !== undefined,
      health: last.health,
      evidence: last.evidence,
      next: nextOf(decision, active),
      active,
      effect,
      gates: gatesOf(view, context, decision, active),
    };
  });
}

/** Those that it passes now; none of a promotion that no gate stops any more: only an open pull request waits for them. */
function gatesOf(
  { observed }: PipelineView,
  context: StageContext,
  decision: Decision | undefined,
  active: Promotion | undefined,
): readonly Gate[] {
  const effect = active && openEffect(active)?.effect;
  if (!active || !effect || decision?.decision === 'promote') return decision?.gates ?? [];
  if (effect.kind !== 'pull-request' || effect.doneAt !== undefined) return [];
  if (decision && decision.gates.length > 0) return decision.gates;
  return observed ? gatesOfActive(context, active) : [];
}

const nothingSeen = {
  history: { versions: [] },
  observations: {},
  checks: {},
  people: {},
  effects: {},
  calendars: {},
} as const;

/** What was seen in this run; what is not known of it, the record says of the last look. */
function lastSeen(view: PipelineView, stage: string, observation: StageObservation | undefined) {
  const visit = stageRecord(view.record, stage).visits.at(-1);
  if (observation) {
    const { health, evidence } = observation;
    return { health, evidence, version: health === 'unknown' ? visit?.version : undefined };
  }
  return visit
    ? { health: visit.health, evidence: 'at the last look', version: visit.version }
    : { health: 'unknown' as const, evidence: 'it was not looked at', version: undefined };
}

function nextOf(decision: Decision | undefined, active: Promotion | undefined) {
  const next = decision?.version ?? active?.version;
  return decision?.decision === 'none' ? active?.version : next;
}

function stateOf(decision: Decision | undefined, active: Promotion | undefined): StageState {
  if (!decision && !active) return 'not decided';
  if (!decision) return active && openEffect(active) ? 'under way' : 'waiting';
  switch (decision.decision) {
    case 'promote':
      return 'promoting';
    case 'wait':
      return active && openEffect(active) ? 'under way' : 'waiting';
    case 'none':
      return 'nothing to do';
    default:
      return decision.decision;
  }
}
