import { formatInstant } from '../../core/time.ts';
import { table } from '../../preview/markdown.ts';
import { type Promotion, stageRecord } from '../records/record.ts';
import { inOrder } from '../stage-graph.ts';
import { shownEffect, shownName, shownText, shownVersion } from './shown.ts';
import { phaseSigns } from './states.ts';
import type { PipelineView } from './view.ts';

const promotionsShown = 20;
const leftOutShown = 20;

interface Past {
  readonly stage: string;
  readonly promotion: Promotion;
}

/** The last promotions of all stages, newest first, folded. */
export function renderHistory(view: PipelineView): string[] {
  const all = stagesOf(view)
    .flatMap((stage) =>
      stageRecord(view.record, stage).promotions.map((promotion) => ({ stage, promotion })),
    )
    .sort((a, b) => b.promotion.createdAt - a.promotion.createdAt);
  if (all.length === 0) return [];
  const rows = all.slice(0, promotionsShown).map((past) => renderPast(view, past));
  const heads = ['Began', 'Stage', 'Version', 'Before', 'Phase', 'Attempts', 'Why', 'Effect'];
  return folded(`Last promotions (${rows.length} of ${all.length})`, table(heads, rows));
}

/** Versions that were passed over for newer ones: in this run, and before it. */
export function renderLeftOut(view: PipelineView): string[] {
  const now = view.decisions
    .filter(({ leftOut }) => leftOut.length > 0)
    .map(({ stage, version, leftOut }) => ({ stage, by: version ?? '', leftOut }));
  const before = stagesOf(view).flatMap((stage) =>
    bySuccessor(stageRecord(view.record, stage).superseded).map((each) => ({ stage, ...each })),
  );
  const isNow = ({ stage, by }: { stage: string; by: string }) =>
    now.some((each) => each.stage === stage && each.by === by);
  const groups = [...now, ...before.filter((each) => !isNow(each))];
  if (groups.length === 0) return [];
  const rows = groups.map(({ stage, by, leftOut }) => {
    const shown = leftOut.slice(-leftOutShown).map((version) => shownVersion(view, version));
    const more = leftOut.length - shown.length;
    const older = more > 0 ? `, and ${more} older` : '';
    return `| ${shownName(stage)} | ${shown.reverse().join(', ')}${older} | ${shownVersion(view, by)} |`;
  });
  const count = groups.reduce((sum, { leftOut }) => sum + leftOut.length, 0);
  return folded(`Superseded (${count})`, table(['Stage', 'Superseded', 'By'], rows));
}

function renderPast(view: PipelineView, { stage, promotion }: Past): string {
  const { createdAt, version, from, kind, phase, attempts, reason } = promotion;
  const effect = attempts.findLast((attempt) => attempt.effect)?.effect;
  const leads = effect ? shownEffect(view, effect) : '';
  const cells = [
    formatInstant(createdAt),
    shownName(stage),
    shownVersion(view, version),
    from === undefined ? '' : shownVersion(view, from),
    `${phaseSigns[phase]}${kind === 'rollback' ? ', rollback' : ''}`,
    String(attempts.at(-1)?.number ?? 0),
    shownText(reason),
    leads,
  ];
  return `| ${cells.join(' | ')} |`;
}

function bySuccessor(superseded: readonly { version: string; by: string }[]) {
  const groups = new Map<string, string[]>();
  for (const { version, by } of superseded) {
    groups.set(by, [...(groups.get(by) ?? []), version]);
  }
  return [...groups].reverse().map(([by, leftOut]) => ({ by, leftOut }));
}

function stagesOf({ settings }: PipelineView): string[] {
  return inOrder(settings.pipeline.stages).map(({ name }) => name);
}

function folded(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, '', ...lines, '</details>', ''];
}
