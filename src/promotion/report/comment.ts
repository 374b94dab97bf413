import { start } from '../../core/start.ts';
import { type Duration, formatDuration, formatInstant, type Instant } from '../../core/time.ts';
import { type Gate, isOpen } from '../gates/gate.ts';
import type { Stage } from '../pipeline.ts';
import { hasEnded, type PipelineRecord, type Promotion, stageRecord } from '../records/record.ts';
import { withReason } from '../records/with-reason.ts';
import { shortened } from '../ways/texts.ts';
import { renderSteadyGates } from './gates-table.ts';
import { cut, shownName, shownSentence, shownText, shownVersion } from './shown.ts';
import { type StageView, stageViews } from './stage-view.ts';
import { phaseSigns, stageSigns } from './states.ts';
import type { PipelineView } from './view.ts';

/** GitHub refuses comments over 65,536 characters. */
const commentLimit = 65_000;
/** Stages named in the one line about the pipeline. */
const stagesShown = 12;
const quarter = 15 * 60_000;

/** The sticky comment of one promotion's pull request, for `Comments.upsert`. */
export interface PromotionComment {
  readonly stage: string;
  readonly pullRequest: number;
  readonly marker: string;
  readonly body: string;
}

/** What the sticky comment on a promotion's pull request is found by; no name can end it early. */
export function pipelineMarker(pipeline: string, stage: string): string {
  const safe = (name: string) => encodeURIComponent(name.replace(/\p{Cs}/gu, '')).slice(0, 200);
  return `<!-- understudy:pipeline:${safe(pipeline)}/${safe(stage)} -->`;
}

/**
 * The comments that are to be as they say: on the pull request of each promotion under way, and of each that ended in
 * this run; none of a dry run. Costs one request each where nothing changed.
 * @param before The record with what this run changed as it was before; see `rememberingChanges`.
 */
export function promotionComments(view: PipelineView, before: PipelineRecord): PromotionComment[] {
  if (view.dryRun) return [];
  return stageViews(view).flatMap((stage) => {
    const { name } = stage.stage;
    const were = stageRecord(before, name).promotions;
    return stageRecord(view.record, name)
      .promotions.filter(
        (each) => !hasEnded(each) || were.find(({ id }) => id === each.id)?.phase !== each.phase,
      )
      .flatMap((promotion) => {
        const pullRequest = pullRequestOf(promotion);
        if (pullRequest === undefined) return [];
        const marker = pipelineMarker(view.settings.pipeline.name, name);
        const body = renderPromotionComment(view, name, promotion.id);
        return [{ stage: name, pullRequest, marker, body }];
      });
  });
}

/**
 * What becomes of a promotion, for those who look at its pull request. Says the same until something has changed:
 * nothing in it counts time.
 * @param id Of the promotion; throws a `RangeError` for one that the record does not have.
 */
export function renderPromotionComment(view: PipelineView, stage: string, id: string): string {
  const stages = stageViews(view);
  const mine = stages.find((each) => each.stage.name === stage);
  const promotion = stageRecord(view.record, stage).promotions.find((each) => each.id === id);
  if (!mine || !promotion) throw new RangeError(`${stage} has no promotion ${id}`);
  const body = [
    pipelineMarker(view.settings.pipeline.name, stage),
    `### ${titleOf(view, mine, promotion)}`,
    '',
    ...(hasEnded(promotion) ? renderEnd(promotion) : renderActive(view, mine, promotion)),
    renderPipeline(view, stages, stage),
    '',
    `<sub>Promotion ${shownName(promotion.id)} · times are UTC · Understudy</sub>`,
  ].join('\n');
  return body.length <= commentLimit ? body : `${start(body, commentLimit)}\n\n… cut`;
}

function titleOf(view: PipelineView, { stage }: StageView, promotion: Promotion): string {
  const { version, kind, phase } = promotion;
  const what = kind === 'rollback' ? 'Rollback' : 'Promotion';
  const sign = hasEnded(promotion) ? phaseSigns[phase] : '';
  return `${what} of ${shownVersion(view, version)} to ${shownName(stage.name)}${sign && `: ${sign}`}`;
}

function renderEnd({ reason }: Promotion): string[] {
  return [shownSentence(reason), ''];
}

function renderActive(
  { record }: PipelineView,
  { stage, gates }: StageView,
  promotion: Promotion,
): string[] {
  const merged = promotion.attempts.at(-1)?.effect?.doneAt;
  if (merged !== undefined)
    return [
      `🔵 Merged at ${formatInstant(merged)}; ${shownName(stage.name)} is yet to run this version and be healthy.`,
      '',
    ];
  if (promotion.kind === 'rollback') {
    const { pin } = stageRecord(record, stage.name);
    const said = pin ? ` By ${shownSentence(withReason(pin.by, pin.why))}` : '';
    return [`🔵 May be merged: a rollback passes all gates.${said}`, ''];
  }
  if (gates.length === 0) return ['🔵 No gate is asked of it now.', ''];
  const shut = gates.filter((gate) => !isOpen(gate)).map(({ gate }) => gate);
  const first =
    shut.length === 0 ? '🟢 All gates are open.' : `🟡 Shut: ${[...new Set(shut)].join(', ')}.`;
  return [first, '', ...renderSteadyGates(steady(gates, stage))];
}

/** The gates without what each look at the stages before says a little differently. */
function steady(gates: readonly Gate[], { gates: asked, after }: Stage): Gate[] {
  return gates.map((gate) => {
    if (gate.gate === 'soak') return steadySoak(gate, asked.soak, after);
    if (gate.gate === 'health' && gate.state === 'passed')
      return { ...gate, evidence: `${after.join(', ')}` };
    return gate;
  });
}

function steadySoak(gate: Gate, soak: Duration | undefined, after: readonly string[]): Gate {
  const { until, ...rest } = gate;
  const asked = soak === undefined ? 'healthy time' : `${formatDuration(soak)} of healthy time`;
  return {
    ...rest,
    ...(until !== undefined && { until: (Math.ceil(until / quarter) * quarter) as Instant }),
    evidence: `${asked} on ${after.join(', ')}`,
  };
}

/** The whole pipeline in one line. */
function renderPipeline(view: PipelineView, stages: readonly StageView[], mine: string): string {
  const shown = stages.slice(0, stagesShown).map(({ stage, runs, state }) => {
    const name = stage.name === mine ? `**${shownName(stage.name)}**` : shownName(stage.name);
    const version = runs === undefined ? '' : ` ${shownText(cut(shortened(runs), 60))}`;
    const sign = stageSigns[state].split(' ')[0];
    return `${name}${version} ${sign}`;
  });
  const more = stages.length - shown.length;
  const line = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(' → ');
  return `Pipeline ${shownName(view.settings.pipeline.name)}: ${line}`;
}

function pullRequestOf({ attempts }: Promotion): number | undefined {
  const effect = attempts.findLast((attempt) => attempt.effect)?.effect;
  if (effect?.kind !== 'pull-request' || !/^[1-9]\d{0,9}$/.test(effect.reference)) return undefined;
  return Number(effect.reference);
}
