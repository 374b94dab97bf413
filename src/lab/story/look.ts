import { request } from 'node:http';

/** What an address answered. */
export interface Look {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks an address as a browser would: `*.localhost` is loopback, which Node's own resolver does not know.
 * Rejects when nothing listens or no answer comes in time.
 */
export function look(url: string, timeoutMs = 5_000): Promise<Look> {
  const { port, pathname, host } = new URL(url);
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path: pathname,
        headers: { host },
        timeout: timeoutMs,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () =>
          done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    asked.once('timeout', () => asked.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    asked.once('error', fail).end();
  });
}
