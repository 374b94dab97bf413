import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ProxyServer } from 'httpxy';
import { tailLog } from './log-file.ts';
import type { Machine } from './machine.ts';
import { deploying, failed, overview, type Subject, unknownHost, wakingUp } from './notices.ts';
import { type Notice, type Rendered, render } from './pages.ts';
import type { Route, Supervisor } from './supervisor.ts';

/** Where a request goes: to a service, to whatever serves the machine's own names, or it gets a notice. */
type Destination =
  | { readonly target: string; use(lasting: boolean): () => void }
  | { readonly notice: Notice };

const logLines = 40;

/** What visitors meet: one port, where the host name says which preview. */
export class Front {
  readonly server: Server;
  readonly #machine: Machine;
  readonly #supervisor: Supervisor;
  readonly #fallback: string | undefined;
  readonly #proxy: ProxyServer;

  constructor(machine: Machine, supervisor: Supervisor, fallback: string | undefined) {
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
    const destination = await this.#destination(hostOf(request));
    if (response.destroyed) return;
    if ('notice' in destination) return send(response, this.#render(destination.notice, request));
    const done = destination.use(false);
    response.on('close', done);
    await this.#proxy
      .web(request, response, { target: destination.target })
      .catch((error: unknown) => {
        this.#unreachable(error, request, response);
      });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const destination = await this.#destination(hostOf(request));
    if (socket.destroyed) return;
    if ('notice' in destination) return sendRaw(socket, this.#render(destination.notice, request));
    const done = destination.use(true);
    socket.on('close', done);
    const options = { target: destination.target };
    await this.#proxy.ws(request, socket as IncomingMessage['socket'], options, head).catch(() => {
      socket.destroy();
    });
  }

  async #destination(host: string): Promise<Destination> {
    const route = this.#supervisor.route(host);
    if (route) return this.#toPreview(route);
    if (!isOwnName(host)) return { notice: unknownHost(host) };
    if (this.#fallback) return { target: this.#fallback, use: () => () => undefined };
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
      const address = instance.address.includes(':') ? `[${instance.address}]` : instance.address;
      const target = `http://${address}:${instance.port}`;
      return { target, use: (lasting) => instance.use(lasting) };
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
  return proxy;
}

/** The host name asked for, without port. */
function hostOf({ headers }: IncomingMessage): string {
  const host = (headers.host ?? '').toLowerCase();
  return host.replace(/:\d+$/, '').replace(/\.$/, '');
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
