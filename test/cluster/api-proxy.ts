import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAccess } from './api-request.ts';
import type { NodeAnswer } from './node-stand-in.ts';

/** What goes wrong with a request. */
export type Trouble =
  /** 429 that asks to come again after a second; nothing takes effect. */
  | 'throttle'
  /** 503; nothing takes effect. */
  | 'error-503'
  /** The connection breaks before anything takes effect. */
  | 'reset'
  /** It takes effect, and the connection breaks before the answer. */
  | 'lose-answer'
  /** It takes effect, and the connection breaks in the middle of the answer; of a watch, after its first event. */
  | 'half-answer'
  /** It arrives twice; the caller sees what the second one is answered. */
  | 'double'
  /** It arrives 700 ms later. */
  | 'delay';

/** A request that came. */
export interface ApiCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Set when it is known what happens to it. */
  trouble?: Trouble;
}

/** Stands between a run and the API server, over plain HTTP, so that requests can be seen and go wrong. */
export interface ApiProxy {
  /** `http://127.0.0.1:…`; who asks is a matter of the header `authorization`, which goes through. */
  readonly url: string;
  /** Oldest first. */
  readonly calls: ApiCall[];
  /** What is to happen to a request that just came; undefined = it goes through. */
  decide: (call: ApiCall) => Trouble | undefined;
  /** Called before a connection breaks; it breaks when that resolves. */
  beforeBreak: () => Promise<void>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** A watch: it has no end of its own. */
  readonly isEndless: boolean;
}

/** `answerOfNode` says what nodes and pods answer, where there are none for the API server to ask. */
export async function startApiProxy(
  access: ApiAccess,
  answerOfNode: (path: string) => NodeAnswer | undefined = () => undefined,
): Promise<ApiProxy> {
  const agent = new Agent({ keepAlive: true, ca: access.certificate });
  const calls: ApiCall[] = [];
  const server = createServer((asked, answered) => {
    serve(asked, answered).catch(() => asked.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const proxy: ApiProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    decide: () => undefined,
    beforeBreak: async () => {},
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  const serve = async (asked: IncomingMessage, answered: ServerResponse) => {
    const body = Buffer.concat(await asked.toArray());
    const call: ApiCall = { method: asked.method ?? 'GET', path: asked.url ?? '/' };
    calls.push(call);
    const trouble = proxy.decide(call);
    if (trouble) call.trouble = trouble;
    const pass = async (): Promise<Reply> =>
      replyOfNode(answerOfNode(call.path)) ??
      (await forward({ server: access.server, agent, body }, asked, answered));
    if (await play(trouble, pass, answered)) return;
    await proxy.beforeBreak();
    asked.socket.destroy();
  };
  return proxy;
}

/** Whether there was an answer; if not, the connection is to be broken. */
async function play(
  trouble: Trouble | undefined,
  pass: () => Promise<Reply>,
  answered: ServerResponse,
): Promise<boolean> {
  switch (trouble) {
    case 'throttle':
      return refuse(answered, 429, 'TooManyRequests');
    case 'error-503':
      return refuse(answered, 503, 'ServiceUnavailable');
    case 'reset':
      return false;
    case 'lose-answer':
      await read(await pass());
      return false;
    case 'half-answer':
      await giveHalf(await pass(), answered);
      return false;
    case 'double':
      await read(await pass());
      return give(await pass(), answered);
    case 'delay':
      await sleep(700);
      return give(await pass(), answered);
    case undefined:
      return give(await pass(), answered);
  }
}

/** As the API server does it. */
function refuse(answered: ServerResponse, code: number, reason: string): true {
  const message = 'the server is currently unable to handle the request';
  const told = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code };
  answered.writeHead(code, { 'content-type': 'application/json', 'retry-after': '1' });
  answered.end(JSON.stringify(told));
  return true;
}

function give({ status, headers, body }: Reply, answered: ServerResponse): true {
  answered.writeHead(status, headers);
  answered.flushHeaders();
  body.on('error', () => answered.destroy()).pipe(answered);
  return true;
}

/** To its end; of what has none, the head is enough. */
async function read({ body, isEndless }: Reply): Promise<Buffer> {
  if (!isEndless) return Buffer.concat(await body.toArray());
  body.destroy();
  return Buffer.alloc(0);
}

async function giveHalf(reply: Reply, answered: ServerResponse): Promise<void> {
  const { status, headers, body, isEndless } = reply;
  const first = isEndless ? await firstOf(body) : await read(reply);
  const half = isEndless ? first : first.subarray(0, first.length / 2);
  answered.writeHead(status, headers);
  await new Promise((written) => answered.write(half, written));
}

async function firstOf(body: Readable): Promise<Buffer> {
  for await (const part of body) return part;
  return Buffer.alloc(0);
}

function replyOfNode(answer: NodeAnswer | undefined): Reply | undefined {
  if (!answer) return undefined;
  const { status, body } = answer;
  const headers = { 'content-type': 'text/plain' };
  return { status, headers, body: Readable.from([Buffer.from(body)]), isEndless: false };
}

function forward(
  { server, agent, body }: { server: string; agent: Agent; body: Buffer },
  { method, url = '/', headers }: IncomingMessage,
  answered: ServerResponse,
): Promise<Reply> {
  const target = new URL(url, server);
  const isEndless = target.searchParams.has('watch');
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent, method, headers: { ...headers, host: target.host } });
    sent.on('response', (reply) => {
      resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: reply, isEndless });
    });
    sent.on('error', reject);
    // A caller that is gone takes its watches with it.
    answered.on('close', () => sent.destroy());
    sent.end(body);
  });
}
