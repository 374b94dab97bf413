import type { Change, Leftover } from '../targets/target.ts';
import { renderChanges } from './changes.ts';
import { renderReport, showsReason } from './comment.ts';
import { codeSpan, escapeMarkdown, table } from './markdown.ts';
import { isStuck } from './remove-previews.ts';
import type { PreviewReport, ReportLinks } from './report.ts';
import type { TeardownOutcome, Verdict } from './teardown-preview.ts';

/** The job summary of a deploy: what the comment says, the steps taken, and the diff. */
export function renderDeploySummary(
  report: PreviewReport,
  links: ReportLinks,
  { reason, changes }: { reason: string; changes: readonly Change[] },
): string {
  return [
    ...renderReport({ ...report, steps: report.steps }, links, '###'),
    ...(reason && !showsReason(report, reason)
      ? [`**Decision** ${escapeMarkdown(reason)}`, '']
      : []),
    ...renderChanges(changes),
  ].join('\n');
}

/** The job summary of a teardown or sweep: what went, what stayed, what is left. */
export function renderTeardownSummary(outcome: TeardownOutcome, title: string): string {
  return [
    `### ${title}`,
    '',
    escapeMarkdown(outcome.reason),
    '',
    ...renderVerdicts('Removed', outcome.removed),
    ...renderVerdicts('Kept', outcome.kept),
    ...renderLeft(
      'Still being removed',
      outcome.leftovers.filter((left) => !isStuck(left)),
    ),
    ...renderLeft('Left over', outcome.leftovers.filter(isStuck)),
  ].join('\n');
}

function renderLeft(title: string, leftovers: readonly Leftover[]): string[] {
  const rows = leftovers.map(
    ({ type, id, reason }) => `| ${codeSpan(type)} | ${codeSpan(id)} | ${escapeMarkdown(reason)} |`,
  );
  return table([title, 'Id', 'Why'], rows);
}

function renderVerdicts(title: string, verdicts: readonly Verdict[]): string[] {
  const rows = verdicts.map(
    ({ previewId, pullRequest, reason }) =>
      `| ${codeSpan(previewId)} | \\#${pullRequest} | ${escapeMarkdown(reason)} |`,
  );
  return table([`${title} (${verdicts.length})`, 'Pull request', 'Rule'], rows);
}
