import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a request. */
export type FaultKind =
  /** An answer that asks to come more slowly; nothing takes effect. */
  | 'throttle'
  /** 503; nothing takes effect. */
  | 'error-503'
  /** The connection breaks before anything takes effect. */
  | 'reset'
  /** It takes effect, and the connection breaks. */
  | 'lose-answer'
  /** It arrives twice; the caller sees what the second one is answered. */
  | 'double'
  /** It arrives later. */
  | 'delay';

export interface Fault {
  readonly kind: FaultKind;
  /** As in `ProxiedRequest`; absent = every one. */
  readonly action?: string;
  /** How the path begins. */
  readonly path?: string;
  /** How many of them. Default 1. */
  readonly times?: number;
  /** From which of those that match, counted from 1 since the fault was added. Default 1. */
  readonly nth?: number;
  /** Of a delay, in milliseconds. Default 1000. */
  readonly delay?: number;
}

/** A request that came to the proxy. */
export interface ProxiedRequest {
  /** `CreateChangeSet` of the query protocol, `DescribeImages` of a JSON one, else the method. */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** When it came. */
  readonly at: number;
  readonly fault: FaultKind | undefined;
  /** What the caller saw; 0 = no answer. */
  status: number;
}

export interface FaultProxy {
  readonly url: string;
  readonly faults: {
    add(fault: Fault): void;
    clear(): void;
  };
  /** Oldest first. */
  requests(): readonly ProxiedRequest[];
  /** Forgets the requests so far; faults stay. */
  forget(): void;
  /** Called when a request comes; it goes on when that resolves. */
  watch: (request: ProxiedRequest) => void | Promise<void>;
  close(): Promise<void>;
}

interface Armed {
  readonly fault: Fault;
  seen: number;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Stands before AWS (or what stands for it), counts requests, and makes some go wrong. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const requests: ProxiedRequest[] = [];
  const armed: Armed[] = [];
  const server = createServer((asked, answer) => {
    serve(asked, answer).catch(() => asked.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const serve = async (asked: IncomingMessage, answer: ServerResponse) => {
    const body = await bodyOf(asked);
    const noted = note(asked, body, armed);
    requests.push(noted.request);
    await proxy.watch(noted.request);
    const reply = await play(noted.fault, () => forward(upstream, asked, body), noted.request);
    if (!reply) return void asked.socket.destroy();
    noted.request.status = reply.status;
    answer.writeHead(reply.status, reply.headers);
    answer.end(reply.body);
  };
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: {
      add: (fault) => void armed.push({ fault, seen: 0 }),
      clear: () => void armed.splice(0),
    },
    requests: () => [...requests],
    forget: () => void requests.splice(0),
    watch: () => {},
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return proxy;
}

function note(asked: IncomingMessage, body: Buffer, armed: readonly Armed[]) {
  const { method = 'GET', url: path = '/', headers } = asked;
  const action = actionOf(method, headers, body);
  let fault: Fault | undefined;
  for (const one of armed) {
    const { action: wanted = action, path: start = '', nth = 1, times = 1 } = one.fault;
    if (wanted !== action || !path.startsWith(start)) continue;
    one.seen += 1;
    if (one.seen >= nth && one.seen < nth + times) fault ??= one.fault;
  }
  const request: ProxiedRequest = {
    action,
    method,
    path,
    body: body.toString(),
    at: Date.now(),
    fault: fault?.kind,
    status: 0,
  };
  return { request, fault };
}

function actionOf(method: string, headers: IncomingMessage['headers'], body: Buffer): string {
  const target = headers['x-amz-target'];
  if (target) return String(target).split('.').at(-1) ?? '';
  if (!(headers['content-type'] ?? '').includes('x-www-form-urlencoded')) return method;
  return new URLSearchParams(body.toString()).get('Action') ?? method;
}

async function play(
  fault: Fault | undefined,
  pass: () => Promise<Reply>,
  asked: ProxiedRequest,
): Promise<Reply | undefined> {
  switch (fault?.kind) {
    case undefined:
      return pass();
    case 'throttle':
      return throttling(asked);
    case 'error-503':
      return { status: 503, headers: { 'content-type': 'text/plain' }, body: Buffer.from('busy') };
    case 'reset':
      return undefined;
    case 'lose-answer':
      await pass();
      return undefined;
    case 'double':
      await pass();
      return pass();
    case 'delay':
      await new Promise((passed) => setTimeout(passed, fault.delay ?? 1000));
      return pass();
  }
}

/** As each protocol of AWS says it. */
function throttling({ action, method, body }: ProxiedRequest): Reply {
  const xml = { 'content-type': 'text/xml' };
  if (action === method)
    return {
      status: 503,
      headers: xml,
      body: Buffer.from(
        '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
      ),
    };
  if (!body.includes('Action='))
    return {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from('{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    };
  const error =
    '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>0</RequestId></ErrorResponse>';
  return { status: 400, headers: xml, body: Buffer.from(error) };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forward(upstream: string, asked: IncomingMessage, body: Buffer): Promise<Reply> {
  const { method, url, headers } = asked;
  const { hostname, port } = new URL(upstream);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      bodyOf(answer).then((read) => {
        // The body is whole: how it was cut into pieces no longer holds.
        const { 'transfer-encoding': _, connection: __, ...rest } = answer.headers;
        resolve({ status: answer.statusCode ?? 502, headers: rest, body: read });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
