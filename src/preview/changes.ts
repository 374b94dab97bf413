import type { Change } from '../targets/target.ts';
import { codeSpan, escapeMarkdown, table } from './markdown.ts';

/** The diff of a deploy; replacements stand out, because what they hold is lost. */
export function renderChanges(changes: readonly Change[]): string[] {
  const rows = changes.filter((change) => !isTagged(change)).map(row);
  const tagged = changes.filter(isTagged).length;
  const resources = tagged === 1 ? 'one resource' : `${tagged} resources`;
  return [
    ...table(['Change', 'Type', 'Id', 'Detail'], rows),
    ...(tagged > 0 ? [`Of ${resources} only the tags change.`, ''] : []),
  ];
}

function row({ action, type, id, replacement, detail }: Change): string {
  const what = replacement ? `**${action}, replacement**` : action;
  return `| ${what} | ${codeSpan(type)} | ${codeSpan(id)} | ${escapeMarkdown(detail ?? '')} |`;
}

/** Every push moves our marks, which CloudFormation hands on to every resource: nobody wants to read that. */
function isTagged({ action, detail, replacement }: Change): boolean {
  return action === 'modify' && detail === 'tags only' && !replacement;
}

/** The diff, folded under one line that says how much it is. */
export function renderFoldedChanges(changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const replaced = changes.filter(({ replacement }) => replacement).length;
  const lost = replaced > 0 ? `, <b>${replaced} replaced</b>` : '';
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}${lost}`;
  return [`<details><summary>${count}</summary>`, '', ...renderChanges(changes), '</details>', ''];
}
