import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { desired, key, listens, only, until, Workshop } from './workshop.ts';

const host = '1d0fd508.localhost';
let shop: Workshop;

beforeEach(() => {
  shop = new Workshop();
});
afterEach(() => shop.close());

const rehearsal = { dryRun: true, signal: new AbortController().signal };

describe('the life of a preview', () => {
  test('it is deployed, observed, updated, extended and removed without a trace', async () => {
    await shop.start();
    const first = shop.commit('one');
    const target = shop.target();
    expect(await target.plan(only(desired(first)), rehearsal)).toMatchObject({
      changes: [{ action: 'add', type: 'process', id: '1d0fd508/web', replacement: false }],
    });
    const result = await shop.deploy(desired(first));
    expect(result).toMatchObject({
      kind: 'ready',
      services: [{ name: 'web', state: 'ready', url: `http://${host}:${shop.gateway?.port}` }],
    });
    expect(await shop.get(host)).toMatchObject({ status: 200, body: 'one' });

    const second = shop.commit('two');
    expect(await shop.deploy(desired(second))).toMatchObject({ kind: 'ready' });
    expect((await shop.get(`${host}:8080`)).body).toBe('two');

    await target.extend(key, instant(5000));
    const [observed] = await target.observe('ACME/Shop');
    expect(observed).toMatchObject({
      ...key,
      pullRequest: 7,
      commit: second,
      expiresAt: 5000,
      requested: false,
    });
    const [web] = (observed?.services ?? []) as readonly { port?: number; pid?: number }[];
    expect(await listens(web?.port ?? 0)).toBe(true);

    expect(await target.destroy(key, shop.watch())).toEqual([]);
    expect(shop.remains()).toEqual([]);
    expect(await listens(web?.port ?? 0)).toBe(false);
    expect(await target.observe('acme/shop')).toEqual([]);
    expect((await shop.get(host)).status).toBe(404);
    expect(await target.destroy(key, shop.watch())).toEqual([]);
  });

  test('progress tells steps and log lines in order', async () => {
    await shop.start();
    await shop.deploy(desired(shop.commit('one'), { install: 'echo installing' }));
    const steps = shop.events.flatMap((event) =>
      event.kind === 'step' ? [`${event.step} ${event.state}`] : [],
    );
    expect(steps).toEqual([
      'check out running',
      'check out done',
      'install running',
      'install done',
      'start running',
      'start done',
    ]);
    const lines = shop.events.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
    expect(lines).toEqual(['installing', 'app starts']);
  });

  test('the same commit and fingerprint again changes nothing', async () => {
    await shop.start();
    const commit = shop.commit('one');
    await shop.deploy(desired(commit));
    const before = (await shop.get(host, '/pid')).body;
    expect(await shop.deploy(desired(commit, {}, { expiresAt: instant(9000) }))).toMatchObject({
      kind: 'ready',
    });
    expect((await shop.get(host, '/pid')).body).toBe(before);
    expect(await shop.target().observe('acme/shop')).toMatchObject([{ expiresAt: 9000 }]);
  });

  test('a service that keeps crashing is failed, tried on, and made anew by the next deploy', async () => {
    await shop.start({ restartMost: 2000, starts: 2 });
    const commit = shop.commit('one');
    await shop.deploy(desired(commit));
    const states = async () => {
      const [preview] = await shop.target().observe('acme/shop');
      return preview?.services.map(({ state }) => state).join();
    };
    for (let crash = 0; (await states()) !== 'failed'; crash += 1) {
      expect(crash).toBeLessThan(10);
      await shop.get(host, '/crash').catch(() => undefined);
    }
    const page = await shop.get(host);
    expect([page.status, page.body]).toEqual([502, expect.stringContaining('exited with code 9')]);
    expect(await shop.deploy(desired(commit))).toMatchObject({ kind: 'ready' });
    expect((await shop.get(host)).body).toBe('one');
  });

  test('a crashed service is started again', async () => {
    await shop.start();
    await shop.deploy(desired(shop.commit('one')));
    const before = (await shop.get(host, '/pid')).body;
    await shop.get(host, '/crash').catch(() => undefined);
    await until(async () => (await shop.get(host, '/pid')).body !== before);
    expect(await shop.get(host)).toMatchObject({ status: 200, body: 'one' });
    expect(shop.reports.join()).toContain('exited with code 9');
  });
});
