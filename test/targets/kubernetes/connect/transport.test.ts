import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openTransport } from '../../../../src/targets/kubernetes/connect/transport.ts';
import { selfSign } from '../../../cluster/control-plane.ts';
import { connect, give, serve } from './api-server.ts';

const { signal } = new AbortController();
const closing: (() => unknown)[] = [];
let certificates: string;

beforeAll(() => {
  certificates = mkdtempSync(join(tmpdir(), 'certificates-'));
  selfSign(certificates, 'server', ['IP:127.0.0.1']);
  selfSign(certificates, 'named', ['DNS:api.example.com']);
  selfSign(certificates, 'client', ['DNS:client']);
});
afterAll(() => rmSync(certificates, { recursive: true }));
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const pem = (name: string, part: 'crt' | 'key') =>
  readFileSync(join(certificates, `${name}.${part}`), 'utf8');
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function listening(server: Server | ReturnType<typeof createPlain>): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(closed));
  });
  return (server.address() as AddressInfo).port;
}

/** An API server over TLS that says who the client's certificate is of. */
async function secure(name: 'server' | 'named'): Promise<string> {
  const options = {
    cert: pem(name, 'crt'),
    key: pem(name, 'key'),
    requestCert: true,
    ca: pem('client', 'crt'),
    rejectUnauthorized: false,
  };
  const server = createServer(options, (incoming, answer) => {
    const { authorized } = incoming.socket as TLSSocket;
    give(answer, 200, { authorized, path: incoming.url });
  });
  return `https://127.0.0.1:${await listening(server)}`;
}

function get(cluster: object, environment = {}, certificate?: { cert: string; key: string }) {
  const transport = openTransport(
    { cluster: { name: 'c', skipTLSVerify: false, server: '', ...cluster } },
    environment,
  );
  const sent = { method: 'GET', path: '/version?a=b', headers: {} };
  return transport.exchange(sent, certificate ? { certificate } : {}, signal);
}

async function jsonOf(answer: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  return JSON.parse(text);
}

describe('TLS', () => {
  test('trusts the authority of the KUBECONFIG, and shows the certificate of the user', async () => {
    const server = await secure('server');
    const cluster = { server, caData: base64(pem('server', 'crt')) };
    const client = { cert: pem('client', 'crt'), key: pem('client', 'key') };
    expect(await jsonOf(await get(cluster, {}, client))).toMatchObject({ authorized: true });
    expect(await jsonOf(await get(cluster))).toMatchObject({ authorized: false });
  });

  test('asks for the name that the KUBECONFIG gives, or for none where that says so', async () => {
    const server = await secure('named');
    const caData = base64(pem('named', 'crt'));
    const answer = await get({ server, caData, tlsServerName: 'api.example.com' });
    expect(answer.statusCode).toBe(200);
    expect((await get({ server, skipTLSVerify: true })).statusCode).toBe(200);
    await expect(get({ server, caData })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  test('with a server of another authority fails at once, in words that help', async () => {
    const { kube, waited } = await connect(await secure('server'), closing);
    const asked = kube.send({ method: 'GET', path: '/version' }, signal);
    await expect(asked).rejects.toThrow(/is not signed by the authority that the KUBECONFIG names/);
    expect(waited).toEqual([]);
  });
});

test('an address may have a path before that of the API', async () => {
  const server = await serve((_, answer) => give(answer, 200, {}));
  closing.push(server.close);
  await get({ server: `${server.url}/k8s/clusters/c-1` });
  expect(server.seen[0]?.incoming.url).toBe('/k8s/clusters/c-1/version?a=b');
});

describe('a proxy', () => {
  /** Lets everything through, and notes where to. */
  async function proxy(): Promise<{ url: string; passed: string[] }> {
    const passed: string[] = [];
    const server = createPlain();
    server.on('connect', (incoming, socket) => {
      passed.push(incoming.url ?? '');
      const [host = '', port] = (incoming.url ?? '').split(':');
      const through = dial(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      closing.push(() => through.destroy());
      through.on('error', () => socket.destroy());
      socket.on('error', () => through.destroy());
    });
    return { url: `http://127.0.0.1:${await listening(server)}`, passed };
  }

  test('of the environment is used, but not for what NO_PROXY names', async () => {
    const { url, passed } = await proxy();
    const server = await secure('server');
    const cluster = { server, caData: base64(pem('server', 'crt')) };
    expect((await get(cluster, { HTTPS_PROXY: url })).statusCode).toBe(200);
    expect(passed).toEqual([new URL(server).host]);
    expect((await get(cluster, { HTTPS_PROXY: url, NO_PROXY: '127.0.0.1' })).statusCode).toBe(200);
    expect(passed).toHaveLength(1);
  });

  test('of the KUBECONFIG comes before that', async () => {
    const { url, passed } = await proxy();
    const server = await secure('server');
    const cluster = { server, caData: base64(pem('server', 'crt')), proxyUrl: url };
    const environment = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    expect((await get(cluster, environment)).statusCode).toBe(200);
    expect(passed).toHaveLength(1);
  });
});
