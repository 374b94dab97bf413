import { start } from '../core/start.ts';
import { formatInstant } from '../core/time.ts';
import type { ServiceState } from '../targets/target.ts';
import { renderFoldedChanges } from './changes.ts';
import { codeBlock, codeSpan, escapeMarkdown, lastLines, link } from './markdown.ts';
import type { PreviewReport, ReportLinks, Step } from './report.ts';

/** GitHub refuses comments over 65,536 characters; the log takes what the rest leaves. */
const commentLimit = 65_000;
const logLimit = 20_000;

const headings = {
  queued: '⚪ Preview is queued',
  planned: '⚪ Preview is planned, and nothing was changed',
  superseded: '⚪ Preview is left to a newer run',
  deploying: '🔵 Preview is deploying',
  ready: '🟢 Preview is ready',
  failed: '🔴 Preview failed',
  waiting: '🟡 Preview is waiting',
  removing: '⚫ Preview is being removed',
  removed: '⚫ Preview is removed',
  refused: '⚪ No preview',
} as const satisfies Record<PreviewReport['state'], string>;

const serviceSigns = {
  ready: '🟢 ready',
  starting: '🔵 starting',
  sleeping: '💤 asleep, the next visit wakes it',
  failed: '🔴 failed',
  unknown: '⚪ unknown',
} as const satisfies Record<ServiceState, string>;

const stepSigns = { running: '⏳', done: '✅', failed: '❌' } as const;

/** What the sticky comment of a pull request is found by. One preview of a pull request, one comment. */
export function commentMarker(pullRequest: number): string {
  return `<!-- understudy:preview:${pullRequest} -->`;
}

/** The sticky comment: the marker first, then what people came for. Under GitHub's limit whatever the log. */
export function renderComment(report: PreviewReport, links: ReportLinks): string {
  const body = [
    commentMarker(report.pullRequest),
    ...renderReport(report, links, '###'),
    ...(report.state === 'deploying' || report.state === 'failed'
      ? renderFoldedChanges(report.changes)
      : []),
    renderFooter(report, links),
  ].join('\n');
  return body.length <= commentLimit ? body : `${start(body, commentLimit)}\n\n… cut`;
}

/** Heading, facts, steps and log of a report, as Markdown lines; the summary shows the same. */
export function renderReport(report: PreviewReport, links: ReportLinks, level: string): string[] {
  return [
    `${level} ${headings[report.state]}`,
    '',
    ...renderReason(report),
    ...renderServices(report),
    ...renderFacts(report, links),
    ...renderSteps(report.steps, report.state),
    ...renderTargetLink(report),
    ...renderLog(report),
  ];
}

/** Whether the report begins with this reason. */
export function showsReason({ state, reason }: PreviewReport, asked = reason): boolean {
  return reason !== '' && reason === asked && state !== 'ready' && state !== 'deploying';
}

function renderReason(report: PreviewReport): string[] {
  return showsReason(report) ? [escapeMarkdown(report.reason), ''] : [];
}

function renderServices({ services, state }: PreviewReport): string[] {
  const serving = services.filter(({ url }) => url !== '');
  if (serving.length === 0 || goes(state)) return [];
  if (serving.length === 1) {
    return serving.flatMap(({ url, state: health }) => [
      `**${link(withoutScheme(url), url)}**${health === 'ready' ? '' : ` · ${serviceSigns[health]}`}`,
      '',
    ]);
  }
  return [
    '| Service | Address | State |',
    '| --- | --- | --- |',
    ...serving.map(
      ({ name, url, state: health }) =>
        `| ${codeSpan(name)} | ${link(withoutScheme(url), url)} | ${serviceSigns[health]} |`,
    ),
    '',
  ];
}

function renderFacts(report: PreviewReport, links: ReportLinks): string[] {
  // A run that finds the preview gone knows no more than this, and must say the same as the one that removed it.
  if (goes(report.state)) return [link('run and logs', links.runUrl), ''];
  const commitUrl = `${links.serverUrl}/${links.repository}/commit/${report.commit}`;
  const facts = [
    ...(report.commit ? [`Commit ${link(codeSpan(report.commit.slice(0, 7)), commitUrl)}`] : []),
    `preview ${codeSpan(report.previewId)}`,
    ...(report.expiresAt !== undefined && report.state === 'ready'
      ? [`expires ${formatInstant(report.expiresAt)} unless pushed to`]
      : []),
    link('run and logs', links.runUrl),
  ];
  return [facts.join(' · '), ''];
}

function renderSteps(steps: readonly Step[], state: PreviewReport['state']): string[] {
  if (steps.length === 0 || (state !== 'deploying' && state !== 'failed')) return [];
  const several = new Set(steps.map(({ service }) => service)).size > 1;
  return [
    ...steps.map((step) => {
      const detail = step.detail ? `: ${escapeMarkdown(step.detail)}` : '';
      const service = several ? `${codeSpan(step.service)} ` : '';
      return `- ${stepSigns[step.state]} ${service}${escapeMarkdown(step.step)}${detail}`;
    }),
    '',
  ];
}

function renderTargetLink({ link: address, state }: PreviewReport): string[] {
  return address === undefined || state !== 'failed'
    ? []
    : [link('look at the target', address), ''];
}

function renderLog({ log, state }: PreviewReport): string[] {
  if (log.length === 0 || state !== 'failed') return [];
  return [
    '<details open><summary>Last lines of the log</summary>',
    '',
    codeBlock(lastLines(log, logLimit)),
    '',
    '</details>',
    '',
  ];
}

function renderFooter(report: PreviewReport, { repository }: ReportLinks): string {
  const commands = goes(report.state)
    ? 'Bring it back by reopening the pull request, or with `/preview`.'
    : 'Commands: `/preview` · `/preview down` · `/preview keep 3d` · `/preview help`';
  return `<sub>${commands} · Understudy for ${escapeMarkdown(repository)}</sub>`;
}

function goes(state: PreviewReport['state']): boolean {
  return state === 'removed' || state === 'removing';
}

function withoutScheme(url: string): string {
  return escapeMarkdown(url.replace(/^https?:\/\//, '').replace(/\/$/, '')).replaceAll('\\-', '-');
}
