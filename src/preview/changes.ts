import type { Change } from '../targets/target.ts';
import { codeSpan, escapeMarkdown, table } from './markdown.ts';

/** The diff of a deploy; replacements stand out, because what they hold is lost. */
export function renderChanges(changes: readonly Change[]): string[] {
  const rows = changes.map(({ action, type, id, replacement, detail }) => {
    const what = replacement ? `**${action}, replacement**` : action;
    return `| ${what} | ${codeSpan(type)} | ${codeSpan(id)} | ${escapeMarkdown(detail ?? '')} |`;
  });
  return table(['Change', 'Type', 'Id', 'Detail'], rows);
}

/** The diff, folded under one line that says how much it is. */
export function renderFoldedChanges(changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const replaced = changes.filter(({ replacement }) => replacement).length;
  const lost = replaced > 0 ? `, <b>${replaced} replaced</b>` : '';
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}${lost}`;
  return [`<details><summary>${count}</summary>`, '', ...renderChanges(changes), '</details>', ''];
}
