import type { Change } from '../targets/target.ts';
import { renderReport } from './comment.ts';
import { codeSpan, escapeMarkdown } from './markdown.ts';
import type { PreviewReport, ReportLinks } from './report.ts';
import type { TeardownOutcome, Verdict } from './teardown-preview.ts';

const rowLimit = 100;

/** The job summary of a deploy: what the comment says, the steps taken, and the diff. */
export function renderDeploySummary(
  report: PreviewReport,
  links: ReportLinks,
  { reason, changes }: { reason: string; changes: readonly Change[] },
): string {
  return [
    ...renderReport({ ...report, steps: report.steps }, links, '###'),
    ...(reason ? [`**Decision** ${escapeMarkdown(reason)}`, ''] : []),
    ...renderChanges(changes),
  ].join('\n');
}

/** The job summary of a teardown or sweep: what went, what stayed, what is left. */
export function renderTeardownSummary(outcome: TeardownOutcome, title: string): string {
  const leftovers = outcome.leftovers.map(
    ({ type, id, reason }) => `| ${codeSpan(type)} | ${codeSpan(id)} | ${escapeMarkdown(reason)} |`,
  );
  return [
    `### ${title}`,
    '',
    escapeMarkdown(outcome.reason),
    '',
    ...renderVerdicts('Removed', outcome.removed),
    ...renderVerdicts('Kept', outcome.kept),
    ...table(['Left over', 'Id', 'Why'], leftovers),
  ].join('\n');
}

/** The diff of a deploy; replacements stand out, because what they hold is lost. */
export function renderChanges(changes: readonly Change[]): string[] {
  const rows = changes.map(({ action, type, id, replacement, detail }) => {
    const what = replacement ? `**${action}, replacement**` : action;
    return `| ${what} | ${codeSpan(type)} | ${codeSpan(id)} | ${escapeMarkdown(detail ?? '')} |`;
  });
  return table(['Change', 'Type', 'Id', 'Detail'], rows);
}

function renderVerdicts(title: string, verdicts: readonly Verdict[]): string[] {
  const rows = verdicts.map(
    ({ previewId, pullRequest, reason }) =>
      `| ${codeSpan(previewId)} | \\#${pullRequest} | ${escapeMarkdown(reason)} |`,
  );
  return table([`${title} (${verdicts.length})`, 'Pull request', 'Rule'], rows);
}

function table(heads: readonly string[], rows: readonly string[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > rowLimit ? [`… and ${rows.length - rowLimit} more`, ''] : [];
  return [
    `| ${heads.join(' | ')} |`,
    `| ${heads.map(() => '---').join(' | ')} |`,
    ...rows.slice(0, rowLimit),
    '',
    ...more,
  ];
}
