import { type Instant, toIso } from '../../core/time.ts';
import type { Decision } from '../decision.ts';
import type { Gate } from '../gates/gate.ts';
import { stageNamed } from '../pipeline.ts';
import { attemptKey } from '../records/promotion-id.ts';
import { type Promotion, stageRecord } from '../records/record.ts';
import { mainDecision } from './conclude.ts';
import { cut } from './shown.ts';
import { commitOf, nextWakeAt, type PipelineView } from './view.ts';

/** Characters of a text in the outputs; GitHub takes 1 MB of all outputs of a job. */
const longest = 300;

/**
 * The outputs of promote-environment, empty where there is nothing to say. `promotions` has an entry for each decision;
 * `matrix` those alone that this workflow is to deploy now, flat and short, for `strategy.matrix.include`.
 */
export function promotionOutputs(view: PipelineView): Readonly<Record<string, string>> {
  const main = mainDecision(view.decisions);
  const entries = view.decisions.map((each) => entryOf(view, each));
  return {
    decision: main?.decision ?? 'none',
    reason: cut(view.said ?? main?.reason ?? 'none: nothing was decided', longest),
    stage: main?.stage ?? '',
    version: main?.version ?? '',
    promotion: main?.promotion ?? '',
    promotions: JSON.stringify(entries),
    matrix: JSON.stringify(view.decisions.flatMap((each) => handedOut(view, each))),
    'pull-request-url': pullRequestUrl(view, main),
    // Fleets are not moved yet.
    targets: '[]',
    gates: JSON.stringify(
      view.decisions.flatMap(({ stage, gates }) =>
        gates.map((gate) => ({ stage, ...gateEntry(gate) })),
      ),
    ),
    'wake-at': isoOf(nextWakeAt(view)),
  };
}

function entryOf(view: PipelineView, decided: Decision) {
  const { stage, decision, reason, wakeAt, gates } = decided;
  return {
    ...whatOf(view, decided),
    decision,
    reason: cut(reason, longest),
    'pull-request-url': effectUrl(promotionOf(view, decided), 'pull-request'),
    url: view.settings.stages[stage]?.url ?? '',
    'wake-at': isoOf(wakeAt),
    gates: gates.map(gateEntry),
  };
}

function whatOf(view: PipelineView, decided: Decision) {
  const { stage, version = '', promotion = '' } = decided;
  const attempt = promotionOf(view, decided)?.attempts.at(-1)?.number ?? decided.attempt;
  return {
    stage,
    environment: view.settings.stages[stage]?.environment ?? stage,
    version,
    commit: commitOf(view, version) ?? '',
    promotion,
    attempt: attempt ?? 0,
    // Names the attempt, for `mode: report`.
    key: promotion !== '' && attempt !== undefined ? attemptKey(promotion, attempt) : '',
  };
}

function handedOut(view: PipelineView, decided: Decision) {
  const { via } = stageNamed(view.settings.pipeline, decided.stage);
  const isOurs = decided.decision === 'promote' && via === 'outputs' && !view.dryRun;
  return isOurs ? [whatOf(view, decided)] : [];
}

function gateEntry({ gate, state, since, until, evidence }: Gate) {
  return {
    gate,
    state,
    since: isoOf(since),
    until: isoOf(until),
    evidence: cut(evidence, longest),
  };
}

/** Of the main decision; else the first that is under way, in the order of the stages. */
function pullRequestUrl(view: PipelineView, main: Decision | undefined): string {
  const urls = [...(main ? [main] : []), ...view.decisions].map((each) =>
    effectUrl(promotionOf(view, each), 'pull-request'),
  );
  return urls.find((url) => url !== '') ?? '';
}

function effectUrl(promotion: Promotion | undefined, kind: string): string {
  const effect = promotion?.attempts.findLast((attempt) => attempt.effect)?.effect;
  return effect?.kind === kind ? (effect.url ?? '') : '';
}

function promotionOf(view: PipelineView, { stage, promotion }: Decision): Promotion | undefined {
  return stageRecord(view.record, stage).promotions.find(({ id }) => id === promotion);
}

function isoOf(moment: Instant | undefined): string {
  return moment === undefined ? '' : toIso(moment);
}
