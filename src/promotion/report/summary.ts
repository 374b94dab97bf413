import { table } from '../../preview/markdown.ts';
import type { Decision } from '../decision.ts';
import { isOpen } from '../gates/gate.ts';
import { mainDecision } from './conclude.ts';
import { renderDiagram } from './diagram.ts';
import { renderGates } from './gates-table.ts';
import { renderHistory, renderLeftOut } from './history.ts';
import {
  shownEffect,
  shownLink,
  shownMoment,
  shownName,
  shownSentence,
  shownText,
  shownVersion,
  withShortCommits,
} from './shown.ts';
import { type StageView, stageViews } from './stage-view.ts';
import { healthSigns, stageSigns } from './states.ts';
import { nextWakeAt, type PipelineView } from './view.ts';

/** GitHub drops a summary of more than 1 MiB whole; other steps of the job have summaries of their own. */
const summaryLimit = 900_000;

/** The job summary of a run: what was decided and why, then the whole pipeline, the gates that matter, and its past. */
export function renderPromotionSummary(view: PipelineView): string {
  const stages = stageViews(view);
  const name = shownName(view.settings.pipeline.name);
  return withinLimit([
    [`### Promotions of ${name}${isRehearsal(view) ? ' (dry run)' : ''}`, ''],
    renderFirst(view),
    renderWarnings(view),
    renderStages(view, stages),
    renderNextLook(view),
    renderDiagram(stages),
    ...stages.map((stage) => renderGatesOf(view, stage)),
    renderHistory(view),
    renderLeftOut(view),
  ]);
}

function isRehearsal({ dryRun, isStatus = false }: PipelineView): boolean {
  return dryRun && !isStatus;
}

/** The run in one line of plain text, for its page: `production: wait. soak: 6h of 1d healthy on staging`. */
export function promotionNotice({ decisions, said }: PipelineView): string {
  const main = mainDecision(decisions);
  const decided = main ? `${main.stage}: ${decidedSentence(main)}` : 'nothing was decided';
  return withShortCommits(said ?? decided);
}

/** `wait. soak: 6h of 1d healthy on staging`; of a reason that says the decision again, that alone. */
export function decidedSentence({
  decision,
  reason,
}: {
  readonly decision: string;
  readonly reason: string;
}): string {
  return reason.startsWith(`${decision}: `) ? reason : `${decision}. ${reason}`;
}

/** What was decided, in one sentence: the main decision, and how many others say something. */
function renderFirst(view: PipelineView): string[] {
  const main = mainDecision(view.decisions);
  const dry = isRehearsal(view) ? ['Dry run: nothing was recorded and nothing was done.', ''] : [];
  const said = view.said === undefined ? [] : [`**${shownText(view.said)}**`, ''];
  const first = main ? [sentence(view, main), ''] : [];
  return [...said, ...first, ...dry];
}

function sentence(view: PipelineView, main: Decision): string {
  const others = view.decisions.filter((each) => each !== main && each.decision === main.decision);
  const more = others.map(({ stage }) => shownName(stage)).slice(0, 5);
  const also = more.length > 0 ? ` The same goes for ${more.join(', ')}.` : '';
  return `**${what(view, main)}** ${shownSentence(main.reason)}${also}`;
}

function what(view: PipelineView, { stage, decision, version }: Decision): string {
  const name = shownName(stage);
  const which = version === undefined ? '' : ` ${shownVersion(view, version)}`;
  const would = view.dryRun ? 'would take' : 'takes';
  const said: Readonly<Record<Decision['decision'], string>> = {
    promote: `${name} ${would}${which}.`,
    failed: `${name} failed at${which || ' its promotion'}.`,
    blocked: `${name} is blocked${which && ` before${which}`}.`,
    wait: `${name} waits${which && ` with${which}`}.`,
    superseded: `${name} leaves${which} out.`,
    none: `${name} has nothing to do.`,
  };
  return said[decision];
}

function renderWarnings({ warnings }: PipelineView): string[] {
  return warnings.length === 0
    ? []
    : [...warnings.slice(0, 20).map((each) => `- ⚠️ ${shownText(each)}`), ''];
}

function renderStages(view: PipelineView, stages: readonly StageView[]): string[] {
  const heads = ['Stage', 'Runs now', 'Health', 'Next', 'State', 'Why'];
  return table(
    heads,
    stages.map((stage) => `| ${cellsOf(view, stage).join(' | ')} |`),
  );
}

function cellsOf(view: PipelineView, stage: StageView): string[] {
  const { runs, isOld, health, next, state } = stage;
  const nothing = health === 'unknown' ? 'not known' : 'nothing yet';
  const now = runs === undefined ? nothing : shownVersion(view, runs);
  return [
    renderName(stage),
    isOld ? `${now} at the last look` : now,
    renderHealth(stage),
    next === undefined || next === runs ? '' : shownVersion(view, next),
    stageSigns[state],
    renderWaits(view, stage),
  ];
}

/** Where nothing runs there is nothing to be well. */
function renderHealth({ runs, health, evidence }: StageView): string {
  if (health === 'healthy') return runs === undefined ? '' : healthSigns[health];
  return `${healthSigns[health]}: ${shownText(evidence)}`;
}

function renderName({ stage, settings }: StageView): string {
  const name = shownName(stage.name);
  return settings?.url === undefined ? name : shownLink(name, settings.url);
}

function renderWaits({ now, links, proceeded = [] }: PipelineView, view: StageView): string {
  const { decision, active, effect, stage, gates } = view;
  const shut = effect?.kind === 'pull-request' ? gates.filter((gate) => !isOpen(gate)) : [];
  const leads = effect ? [shownEffect({ links }, effect)] : [];
  const did = proceeded.filter((each) => each.stage === stage.name);
  const until =
    decision?.wakeAt === undefined ? [] : [`until ${shownMoment(decision.wakeAt, now)}`];
  return [
    ...(decision || active ? [shownText(decision?.reason ?? active?.reason ?? '')] : []),
    ...did.map(({ evidence }) => shownText(evidence)),
    ...(shut.length > 0 ? [`shut: ${shut.map(({ gate }) => gate).join(', ')}`] : []),
    ...until,
    ...leads,
  ].join('<br>');
}

function renderNextLook(view: PipelineView): string[] {
  const wakeAt = nextWakeAt(view);
  return wakeAt === undefined
    ? []
    : [`Next change by time alone: ${shownMoment(wakeAt, view.now)}`, ''];
}

/** Where one is not plainly passed, so that an emergency is seen as well, and where something goes through them now. */
function renderGatesOf(view: PipelineView, { stage, gates, decision, active }: StageView) {
  const isPlain = gates.every(({ state }) => state === 'passed');
  if (gates.length === 0 || (isPlain && decision?.decision !== 'promote')) return [];
  const version = decision?.version ?? active?.version;
  const which = version === undefined ? '' : ` for ${shownVersion(view, version)}`;
  return [`#### Gates of ${shownName(stage.name)}${which}`, '', ...renderGates(gates, view.now)];
}

/** Sections in the order of their worth, as far as they fit; says how many were left out. */
function withinLimit(sections: readonly (readonly string[])[]): string {
  const kept: string[] = [];
  let room = summaryLimit;
  for (const [index, lines] of sections.entries()) {
    const text = lines.join('\n');
    room -= new TextEncoder().encode(text).length + 1;
    if (room < 0) {
      const left = sections.length - index;
      return [...kept, `… ${left} more parts are left out: GitHub shows at most 1 MiB`, ''].join(
        '\n',
      );
    }
    if (lines.length > 0) kept.push(text);
  }
  return kept.join('\n');
}
