import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { duration } from '../../../src/core/time.ts';
import { desired, service, until, Workshop } from './workshop.ts';

const host = '1d0fd508.localhost';
const html = { accept: 'text/html,*/*' };
let shop: Workshop;

beforeEach(() => {
  shop = new Workshop();
});
afterEach(() => shop.close());

async function stateOf(): Promise<string | undefined> {
  const [preview] = await shop.target().observe('acme/shop');
  return preview?.services[0]?.state;
}

describe('sleep', () => {
  const sleepy = { sleepAfter: duration(250) };

  test('comes after a time without requests, and many requests at once wake it once', async () => {
    await shop.start();
    await shop.deploy(desired(shop.commit('one'), { ...sleepy, env: { SLOW: '200' } }));
    await until(async () => (await stateOf()) === 'sleeping');
    expect(shop.remains().filter((one) => one.startsWith('process'))).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.get(host, '/pid')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
  });

  test('does not come while a request is under way', async () => {
    await shop.start();
    await shop.deploy(desired(shop.commit('one'), sleepy));
    expect((await shop.get(host, '/slow')).status).toBe(200);
  });

  test('holds a request no longer than it should, then says that it wakes up', async () => {
    await shop.start({ hold: 100 });
    await shop.deploy(desired(shop.commit('one'), { ...sleepy, env: { SLOW: '500' } }));
    await until(async () => (await stateOf()) === 'sleeping');
    const page = await shop.get(host, '/', html);
    expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '3' } });
    expect(page.body).toContain('waking up');
    await until(async () => (await shop.get(host)).status === 200);
  });

  test('does not come while a WebSocket is open', async () => {
    await shop.start();
    await shop.deploy(
      desired(shop.commit('one', { 'ws.cjs': socketApp }), { ...sleepy, run: 'exec node ws.cjs' }),
    );
    const socket = open(shop.gateway?.port ?? 0);
    expect(await reply(socket, 'hello')).toBe('echo hello');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await reply(socket, 'again')).toBe('echo again');
    socket.terminate();
    await until(async () => (await stateOf()) === 'sleeping');
    const second = open(shop.gateway?.port ?? 0);
    expect(await reply(second, 'wake')).toBe('echo wake');
    second.terminate();
  });
});

describe('what visitors get', () => {
  test('an unknown host gets a page that says so, and text where a page is not wanted', async () => {
    await shop.start();
    const page = await shop.get('<b>.localhost', '/', html);
    expect(page).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
    expect(page.body).toContain('No preview here');
    expect(page.body).toContain('&lt;b&gt;.localhost');
    const plain = await shop.get('nothing.localhost', '/', { accept: '*/*' });
    expect(plain.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(plain.body).not.toContain('<');
    const json = await shop.get('nothing.localhost', '/', { accept: 'application/json' });
    expect(JSON.parse(json.body)).toMatchObject({ status: 404 });
  });

  test('a first deploy gets the step that is under way', async () => {
    await shop.start();
    const deploy = shop.deploy(desired(shop.commit('one'), { install: 'sleep 1' }));
    await until(async () => (await shop.get(host)).body.includes('install'));
    const page = await shop.get(host, '/', html);
    expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(page.body).toContain('http-equiv="refresh"');
    await deploy;
  });

  test('a failed preview gets the reason and the log, escaped', async () => {
    await shop.start();
    await shop.deploy(
      desired(shop.commit('one'), { env: { BROKEN: '<script>alert(1)</script>' } }),
    );
    const page = await shop.get(host, '/', html);
    expect(page.status).toBe(502);
    expect(page.body).toContain('the process exited with code 7');
    expect(page.body).toContain('broken: &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.body).not.toContain('<script>');
  });

  test('the names of the machine itself lead to a list, or to the fallback', async () => {
    await shop.start();
    await shop.deploy(desired(shop.commit('one')));
    expect((await shop.get('localhost', '/', html)).body).toContain(`http://${host}:`);
    await shop.gateway?.close();
    const page = createServer((request, response) => response.end(`lab ${request.url}`));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const { port } = page.address() as { port: number };
    await shop.start({}, { fallback: `http://127.0.0.1:${port}` });
    expect((await shop.get('localhost:7420', '/x?y=1')).body).toBe('lab /x?y=1');
    expect((await shop.get('127.0.0.1', '/')).body).toBe('lab /');
    expect((await shop.get('gone.localhost', '/')).status).toBe(404);
    page.closeAllConnections();
    page.close();
  });

  test('behind a proxy the address is the one that visitors use', async () => {
    await shop.start({}, { publicUrl: 'https://{host}' });
    const result = await shop.deploy(desired(shop.commit('one')));
    expect(result).toMatchObject({ services: [{ url: `https://${host}` }] });
    expect(JSON.parse((await shop.get(host, '/env')).body).UNDERSTUDY_URL).toBe(`https://${host}`);
  });

  test('the application sees who asked, and by which name', async () => {
    await shop.start();
    const echo = `require('node:http').createServer((q, s) => s.end(JSON.stringify(q.headers))).listen(process.env.PORT)`;
    const settings = { run: 'exec node echo.cjs' };
    await shop.deploy(desired(shop.commit('one', { 'echo.cjs': echo }), settings));
    const headers = JSON.parse((await shop.get(`${host}:7420`)).body);
    expect(headers).toMatchObject({
      host: `${host}:7420`,
      'x-forwarded-host': `${host}:7420`,
      'x-forwarded-proto': 'http',
    });
  });

  test('answers are streamed as they come', async () => {
    await shop.start();
    const drip = `require('node:http').createServer((q, s) => { if (q.url !== '/drip') return s.end();
      s.write('a'); setTimeout(() => s.end('b'), 400); }).listen(process.env.PORT)`;
    await shop.deploy(
      desired(shop.commit('one', { 'drip.cjs': drip }), { run: 'exec node drip.cjs' }),
    );
    const { request } = await import('node:http');
    const times: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const options = { port: shop.gateway?.port, path: '/drip', headers: { host }, agent: false };
      request({ ...options, host: '127.0.0.1' }, (response) => {
        response.on('data', () => times.push(Date.now()));
        response.on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
  });

  test('a service on the IPv6 loopback is found', async () => {
    await shop.start();
    const six = `require('node:http').createServer((q, s) => s.end('six')).listen(process.env.PORT, '::1')`;
    const result = await shop.deploy(
      desired(shop.commit('one', { 'six.cjs': six }), { run: 'exec node six.cjs' }),
    );
    expect(result).toMatchObject({ kind: 'ready' });
    expect((await shop.get(host)).body).toBe('six');
  });
});

describe('how a commit is run when nothing says so', () => {
  const unset = { run: '' };

  test('npm start, after an installation where there are dependencies', async () => {
    await shop.start();
    const files = { 'package.json': JSON.stringify({ scripts: { start: 'node app.cjs' } }) };
    expect(await shop.deploy(desired(shop.commit('one', files), unset))).toMatchObject({
      kind: 'ready',
    });
    expect((await shop.get(host)).body).toBe('one');
  });

  test('plain files are served, and nothing outside of them', async () => {
    await shop.start();
    const files = { 'index.html': '<h1>plain</h1>', '.secret': 'x', 'sub/index.html': 'sub' };
    await shop.deploy(desired(shop.commit('one', files), unset));
    expect(await shop.get(host)).toMatchObject({
      body: '<h1>plain</h1>',
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    expect((await shop.get(host, '/sub/')).body).toBe('sub');
    for (const path of ['/.secret', '/.git', '/../../gateway.json', '/%2e%2e/x', '/none', '/%00']) {
      expect([path, (await shop.get(host, path)).status]).toEqual([path, 404]);
    }
  });

  test('a Procfile says it for web', async () => {
    await shop.start();
    const services = [service('web', { run: '' })];
    const commit = shop.commit('one', { Procfile: 'worker: x\nweb: exec node app.cjs\n' });
    await shop.deploy(desired(commit, {}, { services }));
    expect((await shop.get(host)).body).toBe('one');
  });
});

const socketApp = `
const { createServer } = require('node:http');
const { createHash } = require('node:crypto');
const server = createServer((q, s) => s.end('page'));
server.on('upgrade', (q, socket) => {
  const accept = createHash('sha1').update(q.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.on('error', () => {});
  socket.on('data', (frame) => {
    if ((frame[0] & 15) !== 1) return socket.end();
    const mask = frame.subarray(2, 6);
    const text = 'echo ' + Buffer.from(frame.subarray(6, 6 + (frame[1] & 127)).map((byte, i) => byte ^ mask[i % 4]));
    socket.write(Buffer.concat([Buffer.from([129, text.length]), Buffer.from(text)]));
  });
});
server.listen(process.env.PORT, '127.0.0.1');
`;

function open(port: number): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}/live`, { headers: { host } });
}

async function reply(socket: WebSocket, text: string): Promise<string> {
  if (socket.readyState === WebSocket.CONNECTING) {
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  }
  const answer = new Promise<string>((resolve) =>
    socket.once('message', (data) => resolve(String(data))),
  );
  socket.send(text);
  return answer;
}
