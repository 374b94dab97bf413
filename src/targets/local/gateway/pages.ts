import type { IncomingMessage } from 'node:http';

/** An answer of the gateway itself, for people and for programs. */
export interface Notice {
  readonly status: number;
  readonly title: string;
  /** Sentences. */
  readonly text: readonly string[];
  /** Shown as it is, oldest line first. */
  readonly log?: readonly string[];
  readonly links?: readonly {
    readonly url: string;
    readonly text: string;
    readonly note: string;
  }[];
  /** Seconds after which it is worth another try; pages then load again by themselves. */
  readonly retryAfter?: number;
}

/** A notice in the form the client accepts. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Renders for browsers as a page, for others as text or JSON. */
export function render(notice: Notice, accept: IncomingMessage['headers']['accept']): Rendered {
  const [type, body] = formOf(notice, accept ?? '');
  return {
    status: notice.status,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      ...(notice.retryAfter !== undefined && { 'retry-after': String(notice.retryAfter) }),
    },
    body,
  };
}

/** Text that is safe between tags and in double quotes. */
function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

function formOf(notice: Notice, accept: string): readonly [string, string] {
  if (accept.includes('text/html')) return ['text/html', page(notice)];
  const { status, title, text, log } = notice;
  if (accept.includes('application/json')) {
    return [
      'application/json',
      `${JSON.stringify({ status, title, text: text.join(' '), log })}\n`,
    ];
  }
  return ['text/plain', `${[`${title}.`, ...text, ...(log ?? [])].join('\n')}\n`];
}

function page({ title, text, log, links, retryAfter }: Notice): string {
  const refresh =
    retryAfter === undefined ? '' : `<meta http-equiv="refresh" content="${retryAfter}">`;
  const paragraphs = text.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('');
  const busy =
    retryAfter === undefined
      ? ''
      : '<p class="busy" role="status">This page loads again by itself.</p>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<meta name="robots" content="noindex"><title>${escapeHtml(title)} · Understudy</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${paragraphs}${busy}${listOf(links)}${logOf(log)}</main>
<footer>Understudy: a running copy for every pull request</footer></body></html>
`;
}

function logOf(log: Notice['log']): string {
  if (!log || log.length === 0) return '';
  const lines = escapeHtml(log.join('\n'));
  return `<h2 id="log">Last lines of the log</h2><pre tabindex="0" aria-labelledby="log">${lines}</pre>`;
}

function listOf(links: Notice['links']): string {
  if (!links || links.length === 0) return '';
  const items = links.map(
    ({ url, text, note }) =>
      `<li><a href="${escapeHtml(url)}">${escapeHtml(text)}</a> <span>${escapeHtml(note)}</span></li>`,
  );
  return `<ul>${items.join('')}</ul>`;
}

const style = `
:root{color-scheme:light dark;--ink:#1c2128;--soft:#59636e;--paper:#f6f8fa;--card:#fff;--line:#d1d9e0;--accent:#7c3aed}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--card:#151b23;--line:#3d444d;--accent:#a78bfa}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;
background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,sans-serif;padding:1.5rem}
main{width:100%;max-width:46rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:10px;padding:1.5rem 2rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere}h2{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.4rem 0;overflow-wrap:anywhere}.busy,span,footer{color:var(--soft)}footer{margin-top:1rem;font-size:.85rem}
pre{margin:0;padding:1rem;max-height:24rem;overflow:auto;background:var(--paper);border:1px solid var(--line);border-radius:6px;font:13px/1.5 ui-monospace,monospace}
ul{padding:0;margin:1rem 0 0;list-style:none}li{padding:.5rem 0;border-top:1px solid var(--line);display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between}
a{color:var(--accent)}a:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;
