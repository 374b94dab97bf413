import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { UserError } from '../../../core/user-error.ts';
import type { PreviewKey } from '../../target.ts';
import type { AbandonRequest, DeployRequest, ExtendRequest, Failure } from '../protocol.ts';
import type { Machine } from './machine.ts';
import type { Supervisor } from './supervisor.ts';

/** What a route is given. */
interface Call {
  readonly query: URLSearchParams;
  body<Body>(): Promise<Body>;
  /** Answers one JSON line; the answer goes on. */
  line(message: unknown): void;
  readonly response: ServerResponse;
}

/** Does the work of a call; what it answers is the one JSON answer, `undefined` = it wrote lines itself. */
type Route = (call: Call) => Promise<unknown>;

/** The control API, for clients of the same user over a private socket. */
export function createControl(machine: Machine, supervisor: Supervisor, stop: () => void): Server {
  const routes = controlRoutes(supervisor, stop);
  const server = createServer((request, response) => {
    answer(routes, request, response).catch((error: unknown) => {
      if (!(error instanceof UserError)) machine.report(String(error));
      finish(response, failureOf(error));
    });
  });
  // A deploy may take long, and a lock is held by an open connection.
  server.requestTimeout = 0;
  return server;
}

function controlRoutes(supervisor: Supervisor, stop: () => void): Readonly<Record<string, Route>> {
  const locks = new Locks();
  return {
    'GET /previews': async ({ query }) => supervisor.list(query.get('repository') ?? undefined),
    'GET /log': async ({ query }) => {
      const key = {
        repository: query.get('repository') ?? '',
        previewId: query.get('preview') ?? '',
      };
      return supervisor.log(key, query.get('service') ?? '', Number(query.get('lines') ?? 100));
    },
    'POST /deploy': (call) => deploy(supervisor, call),
    'POST /abandon': async ({ body }) => {
      supervisor.abandon(await body<AbandonRequest>());
      return {};
    },
    'POST /destroy': async ({ body, line }) => {
      line({ result: await supervisor.destroy(await body<PreviewKey>()) });
    },
    'POST /extend': async ({ body }) => {
      supervisor.extend(await body<ExtendRequest>());
      return {};
    },
    'POST /lock': ({ query, response, line }) =>
      locks.hold(query.get('name') ?? '', response, line),
    'POST /shutdown': async () => {
      setImmediate(stop);
      return {};
    },
  };
}

async function deploy(supervisor: Supervisor, { body, line, response }: Call): Promise<undefined> {
  const request = checked(await body<DeployRequest>());
  response.on('close', () => supervisor.leave(request));
  const outcome = await supervisor.deploy(request, (event) => line({ event }));
  line(outcome.kind === 'mend' ? { problems: outcome.problems } : { result: outcome });
}

/** What becomes a file name or an argument of git. Clients are our own; a slip of theirs must not go far. */
function checked(request: DeployRequest): DeployRequest {
  const { previewId, commit } = request.preview;
  if (!/^[a-z0-9-]{1,63}$/i.test(previewId)) throw new Error(`${previewId} is not a preview id`);
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw new Error(`${commit} is not a commit`);
  return request;
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control');
  const route = routes[`${request.method} ${url.pathname}`];
  if (!route) {
    response.statusCode = 404;
    return finish(response, { error: `there is no ${request.method} ${url.pathname}` });
  }
  const result = await route({
    query: url.searchParams,
    body: async () => JSON.parse(await text(request)),
    line: (message) => {
      if (!response.destroyed) response.write(`${JSON.stringify(message)}\n`);
    },
    response,
  });
  finish(response, result);
}

function finish(response: ServerResponse, result: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  response.end(result === undefined ? undefined : `${JSON.stringify(result)}\n`);
}

function failureOf(error: unknown): Failure {
  if (error instanceof UserError) return { problems: error.problems };
  return { error: error instanceof Error ? error.message : String(error) };
}

/** Locks that last as long as the connection of who holds them, so that a killed client holds none. */
class Locks {
  readonly #tails = new Map<string, Promise<void>>();

  async hold(name: string, response: ServerResponse, line: Call['line']): Promise<undefined> {
    const closed = new Promise<void>((resolve) => response.once('close', () => resolve()));
    const before = this.#tails.get(name);
    const mine = Promise.all([before, closed]).then(() => undefined);
    this.#tails.set(name, mine);
    void mine.then(() => {
      if (this.#tails.get(name) === mine) this.#tails.delete(name);
    });
    await before;
    line({ held: name });
    await closed;
  }
}
