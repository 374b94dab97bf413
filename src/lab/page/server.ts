import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../core/user-error.ts';
import { loadMarkdown } from '../load-markdown.ts';
import { renderDocument } from './document.ts';
import type { Html } from './html.ts';
import { type PageModel, type PageSource, readAction } from './model.ts';
import { renderSections } from './sections.ts';
import { Streams } from './streams.ts';

/** The page's server; it stands behind the gateway. */
export interface PageServer {
  readonly url: string;
  /** Begins to answer with what the source says. */
  show(source: PageSource): void;
  /** Something changed: open pages are brought up to date. */
  changed(): void;
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1, any free port. */
export async function startPage(): Promise<PageServer> {
  const page = new Page();
  const server = createServer((incoming, response) => {
    page.answer(incoming, response).catch((error: Error) => page.fail(response, error));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (source) => page.show(source),
    changed: () => page.streams.changed(),
    close: async () => {
      page.streams.close();
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Longest request body that is read, in bytes: a comment of GitHub's size fits. */
const bodyLimit = 100_000;

class Page {
  readonly streams = new Streams(() => this.#sections());
  #source: PageSource | undefined;

  show(source: PageSource): void {
    this.#source = source;
  }

  async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const source = this.#source;
    if (!isOwnHost(incoming)) return send(response, 421, 'This is not the lab of that host.');
    if (!source) return send(response, 503, 'The lab is starting.');
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    const wanted = `${incoming.method} ${pathname}`;
    if (wanted === 'GET /') return this.#document(response, source);
    if (wanted === 'GET /api/state') return sendJson(response, await source.model());
    if (wanted === 'GET /api/stream') return this.streams.open(response);
    if (wanted === 'POST /api/act') return this.#act(incoming, response, source);
    if (/^\/[^/]+\/[^/]+\.git\//.test(pathname)) return passOn(incoming, response, source.github);
    return githubPath(pathname, response, source);
  }

  fail(response: ServerResponse, error: Error): void {
    if (response.headersSent) response.destroy();
    else send(response, 500, error.message);
  }

  async #sections(): Promise<Record<string, Html>> {
    const model = await this.#source?.model();
    return model ? renderSections(model, await loadMarkdownOnce(this.#markdown)) : {};
  }

  readonly #markdown: { loaded?: ReturnType<typeof loadMarkdown> } = {};

  async #document(response: ServerResponse, source: PageSource): Promise<void> {
    const model: PageModel = await source.model();
    const sections = renderSections(model, await loadMarkdownOnce(this.#markdown));
    const nonce = randomBytes(16).toString('base64');
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(nonce),
      ...hardened,
    });
    response.end(renderDocument(model, sections, nonce));
  }

  /** JSON only: a form of another site cannot send that, and its script may not without our leave. */
  async #act(
    incoming: IncomingMessage,
    response: ServerResponse,
    source: PageSource,
  ): Promise<void> {
    if (!isOwnOrigin(incoming)) return send(response, 403, 'Only the page itself may do this.');
    const action = readAction(await readJson(incoming));
    if (!action) return send(response, 400, 'The lab does not know this action.');
    try {
      await source.act(action);
      send(response, 204, '');
    } catch (error) {
      const [problem] = error instanceof UserError ? error.problems : [];
      send(
        response,
        409,
        problem ? `${problem.message}. ${problem.hint}` : (error as Error).message,
      );
    }
  }
}

function loadMarkdownOnce(kept: {
  loaded?: ReturnType<typeof loadMarkdown>;
}): ReturnType<typeof loadMarkdown> {
  kept.loaded ??= loadMarkdown();
  return kept.loaded;
}

const hardened = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Loopback names only, so that no foreign name that resolves here can read or act. */
function isOwnHost({ headers }: IncomingMessage): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(headers.host ?? '');
}

function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const json = headers['content-type']?.startsWith('application/json') ?? false;
  const { origin } = headers;
  return json && (origin === undefined || origin === `http://${headers.host}`);
}

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
    if (text.length > bodyLimit) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where links of comments lead on GitHub: runs and pull requests are on the page, commits are text. */
async function githubPath(
  pathname: string,
  response: ServerResponse,
  source: PageSource,
): Promise<void> {
  const [, place, name] =
    /^\/[^/]+\/[^/]+\/(actions\/runs|pull|commit)\/(\w+)/.exec(pathname) ?? [];
  if (place === 'commit') {
    const text = await source.commit(name ?? '');
    return text === undefined ? send(response, 404, 'No such commit.') : send(response, 200, text);
  }
  if (place) {
    const anchor = place === 'pull' ? 'pull' : 'run';
    response.writeHead(302, { location: `/#${anchor}-${name}`, ...hardened });
    return void response.end();
  }
  send(response, 404, 'The lab has no such page.');
}

/** Passes git's own protocol on to the stand-in. */
function passOn(incoming: IncomingMessage, response: ServerResponse, github: string): void {
  const { method, headers, url } = incoming;
  const asked = request(new URL(url ?? '/', github), { method: method ?? 'GET', headers });
  asked.once('error', () => response.destroy());
  asked.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(asked);
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...hardened });
  response.end(text);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...hardened });
  response.end(JSON.stringify(value));
}
