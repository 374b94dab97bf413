import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Call } from './api.ts';
import { answerCall, errorAnswer } from './api.ts';
import { ApiError } from './api-error.ts';
import { isArchivePath, serveArchive } from './archives.ts';
import type { Fault, Faults } from './faults.ts';
import { createLabControl } from './lab-control.ts';
import { exhausted, secondaryLimit } from './rate-limit.ts';
import type { Answer } from './route.ts';
import { isGitPath, serveGit } from './smart-http.ts';

/** Told of each API request before it is handled; may have it cut off before or after its effect. */
export type Gate = (request: {
  readonly method: string;
  readonly path: string;
  /** Counts from 1. */
  readonly index: number;
}) => Verdict | Promise<Verdict>;

// biome-ignore lint/suspicious/noConfusingVoidType: a gate that only watches returns nothing.
type Verdict = 'kill-before' | 'kill-after' | undefined | void;

/** One line of the log of API requests; status 0 = cut off without an answer. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const bodyLimit = 30_000_000;

/** Reads requests, has them answered, writes answers; the only part that knows sockets. */
export function createExchange(api: Api, faults: Faults, gate?: Gate): RequestListener {
  const requests: LoggedRequest[] = [];
  const gitRequests: LoggedRequest[] = [];
  const lab = createLabControl(api.world, faults, requests, gitRequests);
  let index = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (isGitPath(url.pathname)) {
      return serveGit(api.world, request, response, url, (entry) => gitRequests.push(entry));
    }
    if (isArchivePath(url.pathname)) return serveArchive(api.world, response, url);
    const call = await readCall(request, url);
    if (call.path.startsWith('/_lab/')) return write(response, call, await lab(call));
    index += 1;
    await serveApi(call, request, response, index);
  };
  const serveApi = async (
    call: Call,
    request: IncomingMessage,
    response: ServerResponse,
    running: number,
  ): Promise<void> => {
    const { method, path } = call;
    const log = (status: number) => requests.push({ method, path: path + queryText(call), status });
    const verdict = await gate?.({ method, path, index: running });
    if (verdict === 'kill-before') return cut(request, () => log(0));
    const fault = faults.take(method, path);
    const answer = conditional(call, await faulty(api, call, fault));
    if (answer.status === 304) api.limits.giveBack(call.headers.authorization ?? 'anonymous');
    if (verdict === 'kill-after' || fault?.action === 'lose-answer') {
      return cut(request, () => log(0));
    }
    log(answer.status);
    write(response, call, answer);
  };
  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) writeError(response, error);
      else response.destroy();
    });
  };
}

function cut(request: IncomingMessage, log: () => void): void {
  log();
  request.socket.destroy();
}

const badGateway: Answer = { status: 502, body: { message: 'Server Error' } };

async function faulty(api: Api, call: Call, fault: Fault | undefined): Promise<Answer> {
  const wait = fault?.milliseconds;
  switch (fault?.action) {
    case 'error-502':
      return badGateway;
    case 'applied-502':
      await answerCall(api, call, fault);
      return badGateway;
    case 'secondary-limit':
      return errorAnswer(secondaryLimit(Math.ceil((wait ?? 60_000) / 1000), 'LAB0:0001'));
    case 'primary-limit':
      return primaryLimit(api, call, wait ?? 60_000);
    case 'delay':
      await sleep(wait ?? 1000);
      return answerCall(api, call, fault);
    default:
      return answerCall(api, call, fault);
  }
}

function primaryLimit(api: Api, call: Call, wait: number): Answer {
  const { limit } = api.limits.quota(call.headers.authorization ?? 'anonymous');
  return {
    ...errorAnswer(exhausted()),
    headers: {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-used': String(limit),
      'x-ratelimit-reset': String(Math.ceil((api.world.clock.now() + wait) / 1000)),
      'x-ratelimit-resource': 'core',
    },
  };
}

async function readCall(request: IncomingMessage, url: URL): Promise<Call> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new ApiError(413, 'Payload too large');
    chunks.push(chunk);
  }
  const prefix = /^\/api\/v3(?=\/)/.exec(url.pathname)?.[0] ?? '';
  return {
    method: request.method ?? 'GET',
    path: url.pathname.slice(prefix.length),
    prefix,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

/** Gives a successful GET its ETag, and answers 304 when the caller has it already. */
function conditional(call: Call, answer: Answer): Answer {
  if (call.method !== 'GET' || answer.status !== 200) return answer;
  const content = bytesOf(answer.body);
  const etag = `W/"${createHash('sha256').update(content).digest('hex')}"`;
  const headers = { ...answer.headers, etag };
  const known = call.headers['if-none-match']?.split(/,\s*/) ?? [];
  const same = known.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag.slice(2));
  return same
    ? { status: 304, headers }
    : { ...answer, body: content, headers: typed(answer, headers) };
}

function typed(answer: Answer, headers: Readonly<Record<string, string>>) {
  return Buffer.isBuffer(answer.body) ? headers : { 'content-type': jsonType, ...headers };
}

const jsonType = 'application/json; charset=utf-8';

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(body === undefined ? '' : JSON.stringify(body));
}

function write(response: ServerResponse, _call: Call, answer: Answer): void {
  const content = bytesOf(answer.body);
  const type = answer.body === undefined ? {} : { 'content-type': jsonType };
  const length =
    answer.status === 204 || answer.status === 304 ? {} : { 'content-length': content.length };
  response.writeHead(answer.status, { ...type, ...length, ...answer.headers });
  response.end(content);
}

function writeError(response: ServerResponse, error: unknown): void {
  const { status, body } = errorAnswer(error);
  response.writeHead(status, { 'content-type': jsonType }).end(JSON.stringify(body));
}

function queryText(call: Call): string {
  const text = call.query.toString();
  return text ? `?${text}` : '';
}
