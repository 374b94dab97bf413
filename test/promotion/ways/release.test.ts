import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { releaseWay } from '../../../src/promotion/ways/release.ts';
import { connected, requestsOf, tokenWith } from '../../github/connected.ts';
import { endFaults, fault } from '../../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../../lab/github/lab.ts';
import { attemptAt } from './attempt.ts';

const repo = `/repos/${repository}`;
const now = instant(Date.parse('2026-11-24T12:00:00Z'));
const clock = () => now;
let lab: Lab;
let token = '';
let count = 0;

beforeAll(async () => {
  lab = await startLab();
  token = await tokenWith(lab, { contents: 'write' });
});
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

/** A release of a tag of its own. */
async function make(more: object = {}): Promise<string> {
  count += 1;
  const tag_name = `v${count}.0.0`;
  await lab.call('POST', `${repo}/releases`, { tag_name, prerelease: true, ...more });
  return tag_name;
}

const full = { prerelease: false };
const latest = async () => (await lab.call('GET', `${repo}/releases/latest`)).body.tag_name;
const isPre = async (tag: string) =>
  (await lab.call('GET', `${repo}/releases/tags/${tag}`)).body.prerelease;
const way = (isLatest = true, as = token) =>
  releaseWay({ latest: isLatest }, connected(lab, as).github.releases, clock);
const order = (version: string, more: object = {}) =>
  attemptAt({ version, createdAt: now, ...more });
const writes = { method: 'PATCH', path: '/releases/' };

describe('a pre-release', () => {
  test('becomes the latest release, once', async () => {
    const [before, tag] = [await make(full), await make()];
    const asked = order(tag, { from: before });
    expect(await way().find(asked)).toBeUndefined();
    const acted = await way().act(asked);
    expect(acted).toMatchObject({
      kind: 'acted',
      effect: { kind: 'release', reference: tag, at: now, doneAt: now },
    });
    expect([await isPre(tag), await latest()]).toEqual([false, tag]);
    expect((await way().find(asked))?.url).toContain(`/releases/tag/${tag}`);
    await requestsOf(lab);
    expect((await way().act(asked)).kind).toBe('acted');
    expect((await requestsOf(lab)).filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  test('leaves the latest alone where it is said so', async () => {
    const [before, tag] = [await make(full), await make()];
    await way(false).act(order(tag, { from: before }));
    expect([await isPre(tag), await latest()]).toEqual([false, before]);
  });

  test('that somebody released is adopted', async () => {
    const [before, tag] = [await make(full), await make(full)];
    expect((await way().find(order(tag, { from: before })))?.reference).toBe(tag);
  });

  test.each(['lose-answer', 'applied-502', 'error-502'])(
    'is released although the answer was %s',
    async (action) => {
      const tag = await make();
      await fault(lab, action, writes);
      expect((await way().act(order(tag))).kind).toBe('acted');
      expect(await isPre(tag)).toBe(false);
    },
  );

  test('of which no answer comes is left to the next run', async () => {
    const tag = await make();
    await fault(lab, 'error-502', writes, { times: 2 });
    await expect(way().act(order(tag))).rejects.toThrow(`not known whether ${tag} was released`);
    expect(await isPre(tag)).toBe(true);
  });

  test('is tried again later under a limit', async () => {
    const tag = await make();
    await fault(lab, 'secondary-limit', writes, { milliseconds: 30_000 });
    expect(await way().act(order(tag))).toMatchObject({ kind: 'failed', transient: true });
  });

  test('names the permission that a token lacks', async () => {
    const reader = await tokenWith(lab, { contents: 'read' });
    expect(await way(true, reader).act(order(await make()))).toMatchObject({
      kind: 'failed',
      transient: false,
      evidence: expect.stringContaining('`contents: write`'),
    });
  });
});

describe('what cannot be released', () => {
  test('is a draft, also one on a later page', async () => {
    const tag = await make({ draft: true });
    const others = Array.from({ length: 101 }, (_, index) => index);
    for (const index of others)
      await lab.call('POST', `${repo}/releases`, { tag_name: `w${index}`, draft: true });
    expect(await way().find(order(tag))).toBeUndefined();
    expect(await way().act(order(tag))).toMatchObject({
      kind: 'failed',
      transient: false,
      evidence: expect.stringMatching(/is a draft\. Publish it as a pre-release/),
    });
  });

  test('is a tag without a release', async () => {
    expect(await way().act(order('v0.0.0'))).toMatchObject({
      kind: 'failed',
      transient: false,
      evidence: expect.stringMatching(/no release of the tag v0\.0\.0\. Publish a pre-release/),
    });
  });
});

describe('a rollback', () => {
  test('makes the older release the latest, and leaves the newer one published', async () => {
    const [older, newer] = [await make(full), await make(full)];
    const back = order(older, { kind: 'rollback', from: newer, generation: 1 });
    expect(await way().find(back)).toBeUndefined();
    await fault(lab, 'lose-answer', writes);
    expect((await way().act(back)).kind).toBe('acted');
    expect([await latest(), await isPre(newer)]).toEqual([older, false]);
    const forth = order(newer, { from: older, generation: 2 });
    expect(await way().find(forth)).toBeUndefined();
    await way().act(forth);
    expect(await latest()).toBe(newer);
  });

  test('is refused where the stage leaves the latest alone', async () => {
    const [older, newer] = [await make(full), await make(full)];
    const back = order(older, { kind: 'rollback', from: newer });
    expect(await way(false).act(back)).toMatchObject({
      kind: 'failed',
      evidence: expect.stringContaining('`latest: true`'),
    });
  });
});
