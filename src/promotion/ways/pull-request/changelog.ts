import { start } from '../../../core/start.ts';
import { escapeMarkdown, link } from '../../../preview/markdown.ts';
import type { Comparison } from './ports.ts';
import type { Work } from './work.ts';

/** Commits that are named; of all others the number is said. */
const shown = 50;

/** What lies between the version before and this one, in Markdown; empty where that is not known. */
export async function changelog({ order, context, ports }: Work): Promise<string> {
  const { from, version } = order.promotion;
  if (from === undefined) return '';
  const before = commitOrNothing(() => context.commitOf(from));
  if (before === undefined) return '';
  const found = await ports.comparisons.between(before, context.commitOf(version), shown);
  return found ? written(found, `${context.serverUrl}/${context.repository}`) : '';
}

function commitOrNothing(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function written({ commits, ahead, behind }: Comparison, url: string): string {
  const lines = commits.slice(0, shown).map((commit) => `- ${lineFor(commit, url)}`);
  const left = ahead - lines.length;
  return [
    ...lines,
    ...(left > 0 ? [`- … and ${left} more`] : []),
    ...(behind > 0 ? [`- goes back behind ${behind} ${behind === 1 ? 'commit' : 'commits'}`] : []),
  ].join('\n');
}

/** By the subjects that GitHub writes for squashed and for merged pull requests. */
const squashed = /^(.*\S)\s+\(#(\d{1,9})\)$/;
const merged = /^(Merge pull request) #(\d{1,9})\b(.*)$/;

function lineFor({ sha, subject }: Comparison['commits'][number], url: string): string {
  const commit = link(`\`${sha.slice(0, 7)}\``, `${url}/commit/${sha}`);
  const pull = (number: string) => link(`#${number}`, `${url}/pull/${number}`);
  const [, text, number] = squashed.exec(subject) ?? [];
  if (text !== undefined && number !== undefined)
    return `${commit} ${escaped(text)} (${pull(number)})`;
  const [, words, other, rest = ''] = merged.exec(subject) ?? [];
  return words !== undefined && other !== undefined
    ? `${commit} ${words} ${pull(other)}${escaped(rest)}`
    : `${commit} ${escaped(subject)}`;
}

function escaped(text: string): string {
  return escapeMarkdown(text.length > 200 ? `${start(text, 199)}…` : text);
}
