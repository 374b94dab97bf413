import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { duration } from '../../../src/core/time.ts';
import {
  desired,
  get,
  isRunning,
  key,
  service,
  spawnGateway,
  until,
  Workshop,
} from './workshop.ts';

const host = '1d0fd508.localhost';
let shop: Workshop;
let ended: (() => Promise<void>)[];

beforeEach(() => {
  shop = new Workshop();
  ended = [];
});
afterEach(async () => {
  for (const end of ended) await end();
  await shop.close();
});

/** A gateway of its own process; ended after the test. */
async function separate(environment: Record<string, string | undefined> = process.env) {
  const started = spawnGateway(
    ['--port', '0', '--state', shop.state],
    environment as typeof process.env,
  );
  ended.push(async () => {
    started.child.kill('SIGTERM');
    await started.exit;
  });
  return { ...started, ...(await started.ready) };
}

describe('a gateway that is killed', () => {
  test('leaves previews running, and the next one adopts them', async () => {
    const first = await separate();
    await shop.deploy(desired(shop.commit('one')));
    const pid = (await get(first.port, host, '/pid')).body;
    first.child.kill('SIGKILL');
    await first.exit;
    expect(isRunning(Number(pid))).toBe(true);

    const second = await separate();
    await until(async () => (await get(second.port, host, '/pid')).body === pid);
    await get(second.port, host, '/crash').catch(() => undefined);
    await until(async () => !['', pid].includes((await get(second.port, host, '/pid')).body));
    expect((await get(second.port, host)).body).toBe('one');
    expect(await shop.target().destroy(key, shop.watch())).toEqual([]);
    expect(shop.remains()).toEqual([]);
  });

  test('has its dead previews started again', async () => {
    const first = await separate();
    await shop.deploy(desired(shop.commit('one')));
    const pid = Number((await get(first.port, host, '/pid')).body);
    first.child.kill('SIGKILL');
    await first.exit;
    process.kill(pid, 'SIGKILL');
    await until(() => !isRunning(pid));
    const second = await separate();
    await until(async () => (await get(second.port, host)).body === 'one');
  });

  test('while it deploys leaves nothing after the next start', async () => {
    const first = await separate();
    const deploy = shop.deploy(desired(shop.commit('one'), { env: { SLOW: '60000' } }));
    deploy.catch(() => undefined);
    await until(() => shop.remains().some((one) => one.startsWith('process')));
    first.child.kill('SIGKILL');
    await first.exit;
    await expect(deploy).rejects.toThrow();
    mkdirSync(join(shop.state, 'worktrees', 'orphan'));
    await separate();
    expect(shop.remains()).toEqual([]);
    expect(await shop.target().observe('acme/shop')).toEqual([]);
  });

  test('is told truly by its records: there, but in an unknown state', async () => {
    const first = await separate();
    const commit = shop.commit('one');
    await shop.deploy(desired(commit));
    first.child.kill('SIGKILL');
    await first.exit;
    expect(await shop.target().observe('acme/shop')).toMatchObject([
      { ...key, commit, services: [{ name: 'web', state: 'unknown' }] },
    ]);
    writeFileSync(join(shop.state, 'previews', 'x.json'), '{');
    await expect(shop.target().observe('acme/shop')).rejects.toThrow('cannot be read');
    const second = await separate();
    await until(async () => (await get(second.port, host)).body === 'one');
    expect(second.errors()).toContain('put aside');
  });
});

describe('a gateway that is asked to end', () => {
  test('ends the processes, and the next one brings them back', async () => {
    const first = await separate();
    await shop.deploy(desired(shop.commit('one')));
    const pid = Number((await get(first.port, host, '/pid')).body);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    expect(isRunning(pid)).toBe(false);
    const second = await separate();
    await until(async () => (await get(second.port, host)).body === 'one');
  });

  test('keeps a sleeping preview asleep', async () => {
    await shop.start();
    await shop.deploy(desired(shop.commit('one'), { sleepAfter: duration(100) }));
    await until(() => !shop.remains().some((one) => one.startsWith('process')));
    await shop.gateway?.close();
    await shop.start();
    expect(await shop.target().observe('acme/shop')).toMatchObject([
      { services: [{ state: 'sleeping' }] },
    ]);
    expect((await shop.get(host)).body).toBe('one');
  });
});

describe('removal', () => {
  test('ends what left the process group, and what ignores SIGTERM', async () => {
    await shop.start({ grace: 300 });
    const stray = `const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => {});
      spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).unref();
      spawn('sleep', ['300'], { stdio: 'ignore' });
      require('./app.cjs');`;
    await shop.deploy(
      desired(shop.commit('one', { 'stray.cjs': stray }), { run: 'exec node stray.cjs' }),
    );
    const processes = () => shop.remains().filter((one) => one.startsWith('process'));
    expect(processes()).toHaveLength(3);
    expect(await shop.target().destroy(key, shop.watch())).toEqual([]);
    expect(shop.remains()).toEqual([]);
  });

  test('runs the stop command first, with the environment of the preview', async () => {
    await shop.start();
    const file = join(shop.root, 'stopped');
    const stop = `echo "$COMPOSE_PROJECT_NAME $UNDERSTUDY_PREVIEW_ID" > ${file}`;
    await shop.deploy(desired(shop.commit('one'), { stop }));
    expect(await shop.target().destroy(key, shop.watch())).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('shop-1d0fd508 1d0fd508\n');
  });
});

describe('privacy', () => {
  test('the state folder and the socket are for the user only', async () => {
    const { socket } = await shop.start();
    expect(statSync(shop.state).mode & 0o777).toBe(0o700);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  test('a long path of the state folder gets a socket elsewhere, private too', async () => {
    const { startGateway } = await import('../../../src/targets/local/gateway/start-gateway.ts');
    const gateway = await startGateway({
      state: join(shop.root, 'x'.repeat(120)),
      port: 0,
      host: '127.0.0.1',
      program: '',
      environment: {},
      report: () => undefined,
    });
    expect(gateway.socket.length).toBeLessThan(100);
    expect(statSync(join(gateway.socket, '..')).mode & 0o777).toBe(0o700);
    await gateway.close();
    expect(() => statSync(join(gateway.socket, '..'))).toThrow('ENOENT');
  });

  test('no secret of a job or of the gateway reaches a preview, a record, a log or git', async () => {
    const canary = 'canary-5f1c';
    const job = {
      GITHUB_TOKEN: canary,
      INPUT_TOKEN: canary,
      ACTIONS_X: canary,
      RUNNER_X: canary,
      AWS_KEY: canary,
    };
    const gateway = await separate({ ...process.env, ...job });
    const commit = shop.commit('one');
    const target = shop.target(job, canary);
    const settings = { env: { MODE: 'preview', PORT: '1' } };
    await target.deploy({ occasion: desired(commit, settings), all: async () => [] }, shop.watch());
    const { body } = await get(gateway.port, host, '/env');
    expect(body).not.toContain(canary);
    const env = JSON.parse(body);
    expect(env).toMatchObject({
      MODE: 'preview',
      HOST: '127.0.0.1',
      COMPOSE_PROJECT_NAME: 'shop-1d0fd508',
      UNDERSTUDY_PREVIEW_ID: '1d0fd508',
      UNDERSTUDY_COMMIT: commit,
      UNDERSTUDY_PULL_REQUEST: '7',
      UNDERSTUDY_URL: `http://${host}:${gateway.port}`,
    });
    expect(env.PORT).not.toBe('1');
    const { execFileSync } = await import('node:child_process');
    const search = () => execFileSync('grep', ['-rlF', canary, shop.state], { encoding: 'utf8' });
    expect(search).toThrow();
  });
});

describe('one gateway for one state folder', () => {
  test('a second one is refused while the first lives', async () => {
    const { port } = await shop.start();
    const second = spawnGateway(['--port', '0', '--state', shop.state]);
    expect(await second.exit).toBe(3);
    expect(second.errors()).toContain(`Another gateway uses ${shop.state}`);
    expect(second.errors()).toContain(String(port));
  });

  test('a taken port is a clear error', async () => {
    const { port } = await shop.start();
    const second = spawnGateway(['--port', String(port), '--state', join(shop.root, 'other')]);
    expect(await second.exit).toBe(1);
    expect(second.errors()).toMatch(/cannot listen on 127\.0\.0\.1:\d+.*--port/);
  });

  test('clients that need one at the same time start one, which outlives them', async () => {
    const commit = shop.commit('one');
    const environment = {
      UNDERSTUDY_GATEWAY_PORT: '0',
      GITHUB_TOKEN: 'x',
      RUNNER_TRACKING_ID: 'y',
    };
    const clients = [1, 2, 3].map((number) => {
      const services = [service('web', {}, `p${number}.localhost`)];
      const occasion = desired(commit, {}, { previewId: `p${number}`, services });
      return shop.target(environment).deploy({ occasion, all: async () => [] }, shop.watch());
    });
    const results = await Promise.all(clients);
    const { pid, port } = JSON.parse(readFileSync(join(shop.state, 'gateway.json'), 'utf8'));
    ended.push(async () => {
      process.kill(pid, 'SIGTERM');
      await until(() => !isRunning(pid));
    });
    expect(results.map(({ kind }) => kind)).toEqual(['ready', 'ready', 'ready']);
    expect((await get(port, 'p2.localhost')).body).toBe('one');
    const own = readFileSync(`/proc/${pid}/environ`, 'utf8');
    expect(own).not.toMatch(/GITHUB_TOKEN|RUNNER_TRACKING_ID/);
  });

  test('no gateway and no record: nothing exists, and none is started to say so', async () => {
    expect(await shop.target().observe('acme/shop')).toEqual([]);
    expect(await shop.target().destroy(key, shop.watch())).toEqual([]);
    expect(() => statSync(shop.state)).toThrow('ENOENT');
  });

  test('--help names every option', async () => {
    const { child, exit, output } = spawnGateway(['--help']);
    expect(await exit).toBe(0);
    expect(output()).toMatch(/--port[\s\S]*--state[\s\S]*--fallback[\s\S]*--public-url/);
    expect(child.exitCode).toBe(0);
  });
});
