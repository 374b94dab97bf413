import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface Heard {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What is answered: status, body, headers. */
export type Reply = readonly [
  status: number,
  body?: string,
  headers?: Readonly<Record<string, string>>,
];

/** A server on loopback that answers what it is told, for what the emulator never says. */
export async function answering(answer: (request: Heard) => Reply) {
  const heard: Heard[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = message;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    heard.push(request);
    const [status, body = '', extra = {}] = answer(request);
    response.writeHead(status, { 'content-type': 'application/xml', ...extra }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
