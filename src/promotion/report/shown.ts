import { start } from '../../core/start.ts';
import { duration, formatDuration, formatInstant, type Instant } from '../../core/time.ts';
import { codeSpan, escapeMarkdown, link } from '../../preview/markdown.ts';
import type { Effect } from '../records/record.ts';
import { shortened } from '../ways/texts.ts';
import { commitOf, type PipelineView } from './view.ts';

const longestText = 300;
const longestName = 60;

/** A text of others on one line: commits in seven digits, at most 300 characters, safe in a cell of a table. */
export function shownText(text: string): string {
  return escapeMarkdown(withShortCommits(text));
}

/** The same as plain text. */
export function withShortCommits(text: string): string {
  const line = plainLine(text).replace(/\b[0-9a-f]{40}\b/g, (commit) => commit.slice(0, 7));
  return cut(line, longestText);
}

/** As `shownText`, ended as a sentence is. */
export function shownSentence(text: string): string {
  const shown = shownText(text);
  return /[.!?…]$/.test(shown) ? shown : `${shown}.`;
}

/** A name of others as code, at most 60 characters. */
export function shownName(name: string): string {
  return codeSpan(cut(plainLine(name), longestName));
}

/** A version as code, which leads to its commit where that is known. */
export function shownVersion(view: PipelineView, version: string): string {
  const { serverUrl, repository } = view.links;
  const commit = commitOf(view, version);
  const name = shownName(shortened(version));
  return commit === undefined ? name : link(name, `${serverUrl}/${repository}/commit/${commit}`);
}

/** Text that leads to an address; text alone where the address is no plain one. */
export function shownLink(text: string, url: string): string {
  return /^https?:\/\/[^\s<>()"'`|\\]{1,2000}$/.test(url) ? link(text, url) : text;
}

/** What an attempt did: `pull request #12`, with a link where it has an address; of `outputs` the run that was handed it. */
export function shownEffect(
  { links: { serverUrl, repository } }: Pick<PipelineView, 'links'>,
  { kind, reference, url }: Effect,
): string {
  if (kind === 'outputs') {
    const [, run] = /^run-(\d{1,20})-/.exec(reference) ?? [];
    if (run === undefined) return 'this workflow';
    return shownLink(`run ${run}`, `${serverUrl}/${repository}/actions/runs/${run}`);
  }
  const name = kind === 'pull-request' ? `pull request #${reference}` : `${kind} ${reference}`;
  return url === undefined ? shownText(name) : shownLink(shownText(name), url);
}

/** `2026-11-25 09:00 UTC (in 21h)`. */
export function shownMoment(moment: Instant, now: Instant): string {
  const away = Math.abs(moment - now);
  const length = formatDuration(duration(Math.max(60_000, Math.round(away / 60_000) * 60_000)));
  return `${formatInstant(moment)} (${moment >= now ? `in ${length}` : `${length} ago`})`;
}

/** One line without characters that cannot be seen, so that no text shows as another than it is. */
export function plainLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
}

/** The text, with `…` in the place of what is too much of it. */
export function cut(text: string, characters: number): string {
  return text.length > characters ? `${start(text, characters - 1)}…` : text;
}
