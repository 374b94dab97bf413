import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ProxyServer, type ProxyServerOptions } from 'httpxy';
import type { Instance } from './instance.ts';
import { tailLog } from './log-file.ts';
import type { Machine } from './machine.ts';
import { deploying, failed, overview, type Subject, unknownHost, wakingUp } from './notices.ts';
import { type Notice, type Rendered, render } from './pages.ts';
import type { Route, Supervisor } from './supervisor.ts';

/** Where a request goes: to a service, to whatever serves the machine's own names, or it gets a notice. */
type Destination =
  | { readonly target: ProxyTarget; readonly instance?: Instance }
  | { readonly notice: Notice };

type ProxyTarget = NonNullable<ProxyServerOptions['target']>;

const logLines = 40;

/** What visitors meet: one port, where the host name says which preview. */
export class Front {
  readonly server: Server;
  readonly #machine: Machine;
  readonly #supervisor: Supervisor;
  readonly #fallback: string | undefined;
  readonly #open: Promise<void>;
  readonly #proxy: ProxyServer;

  /** Requests wait for `open`: before that nobody knows which previews there are. */
  constructor(
    machine: Machine,
    supervisor: Supervisor,
    { fallback, open }: { readonly fallback: string | undefined; readonly open: Promise<void> },
  ) {
    this.#open = open;
    this.#machine = machine;
    this.#supervisor = supervisor;
    this.#fallback = fallback;
    this.#proxy = makeProxy();
    this.server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => this.#fault(error, response));
    });
    this.server.requestTimeout = 0;
    this.server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        machine.report(String(error));
        socket.destroy();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#open;
    for (const isLast of [false, true]) {
      const destination = await this.#destination(hostOf(request));
      if (response.destroyed) return;
      if ('notice' in destination) return send(response, this.#render(destination.notice, request));
      const error = await this.#pass(request, response, destination);
      if (!error) return;
      await destination.instance?.suspect();
      // It ended a moment ago: the second time waits until it has been started again.
      const again = error.code === 'ECONNREFUSED' && isSafe(request) && destination.instance;
      if (isLast || !again) return this.#unreachable(error, request, response);
    }
  }

  /** Answers why the service could not be reached. */
  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    { target, instance }: Exclude<Destination, { notice: Notice }>,
  ): Promise<NodeJS.ErrnoException | undefined> {
    const done = instance?.usage.begin({ lasting: false });
    response.on('close', () => done?.());
    try {
      await this.#proxy.web(request, response, { target });
      return undefined;
    } catch (error) {
      done?.();
      return error as NodeJS.ErrnoException;
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    await this.#open;
    const destination = await this.#destination(hostOf(request));
    if (socket.destroyed) return;
    if ('notice' in destination) return sendRaw(socket, this.#render(destination.notice, request));
    const done = destination.instance?.usage.begin({ lasting: true });
    socket.on('close', () => done?.());
    // A WebSocket has no use for half a connection, and nobody else would close the other half.
    socket.on('end', () => socket.end());
    const options = { target: destination.target };
    await this.#proxy.ws(request, socket as IncomingMessage['socket'], options, head).catch(() => {
      socket.destroy();
    });
  }

  async #destination(host: string): Promise<Destination> {
    const route = this.#supervisor.route(host);
    if (route) return this.#toPreview(route);
    if (!isOwnName(host)) return { notice: unknownHost(host) };
    if (this.#fallback) return { target: this.#fallback };
    return { notice: overview(this.#supervisor.list()) };
  }

  async #toPreview({ preview, service, instance }: Route): Promise<Destination> {
    const { previewId, pullRequest } = preview.marks;
    const subject: Subject = { previewId, pullRequest, service };
    if (!instance) {
      if (preview.rollout) return { notice: deploying(subject, preview.rollout.step) };
      const { reason = 'it was removed', log = [] } = preview.failure ?? {};
      return { notice: failed(subject, reason, log) };
    }
    const state =
      instance.state === 'ready' ? 'ready' : await instance.awake(this.#machine.limits.hold);
    if (state === 'ready') {
      const target = { protocol: 'http:', host: instance.address, port: instance.port ?? 0 };
      return { target, instance };
    }
    if (state !== 'failed') return { notice: wakingUp(subject) };
    return { notice: failed(subject, instance.fault, tailLog(instance.parts.log, logLines)) };
  }

  #render(notice: Notice, request: IncomingMessage): Rendered {
    return render(notice, request.headers.accept);
  }

  /** The service ended between the routing and the request, or it broke the connection off. */
  #unreachable(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const text = [`The service did not answer: ${(error as Error).message}.`];
    const notice = { status: 502, title: 'The preview did not answer', text, retryAfter: 3 };
    send(response, this.#render(notice, request));
  }

  #fault(error: unknown, response: ServerResponse): void {
    this.#machine.report(String(error));
    response.destroy();
  }
}

function makeProxy(): ProxyServer {
  // No connection is kept: a service that restarts would answer the next request with a reset.
  const proxy = createProxyServer({ xfwd: true, agent: false });
  proxy.on('proxyRes', (answer) => {
    delete answer.headers.connection;
    delete answer.headers['keep-alive'];
  });
  proxy.on('proxyReqWs', (asked, _request, socket) => {
    asked.on('upgrade', (_answer, upstream) => socket.on('close', () => upstream.destroy()));
  });
  return proxy;
}

/** The host name asked for, without port. */
function hostOf({ headers }: IncomingMessage): string {
  const host = (headers.host ?? '').toLowerCase();
  return host.replace(/:\d+$/, '').replace(/\.$/, '');
}

/** Whether it can be sent twice: nothing changes by it, and it has no body that was read already. */
function isSafe({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Names of the machine itself, which no preview has. */
function isOwnName(host: string): boolean {
  return ['127.0.0.1', '[::1]'].includes(host) || !/[.:]/.test(host);
}

function send(response: ServerResponse, { status, headers, body }: Rendered): void {
  response.writeHead(status, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function sendRaw(socket: Duplex, { status, headers, body }: Rendered): void {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const length = `content-length: ${Buffer.byteLength(body)}`;
  socket.end([`HTTP/1.1 ${status} Unavailable`, ...lines, length, '', body].join('\r\n'));
}
