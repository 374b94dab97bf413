import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../src/core/user-error.ts';
import { desired, isRunning, key, service, until, Workshop } from './workshop.ts';

const host = '1d0fd508.localhost';
let shop: Workshop;

beforeEach(async () => {
  shop = new Workshop();
  await shop.start();
});
afterEach(() => shop.close());

describe('an update', () => {
  test('starts beside the old commit, which answers until the new one is healthy', async () => {
    await shop.deploy(desired(shop.commit('one')));
    const old = Number((await shop.get(host, '/pid')).body);
    const slow = desired(shop.commit('two'), { env: { SLOW: '600' } });
    const answers = new Set<string>();
    let over = false;
    const visiting = (async () => {
      while (!over) answers.add(`${(await shop.get(host)).status} ${(await shop.get(host)).body}`);
    })();
    expect(await shop.deploy(slow)).toMatchObject({ kind: 'ready' });
    over = true;
    await visiting;
    expect((await shop.get(host)).body).toBe('two');
    expect([...answers].every((answer) => ['200 one', '200 two'].includes(answer))).toBe(true);
    expect(answers.has('200 one')).toBe(true);
    await until(() => !isRunning(old));
    await until(() => shop.remains().filter((one) => one.startsWith('worktrees/')).length === 1);
  });

  test('lets requests under way at the old commit end', async () => {
    await shop.deploy(desired(shop.commit('one')));
    const under = shop.get(host, '/slow');
    await shop.deploy(desired(shop.commit('two')));
    expect(await under).toMatchObject({ status: 200 });
  });

  test('that never becomes healthy fails with the log, and the old commit keeps serving', async () => {
    await shop.deploy(desired(shop.commit('one')));
    const result = await shop.deploy(desired(shop.commit('two'), { env: { BROKEN: 'no disk' } }));
    expect(result).toEqual({
      kind: 'failed',
      service: 'web',
      reason: 'the process exited with code 7',
      log: expect.arrayContaining(['app starts', 'broken: no disk']),
      stillServing: true,
    });
    expect((await shop.get(host)).body).toBe('one');
    const kinds = shop.remains().map((one) => one.split(/[/ ]/)[0]);
    expect(kinds.sort()).toEqual(['admin', 'logs', 'previews', 'process', 'worktrees']);
    expect(await shop.target().observe('acme/shop')).toMatchObject([
      { services: [{ state: 'ready' }], failure: { reason: 'the process exited with code 7' } },
    ]);
  });

  test('that does not answer in time fails with what the probe saw', async () => {
    const silent = service('web', { run: 'exec sleep 60' }, host, 400);
    const result = await shop.deploy(desired(shop.commit('one'), {}, { services: [silent] }));
    expect(result).toMatchObject({
      kind: 'failed',
      reason: 'not healthy at / within 0.4 s: nothing listens on $PORT',
      stillServing: false,
    });
  });

  test('whose probe answers another status than expected fails', async () => {
    const strict = service('web', { health: { path: '/pid', expect: 204 } }, host, 1500);
    const result = await shop.deploy(desired(shop.commit('one'), {}, { services: [strict] }));
    expect(result).toMatchObject({ reason: 'not healthy at /pid within 1.5 s: it answered 200' });
  });

  test('whose install fails ends before the start', async () => {
    const settings = { install: 'echo cannot resolve left-pad; exit 3' };
    const result = await shop.deploy(desired(shop.commit('one'), settings));
    expect(result).toMatchObject({
      reason: 'install exited with code 3',
      log: ['cannot resolve left-pad'],
    });
    expect(shop.events.some((event) => event.kind === 'step' && event.step === 'start')).toBe(
      false,
    );
  });

  test('with nothing to run is a fault the user can mend', async () => {
    const deploy = shop.deploy(desired(shop.commit('one'), { run: '' }));
    await expect(deploy).rejects.toThrow(UserError);
    await expect(deploy).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('.github/understudy.yml') }],
    });
    expect(await shop.target().observe('acme/shop')).toMatchObject([
      { services: [{ state: 'failed' }] },
    ]);
    expect(await shop.target().destroy(key, shop.watch())).toEqual([]);
    expect(shop.remains()).toEqual([]);
  });

  test('of a commit that git cannot fetch is a fault the user can mend', async () => {
    shop.commit('one');
    const deploy = shop.deploy(desired('f'.repeat(40)));
    await expect(deploy).rejects.toMatchObject({
      name: 'UserError',
      problems: [{ hint: expect.stringContaining('contents: read') }],
    });
    expect(shop.remains()).toEqual([]);
  });
});

describe('several deploys of one preview', () => {
  const slow = { env: { SLOW: '900' } };

  test('a newer commit gives up the candidate of the older one', async () => {
    const never = { env: { SLOW: '600000' } };
    const older = shop.deploy(desired(shop.commit('one'), never));
    await until(() => shop.remains().some((one) => one.startsWith('process')));
    const newer = shop.deploy(desired(shop.commit('two')));
    expect(await older).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('given up'),
    });
    expect(await newer).toMatchObject({ kind: 'ready' });
    expect((await shop.get(host)).body).toBe('two');
    expect(shop.remains().filter((one) => /^(worktrees|process)/.test(one))).toHaveLength(2);
  });

  test('an equal one joins', async () => {
    const commit = shop.commit('one');
    const both = [shop.deploy(desired(commit)), shop.deploy(desired(commit))];
    expect(await Promise.all(both)).toMatchObject([{ kind: 'ready' }, { kind: 'ready' }]);
    expect(shop.remains().filter((one) => one.startsWith('worktrees/'))).toHaveLength(1);
  });

  test('one that is aborted leaves nothing, unless another waits for the same', async () => {
    const commit = shop.commit('one');
    const abort = new AbortController();
    const first = shop.deploy(desired(commit, slow), { signal: abort.signal });
    const second = shop.deploy(desired(commit, slow));
    await until(() => shop.remains().some((one) => one.startsWith('process')));
    abort.abort(new Error('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
    expect(await second).toMatchObject({ kind: 'ready' });

    const alone = new AbortController();
    const third = shop.deploy(desired(shop.commit('two'), slow), { signal: alone.signal });
    await until(() => shop.remains().filter((one) => one.startsWith('process')).length === 2);
    alone.abort(new Error('cancelled'));
    await expect(third).rejects.toThrow('cancelled');
    await until(() => shop.remains().filter((one) => one.startsWith('worktrees/')).length === 1);
    expect((await shop.get(host)).body).toBe('one');
  });

  test('one that does not wait is accepted at once and comes up by itself', async () => {
    const result = await shop.deploy(desired(shop.commit('one')), { wait: false });
    expect(result).toMatchObject({ kind: 'accepted', services: [{ state: 'starting' }] });
    await until(async () => (await shop.get(host)).body === 'one');
  });

  test('removal ends a deploy that is under way', async () => {
    const deploy = shop.deploy(desired(shop.commit('one'), slow));
    await until(() => shop.remains().some((one) => one.startsWith('process')));
    expect(await shop.target().destroy(key, shop.watch())).toEqual([]);
    expect(await deploy).toMatchObject({ kind: 'failed' });
    expect(shop.remains()).toEqual([]);
  });

  test('twenty at once of twenty commits end at one of them, and fetch safely', async () => {
    const commits = Array.from({ length: 20 }, (_, index) => shop.commit(`v${index}`));
    await Promise.all(commits.map((commit) => shop.deploy(desired(commit))));
    expect((await shop.get(host)).body).toMatch(/^v\d+$/);
    await until(() => shop.remains().filter((one) => one.startsWith('worktrees/')).length === 1);
  });
});

describe('several services', () => {
  const api = 'api.1d0fd508.localhost';

  test('each has its own host, port and log', async () => {
    const services = [service('web'), service('api', { env: { ROLE: 'api' } }, api)];
    await shop.deploy(desired(shop.commit('one'), {}, { services }));
    expect(JSON.parse((await shop.get(api, '/env')).body)).toMatchObject({ ROLE: 'api' });
    expect(JSON.parse((await shop.get(host, '/env')).body).ROLE).toBeUndefined();
  });

  test('none takes over before all are healthy', async () => {
    const first = [service('web'), service('api', {}, api)];
    await shop.deploy(desired(shop.commit('one'), {}, { services: first, fingerprint: 'a' }));
    const broken = [service('web'), service('api', { env: { BROKEN: 'x' } }, api)];
    const next = desired(shop.commit('two'), {}, { services: broken, fingerprint: 'b' });
    expect(await shop.deploy(next)).toMatchObject({ kind: 'failed', service: 'api' });
    expect([(await shop.get(host)).body, (await shop.get(api)).body]).toEqual(['one', 'one']);
  });

  test('a host that another preview has is refused', async () => {
    await shop.deploy(desired(shop.commit('one')));
    const other = desired(shop.commit('two'), {}, { previewId: 'ffff0000' });
    await expect(shop.deploy(other)).rejects.toThrow('belongs to preview 1d0fd508');
  });
});
