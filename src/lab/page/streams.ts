import type { ServerResponse } from 'node:http';
import type { Html } from './html.ts';

/** How often an open page is compared with what is, in milliseconds: logs and health change unannounced. */
const interval = 1_000;
/** How long changes gather before they are sent. */
const gather = 60;

/** Open pages: each gets, as server-sent events, the parts that differ from what it has. */
export class Streams {
  readonly #sections: () => Promise<Record<string, Html>>;
  readonly #open = new Map<ServerResponse, Record<string, string>>();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(sections: () => Promise<Record<string, Html>>) {
    this.#sections = sections;
  }

  /** Keeps the response open and sends everything once, then what changes. */
  open(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.write('retry: 1000\n\n');
    this.#open.set(response, {});
    response.once('close', () => this.#leave(response));
    this.#timer ??= setInterval(() => void this.#send(), interval);
    this.changed();
  }

  /** Sends soon what changed. */
  changed(): void {
    if (this.#open.size === 0) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.#send();
    }, gather);
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    for (const response of this.#open.keys()) response.end();
  }

  #leave(response: ServerResponse): void {
    this.#open.delete(response);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #send(): Promise<void> {
    const sections = await this.#sections().catch(() => ({}));
    for (const [response, had] of this.#open) {
      const changed = Object.entries(sections)
        .map(([id, { text }]) => [id, text] as const)
        .filter(([id, text]) => had[id] !== text);
      if (changed.length === 0) continue;
      Object.assign(had, Object.fromEntries(changed));
      response.write(`data: ${JSON.stringify(Object.fromEntries(changed))}\n\n`);
    }
  }
}
