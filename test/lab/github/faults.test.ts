import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;
const comments = `${repo}/issues/1/comments`;

describe('faults, clock and log', () => {
  let lab: Lab;
  let verdict: 'kill-before' | 'kill-after' | undefined;
  const indexes: number[] = [];
  beforeAll(async () => {
    lab = await startLab({
      onRequest: ({ index }) => {
        indexes.push(index);
        return verdict;
      },
    });
    await openPull(lab, 'one');
  });
  beforeEach(() => lab.call('DELETE', '/_lab/faults'));
  afterAll(() => lab.close());

  const fault = (action: string, match: object, extra: object = {}) =>
    lab.call('POST', '/_lab/faults', { match, action, ...extra });
  const count = async () => (await lab.call('GET', comments)).body.length;
  const comment = () => lab.call('POST', comments, { body: 'x' });

  test('lose-answer has its effect and no answer, as often as asked', async () => {
    const before = await count();
    await fault('lose-answer', { method: 'POST', path: comments }, { times: 2 });
    await expect(comment()).rejects.toThrow('fetch failed');
    await expect(comment()).rejects.toThrow('fetch failed');
    expect((await comment()).status).toBe(201);
    expect(await count()).toBe(before + 3);
  });

  test('error-502 has no effect', async () => {
    const before = await count();
    await fault('error-502', { method: 'POST', path: '/comments' });
    expect((await comment()).status).toBe(502);
    expect(await count()).toBe(before);
  });

  test('secondary-limit and primary-limit say when to come back', async () => {
    await fault('secondary-limit', { path: comments }, { milliseconds: 2000 });
    const secondary = await comment();
    expect(secondary.status).toBe(403);
    expect(secondary.headers.get('retry-after')).toBe('2');
    expect(secondary.body.message).toContain('You have exceeded a secondary rate limit.');
    await fault('primary-limit', {});
    const primary = await comment();
    expect(primary.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(primary.body.message).toContain('API rate limit exceeded');
  });

  test('stale-read answers the version before, of a ref and of a list', async () => {
    const sha = lab.git('rev-parse', 'main');
    await lab.call('POST', `${repo}/git/refs`, { ref: 'refs/understudy/s', sha });
    await comment();
    const now = await count();
    await fault('stale-read', { path: `${repo}/git/ref/understudy/s` });
    expect((await lab.call('GET', `${repo}/git/ref/understudy/s`)).status).toBe(404);
    expect((await lab.call('GET', `${repo}/git/ref/understudy/s`)).status).toBe(200);
    await fault('stale-read', { path: '/repos/*/*/issues/**' });
    expect(await count()).toBe(now - 1);
    expect(await count()).toBe(now);
  });

  test('delay answers later', async () => {
    await fault('delay', { path: repo }, { milliseconds: 60 });
    const start = performance.now();
    expect((await lab.call('GET', repo)).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  test('an unknown fault is refused by name', async () => {
    const refused = await fault('explode', {});
    expect(refused.status).toBe(422);
    expect(refused.body.message).toContain('lose-answer');
  });

  test('the gate kills a request before or after its effect, and counts from 1', async () => {
    expect(indexes.slice(0, 3)).toEqual([1, 2, 3]);
    const before = await count();
    verdict = 'kill-before';
    await expect(comment()).rejects.toThrow('fetch failed');
    verdict = 'kill-after';
    await expect(comment()).rejects.toThrow('fetch failed');
    verdict = undefined;
    expect(await count()).toBe(before + 1);
  });

  test('the clock stands where it is put', async () => {
    await lab.call('POST', '/_lab/clock', { now: '2030-01-02T03:04:05Z' });
    expect((await comment()).body.created_at).toBe('2030-01-02T03:04:05Z');
    await lab.call('POST', '/_lab/clock', { now: null });
    expect((await comment()).body.created_at).not.toContain('2030');
    expect((await lab.call('POST', '/_lab/clock', { now: 'soon' })).status).toBe(422);
  });

  test('the log has API requests in order, git and the lab left out', async () => {
    await lab.call('DELETE', '/_lab/requests');
    await lab.call('GET', repo);
    await lab.call('GET', `${repo}/pulls?state=all`);
    await lab.call('GET', '/_lab/state');
    expect((await lab.call('GET', '/_lab/requests')).body).toEqual([
      { method: 'GET', path: repo, status: 200 },
      { method: 'GET', path: `${repo}/pulls?state=all`, status: 200 },
    ]);
  });

  test('a known ETag gets 304 and costs nothing', async () => {
    const first = await lab.call('GET', repo);
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    const used = Number(first.headers.get('x-ratelimit-used'));
    const again = await lab.call('GET', repo, undefined, { headers });
    expect(again.status).toBe(304);
    expect(again.body).toBe('');
    const limit = await lab.call('GET', '/rate_limit');
    expect(limit.body.rate.used).toBe(used);
    const next = await lab.call('GET', repo);
    expect(Number(next.headers.get('x-ratelimit-used'))).toBe(used + 1);
  });

  test('the path prefix of Enterprise Server is understood', async () => {
    const { status, headers } = await lab.call('GET', `/api/v3${comments}?per_page=1`);
    expect(status).toBe(200);
    expect(headers.get('link')).toContain(`/api/v3${comments}?per_page=1&page=2`);
  });
});
