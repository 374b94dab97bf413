import { start } from '../core/start.ts';

/**
 * Text of others made safe for GitHub's Markdown: no markup, no HTML, no mention, no reference. The zero-width
 * space after `@` and `#` is what keeps GitHub from linking them outside code.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (sign) => (sign === '&' ? '&amp;' : `\\${sign}`))
    .replace(/@/g, '@\u200b')
    .replace(/(\\#|GH\\-)(?=\d)/gi, '$1\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/(www)\./gi, '$1\u200b.')
    .replace(/[\r\n]+/g, ' ');
}

/**
 * An inline code span that no text can leave; its fence is longer than any run of backticks inside. A table reads
 * `\\|` as a backslash and the end of the cell: a zero-width space parts the two.
 */
export function codeSpan(text: string): string {
  const line =
    text
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/\\(?=\|)/g, '\\\u200b') || ' ';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line.replaceAll('|', '\\|')}${pad}${fence}`;
}

/** A fenced block that no line can close. Control characters, colours included, are dropped. */
export function codeBlock(lines: readonly string[], language = 'text'): string {
  const text = lines.map(withoutControls).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A link; a URL that is not http(s) becomes code instead. */
export function link(text: string, url: string): string {
  const safe = /^https?:\/\/[^\s<>()"'`|\\]+$/.test(url);
  return safe ? `[${text}](${url})` : codeSpan(url);
}

/** The last lines that fit into `characters`, each cut at 500; says how many were left out. */
export function lastLines(lines: readonly string[], characters: number): string[] {
  const kept: string[] = [];
  let room = characters;
  for (const line of lines.toReversed()) {
    const cut = line.length > 500 ? `${start(line, 500)}…` : line;
    room -= cut.length + 1;
    if (room < 0) break;
    kept.unshift(cut);
  }
  const left = lines.length - kept.length;
  return left > 0 ? [`… ${left} earlier lines left out`, ...kept] : kept;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function withoutControls(line: string): string {
  return line.replace(/\p{Cc}\[[0-9;?]*[ -/]*[@-~]/gu, '').replace(/(?!\t)\p{Cc}/gu, '');
}

/** Rows shown of a table; comments and summaries have limits. */
const rowLimit = 100;

/** A table, nothing without rows. Cells are Markdown already. */
export function table(heads: readonly string[], rows: readonly string[]): string[] {
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
