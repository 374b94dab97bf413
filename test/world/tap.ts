import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a tap listens or forwards to: a loopback port or a Unix socket. */
export type Place = { readonly port: number } | { readonly socketPath: string };

/** One request that went through, with its answer as far as it got. */
export interface TappedCall {
  /** Counts from 1. */
  readonly index: number;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** 0 until the answer's head came. */
  status: number;
  answerHeaders: IncomingMessage['headers'];
  answer: Buffer;
}

/**
 * Where a call is cut off: before it has any effect, when its answer begins, or with its effect done and the
 * answer lost.
 */
export type Cut = 'before' | 'during' | 'after';

/** What a caller hears in GitHub's place. */
export interface Excuse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Whether what was asked for is done all the same. */
  readonly done?: boolean;
}

type Verdict = Cut | Excuse | undefined;

/** Tells of each call whether it is cut off, or answered otherwise; takes its time where it likes. */
export type Gate = (call: TappedCall) => Verdict | Promise<Verdict>;

/** Passes HTTP on, remembers it, and cuts calls off. */
export class Tap {
  readonly calls: TappedCall[] = [];
  /** All calls, whatever was forgotten. */
  readonly history: TappedCall[] = [];
  /** Called at a cut; the connection is broken when it resolves. */
  atCut: () => Promise<void> = async () => {};
  gate: Gate = () => undefined;
  /** Waited for before a call goes any further. */
  hold: ((call: TappedCall) => Promise<void>) | undefined;
  /** Called with every call when it begins. */
  watch: (call: TappedCall) => void = () => {};
  readonly #server: Server;
  readonly #to: Place;

  private constructor(to: Place) {
    this.#to = to;
    this.#server = createServer((asked, answer) => {
      this.#serve(asked, answer).catch(() => answer.destroy());
    });
    this.#server.requestTimeout = 0;
  }

  static async open(to: Place, at: Place = { port: 0 }): Promise<Tap> {
    const tap = new Tap(to);
    await new Promise<void>((ready, fail) => {
      tap.#server.once('error', fail);
      if ('port' in at) tap.#server.listen(at.port, '127.0.0.1', ready);
      else tap.#server.listen(at.socketPath, ready);
    });
    return tap;
  }

  /** `http://127.0.0.1:PORT`, of a tap at a port. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets what went through, and passes everything from now on. */
  reset(): void {
    this.calls.length = 0;
    this.gate = () => undefined;
    this.hold = undefined;
    this.watch = () => {};
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const call = await this.#note(asked);
    this.watch(call);
    if (this.hold) await this.hold(call);
    const cut = await this.gate(call);
    if (typeof cut === 'object') return this.#excuse(call, answer, cut);
    const breakOff = async () => {
      await this.atCut();
      asked.socket.destroy();
    };
    if (cut === 'before') return breakOff();
    const reply = await this.#forward(call, answer);
    call.status = reply.statusCode ?? 0;
    call.answerHeaders = this.#throughMe(reply.headers);
    if (cut === undefined) answer.writeHead(call.status, call.answerHeaders);
    // A held lock is an answer that does not end.
    const soon = cut === 'during' || (cut === 'after' && call.path.startsWith('/lock'));
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      call.answer = Buffer.concat([call.answer, chunk]);
      if (soon) break;
      if (cut === undefined) answer.write(chunk);
    }
    if (cut === undefined) answer.end();
    else await breakOff();
  }

  async #excuse(
    call: TappedCall,
    answer: ServerResponse,
    { status, headers, body = {}, done }: Excuse,
  ): Promise<void> {
    if (done) {
      const reply = await this.#forward(call, answer);
      for await (const _ of reply);
    }
    call.status = status;
    answer.writeHead(status, { 'content-type': 'application/json', ...headers });
    answer.end(JSON.stringify(body));
  }

  /** The next page is asked for through the tap too. */
  #throughMe(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
    if (!headers.link || !('port' in this.#to)) return headers;
    const link = [headers.link].flat().join(', ');
    return { ...headers, link: link.replaceAll(`http://127.0.0.1:${this.#to.port}`, this.url) };
  }

  async #note(asked: IncomingMessage): Promise<TappedCall> {
    const chunks: Buffer[] = [];
    // The index is given at arrival, before anything else is awaited.
    const call = {
      index: this.calls.length + 1,
      method: asked.method ?? 'GET',
      path: asked.url ?? '/',
      headers: asked.headers,
      body: Buffer.alloc(0),
      status: 0,
      answerHeaders: {},
      answer: Buffer.alloc(0),
    };
    this.calls.push(call);
    this.history.push(call);
    for await (const chunk of asked as AsyncIterable<Buffer>) chunks.push(chunk);
    call.body = Buffer.concat(chunks);
    return call;
  }

  #forward(call: TappedCall, answer: ServerResponse): Promise<IncomingMessage> {
    const { method, path, headers, body } = call;
    return new Promise((resolve, reject) => {
      const place = 'port' in this.#to ? { host: '127.0.0.1', ...this.#to } : this.#to;
      const sent = request({ ...place, method, path, headers, agent: false }, resolve);
      sent.on('error', reject);
      // A caller that is gone takes its call with it.
      answer.on('close', () => sent.destroy());
      sent.end(body);
    });
  }
}
