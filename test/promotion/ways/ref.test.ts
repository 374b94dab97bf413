import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { refWay } from '../../../src/promotion/ways/ref.ts';
import { connected, requestsOf, tokenWith } from '../../github/connected.ts';
import { control, endFaults, fault } from '../../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../../lab/github/lab.ts';
import { attemptAt, contextOf } from './attempt.ts';

const now = instant(Date.parse('2026-11-24T12:00:00Z'));
const clock = () => now;
let lab: Lab;
let token = '';
/** Commits of main, oldest first. */
const main: string[] = [];
let branches = 0;

beforeAll(async () => {
  lab = await startLab();
  for (const name of ['one', 'two', 'three']) main.push(lab.commit({ 'a.txt': name }, name));
  lab.git('push', '--quiet', 'origin', 'main');
  lab.git('checkout', '--quiet', '-B', 'hotfix', main[0] ?? '');
  main.push(lab.commit({ 'b.txt': 'hot' }, 'Hotfix'));
  lab.git('push', '--quiet', 'origin', 'hotfix');
  token = await tokenWith(lab, { contents: 'write' });
});
beforeEach(async () => {
  branches += 1;
});
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

const [old, mid, last, hotfix] = [0, 1, 2, 3];
const at = (index: number) => main[index] ?? '';
const branch = () => `heads/live/${branches}`;
const put = (ref: string, index: number) =>
  lab.git('push', '-qf', 'origin', `${at(index)}:refs/${ref}`);
const tip = (ref: string) => lab.git('ls-remote', 'origin', `refs/${ref}`).split('\t')[0];
const way = (ref: string, as = token) =>
  refWay(ref, connected(lab, as).github.refs, contextOf(), clock);
const order = (index: number, more: object = {}) =>
  attemptAt({ version: at(index), createdAt: now, ...more });
const writes = { method: 'PATCH', path: '/git/refs/' };

describe('a branch', () => {
  test('is made where there is none, and goes forward from then on', async () => {
    const ref = branch();
    expect(await way(ref).find(order(old))).toBeUndefined();
    const made = await way(ref).act(order(old));
    expect(made).toEqual({
      kind: 'acted',
      effect: {
        kind: 'ref',
        reference: ref,
        url: `https://github.example.com/${repository}/commit/${at(old)}`,
        at: now,
        doneAt: now,
      },
    });
    expect(tip(ref)).toBe(at(old));
    expect((await way(ref).act(order(last))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(last));
  });

  test('takes two requests to look at, and two more to move', async () => {
    const ref = branch();
    put(ref, old);
    const mine = way(ref);
    await requestsOf(lab);
    await mine.find(order(mid));
    await mine.act(order(mid));
    const requests = (await requestsOf(lab)).map((line) => line.replace(/[0-9a-f]{40}/g, 'SHA'));
    const name = encodeURIComponent(ref);
    expect(requests).toEqual([
      `GET /git/ref/${name} 200`,
      'GET /compare/SHA...SHA?per_page=1&page=2 200',
      `GET /git/ref/${name} 304`,
      `PATCH /git/refs/${name} 200`,
    ]);
  });

  test('that has the commit already counts as moved, and is not touched', async () => {
    const ref = branch();
    put(ref, last);
    expect((await way(ref).find(order(mid)))?.reference).toBe(ref);
    await requestsOf(lab);
    expect((await way(ref).act(order(mid))).kind).toBe('acted');
    expect((await requestsOf(lab)).filter((line) => !line.startsWith('GET'))).toEqual([]);
    expect(tip(ref)).toBe(at(last));
  });

  test('that has diverged is for a person', async () => {
    const ref = branch();
    put(ref, hotfix);
    expect(await way(ref).find(order(last))).toBeUndefined();
    const answer = await way(ref).act(order(last));
    expect(answer).toMatchObject({ kind: 'failed', transient: false });
    expect(answer).toMatchObject({
      evidence: expect.stringMatching(/has diverged from .*Merge .* or move .* by hand/),
    });
    expect(tip(ref)).toBe(at(hotfix));
  });

  test('moved by a rival between look and move is not moved back', async () => {
    const ref = branch();
    put(ref, old);
    const { refs } = connected(lab, token).github;
    const rival = {
      ...refs,
      move: (name: string, commit: string, force: boolean) => {
        put(ref, hotfix);
        return refs.move(name, commit, force);
      },
    };
    const answer = await refWay(ref, rival, contextOf(), clock).act(order(last));
    expect(answer).toMatchObject({ kind: 'failed', transient: true });
    expect(answer).toMatchObject({ evidence: expect.stringContaining('by somebody else') });
    expect(tip(ref)).toBe(at(hotfix));
  });

  test('made by a rival at the same moment is adopted', async () => {
    const ref = branch();
    const { refs } = connected(lab, token).github;
    const rival = {
      ...refs,
      create: (name: string, commit: string) => {
        put(ref, last);
        return refs.create(name, commit);
      },
    };
    expect((await refWay(ref, rival, contextOf(), clock).act(order(mid))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(last));
  });

  test.each(['lose-answer', 'applied-502', 'error-502'])(
    'is moved once although the answer was %s',
    async (action) => {
      const ref = branch();
      put(ref, old);
      await fault(lab, action, writes);
      expect((await way(ref).act(order(mid))).kind).toBe('acted');
      expect(tip(ref)).toBe(at(mid));
      expect((await way(ref).find(order(mid)))?.doneAt).toBe(now);
    },
  );

  test('of which no answer ever comes is left to the next run', async () => {
    const ref = branch();
    put(ref, old);
    await fault(lab, 'error-502', writes, { times: 2 });
    await expect(way(ref).act(order(mid))).rejects.toThrow(
      /not known whether `?heads.* was moved to .*502/,
    );
    expect(await way(ref).find(order(mid))).toBeUndefined();
    expect((await way(ref).act(order(mid))).kind).toBe('acted');
  });

  test('made with its answer lost is found', async () => {
    const ref = branch();
    await fault(lab, 'lose-answer', { method: 'POST', path: '/git/refs' });
    expect((await way(ref).act(order(mid))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(mid));
  });

  test.each(['secondary-limit', 'primary-limit'])(
    'is tried again later under a %s, without waiting for it',
    async (action) => {
      const ref = branch();
      put(ref, old);
      await fault(lab, action, writes, { milliseconds: 30_000 });
      const answer = await way(ref).act(order(mid));
      expect(answer).toMatchObject({ kind: 'failed', transient: true });
      expect(tip(ref)).toBe(at(old));
    },
  );

  test('that cannot be seen is not taken for one that is not there', async () => {
    await expect(way(branch(), 'ghs_expired').find(order(mid))).rejects.toThrow('401');
  });

  test('names the permission that a token lacks', async () => {
    const ref = branch();
    put(ref, old);
    const reader = await tokenWith(lab, { contents: 'read' });
    const answer = await way(ref, reader).act(order(mid));
    expect(answer).toMatchObject({ kind: 'failed', transient: false });
    expect(answer).toMatchObject({
      evidence: expect.stringMatching(/not accessible by integration.*`contents: write`/),
    });
  });

  test('names the workflow files that a token may not bring', async () => {
    const ref = branch();
    lab.git('checkout', '--quiet', '-B', 'unpushed', at(old));
    const version = lab.commit({ '.github/workflows/new.yml': 'on: push\n' });
    lab.git('push', '--quiet', 'origin', 'unpushed:refs/understudy/test/unpushed');
    put(ref, old);
    const answer = await way(ref).act(attemptAt({ version, createdAt: now }));
    expect(answer).toMatchObject({ evidence: expect.stringContaining('`workflows: write`') });
  });

  test('under protection says so', async () => {
    const ref = branch();
    put(ref, old);
    const guard = { repository, ref: `refs/${ref}`, rule: 'pull-request' };
    await control(lab, 'POST', 'protections', guard);
    const answer = await way(ref).act(order(mid));
    expect(answer).toMatchObject({ kind: 'failed', transient: false });
    expect(answer).toMatchObject({
      evidence: expect.stringMatching(/through a pull request\. \(422\).*bypass it, or choose/),
    });
    expect(tip(ref)).toBe(at(old));
  });
});

describe('a rollback', () => {
  const back = (index: number) => order(index, { kind: 'rollback' });

  test('takes a branch back to a commit of its history, once', async () => {
    const ref = branch();
    put(ref, last);
    expect(await way(ref).find(back(old))).toBeUndefined();
    await fault(lab, 'lose-answer', writes);
    expect((await way(ref).act(back(old))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(old));
    expect((await way(ref).find(back(old)))?.reference).toBe(ref);
  });

  test('never takes commits off a branch that has diverged', async () => {
    const ref = branch();
    put(ref, hotfix);
    const answer = await way(ref).act(back(mid));
    expect(answer).toMatchObject({ kind: 'failed', transient: false });
    expect(tip(ref)).toBe(at(hotfix));
  });

  test('says what a rule against force asks for', async () => {
    const ref = branch();
    put(ref, last);
    const guard = { repository, ref: `refs/${ref}`, rule: 'no-force' };
    await control(lab, 'POST', 'protections', guard);
    expect(await way(ref).act(back(old))).toMatchObject({
      evidence: expect.stringMatching(/Cannot force-push.*bypass it and to force-push to it/),
    });
    expect(tip(ref)).toBe(at(last));
  });
});

describe('a tag', () => {
  const tag = () => `tags/live-${branches}`;

  test('goes forward, also from an annotated one', async () => {
    const ref = tag();
    lab.git('tag', '-a', '-m', 'Live', ref.slice(5), at(old));
    lab.git('push', '--quiet', 'origin', `refs/${ref}`);
    expect((await way(ref).find(order(old)))?.reference).toBe(ref);
    expect((await way(ref).act(order(mid))).kind).toBe('acted');
    expect((await way(ref).act(order(last))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(last));
  });

  test('goes to another line of history, but never back without a rollback', async () => {
    const ref = tag();
    put(ref, last);
    const answer = await way(ref).act(order(mid));
    expect(answer).toMatchObject({ evidence: expect.stringContaining('never takes a tag back') });
    expect((await way(ref).act(order(hotfix))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(hotfix));
    expect((await way(ref).act(order(old, { kind: 'rollback' }))).kind).toBe('acted');
    expect(tip(ref)).toBe(at(old));
  });
});

test('what a ref was moved to is done at once, and not asked for again', async () => {
  const ref = branch();
  const mine = way(ref);
  const made = await mine.act(order(old));
  if (made.kind !== 'acted') throw new Error('not moved');
  await requestsOf(lab);
  const state = await mine.look(order(old), made.effect);
  expect(state).toEqual({ state: 'done', at: now, evidence: `${ref} was moved` });
  expect(await requestsOf(lab)).toEqual([]);
});
