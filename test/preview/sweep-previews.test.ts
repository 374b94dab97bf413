import { describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../src/core/time.ts';
import type { PullRequest } from '../../src/preview/pull-request.ts';
import { type SweepRequest, sweepPreviews } from '../../src/preview/sweep-previews.ts';
import type { ObservedPreview } from '../../src/targets/target.ts';
import { rules } from '../builders/configuration.ts';
import { observedPreview } from '../builders/preview.ts';
import { pullRequest } from '../builders/pull-request.ts';
import { sweepRequest } from '../builders/requests.ts';
import { inMemoryComments } from '../fakes/in-memory-comments.ts';
import { inMemoryPullRequests } from '../fakes/in-memory-pull-requests.ts';
import { inMemoryTarget } from '../fakes/in-memory-target.ts';
import { killer } from '../fakes/killer.ts';
import { noon, portsOf, type World, world } from '../fakes/world.ts';

const past = instant(noon - 1);

function one(asked: Partial<PullRequest> | undefined, there: Partial<ObservedPreview> = {}): World {
  return world({
    pullRequests: asked ? inMemoryPullRequests(pullRequest(asked)) : inMemoryPullRequests(),
    target: inMemoryTarget([observedPreview(there)]),
  });
}

function sweep(made: World, request: Partial<SweepRequest> = {}) {
  return sweepPreviews(sweepRequest(request), portsOf(made));
}

const fork = { head: { ...pullRequest().head, repository: 'mallory/shop' } };

describe('a sweep removes a preview', () => {
  test.each<
    [rule: string, why: string, Partial<PullRequest> | undefined, Partial<ObservedPreview>, object]
  >([
    ['closed', 'its pull request is closed', { state: 'closed' }, {}, {}],
    ['closed', 'there is no such pull request', undefined, {}, {}],
    ['closed', 'it was asked for, and is closed', { state: 'closed' }, { requested: true }, {}],
    [
      'closed',
      'it does not expire, and is closed',
      { state: 'closed' },
      { expiresAt: undefined as never },
      {},
    ],
    [
      'closed',
      'a label keeps it, and is closed',
      { state: 'closed', labels: ['keep-preview'] },
      {},
      {},
    ],
    ['expired', 'it expired', {}, { expiresAt: past }, {}],
    ['expired', 'it expired though it was asked for', {}, { expiresAt: past, requested: true }, {}],
    ['expired', 'the input makes it expire earlier', {}, {}, { expireAfter: duration(60_000) }],
    ['label', 'a label refuses it', { labels: ['no-preview'] }, {}, {}],
    ['draft', 'it became a draft', { draft: true }, {}, { rules: rules({ drafts: false }) }],
    ['fork', 'forks are not allowed any more', fork, {}, { rules: rules({ forks: 'never' }) }],
  ])('by the rule %s: %s', async (rule, ...given) => {
    const [, asked, there, request] = given;
    const made = one(asked, there);
    const outcome = await sweep(made, request);
    expect(outcome.removed).toMatchObject([{ previewId: '1d0fd508', pullRequest: 7 }]);
    expect(outcome.removed[0]?.reason).toMatch(new RegExp(`^${rule}: `));
    expect(outcome).toMatchObject({ kept: [], leftovers: [], refused: false });
    expect(outcome.reason).toBe('sweep: 1 removed, 0 kept');
    expect(made.target.previews.size).toBe(0);
  });
});

test('a sweep that need not wait counts what is still being removed apart', async () => {
  const made = one(undefined);
  made.target.behaviour.slow = true;
  const outcome = await sweep(made, { wait: false });
  expect(outcome.reason).toBe('sweep: 0 removed, 0 kept, 1 still being removed');
  expect(outcome.leftovers).toMatchObject([{ id: '1d0fd508', removing: true }]);
  expect(made.target.previews.size).toBe(1);
});

describe('a sweep keeps a preview', () => {
  test.each<[why: string, Partial<PullRequest>, Partial<ObservedPreview>, object]>([
    ['its pull request is open', {}, {}, {}],
    ['it never expires', {}, { expiresAt: undefined as never }, {}],
    ['a label keeps it beyond its expiry', { labels: ['Keep-Preview'] }, { expiresAt: past }, {}],
    [
      'the input counts from the last push, not from when it was made',
      {},
      { createdAt: instant(noon - 10 * 3_600_000), expiresAt: instant(noon + 3_600_000) },
      { expireAfter: duration(2 * 3_600_000), configuredExpiry: duration(2 * 3_600_000) },
    ],
    ['it was asked for against a label', { labels: ['no-preview'] }, { requested: true }, {}],
    ['it is a fork’s whose commit was approved', fork, {}, {}],
    [
      'which paths are touched was asked at the deploy',
      {},
      {},
      { rules: rules({ paths: ['x/**'] }) },
    ],
  ])('when %s', async (...given) => {
    const [, asked, there, request] = given;
    const made = one(asked, there);
    const outcome = await sweep(made, request);
    expect(outcome.removed).toEqual([]);
    expect(outcome.kept).toHaveLength(1);
    expect(made.target.previews.size).toBe(1);
  });

  test('when the list lags behind and the pull request is open when asked by its number', async () => {
    const made = one({});
    made.pullRequests.unlisted.add(7);
    const outcome = await sweep(made);
    expect(outcome.removed).toEqual([]);
    expect(outcome.kept[0]?.reason).toMatch(/^open: .* by its number/);
    expect(made.target.previews.size).toBe(1);
  });

  test('of another repository, whatever that one’s pull requests are', async () => {
    const foreign = observedPreview({ repository: 'acme/other', pullRequest: 1 });
    const made = world({ target: inMemoryTarget([foreign]) });
    const outcome = await sweep(made);
    expect(outcome).toMatchObject({ removed: [], kept: [] });
    expect([...made.target.previews.values()]).toEqual([foreign]);
  });
});

describe('a sweep', () => {
  const many = (count: number) => {
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    const previews = ids.map((number) =>
      observedPreview({ previewId: String(number).padStart(8, '0'), pullRequest: number }),
    );
    return world({ pullRequests: inMemoryPullRequests(), target: inMemoryTarget(previews) });
  };

  test('removes as many as allowed', async () => {
    const made = many(20);
    expect((await sweep(made)).removed).toHaveLength(20);
    expect(made.target.previews.size).toBe(0);
  });

  test.each([
    [21, 20],
    [1, 0],
  ])(
    'of %d removals stops before the first when %d are allowed, and says so',
    async (count, maxRemovals) => {
      const made = many(count);
      const outcome = await sweep(made, { maxRemovals });
      expect(outcome.refused).toBe(true);
      expect(outcome.reason).toContain(`max-removals: ${count} previews would be removed`);
      expect(outcome.removed).toEqual([]);
      expect(outcome.kept).toHaveLength(count);
      expect(made.target.previews.size).toBe(count);
    },
  );

  test.each(['open', 'get', 'observe'])(
    'that reads in part (%s fails) touches nothing',
    async (method) => {
      const made = many(3);
      const ports = portsOf(made);
      const broken = async () => {
        throw new Error('page 2 of 3: 502');
      };
      const half = {
        ...ports,
        pullRequests: { ...ports.pullRequests },
        target: { ...ports.target },
      };
      Object.assign(method === 'observe' ? half.target : half.pullRequests, { [method]: broken });
      await expect(sweepPreviews(sweepRequest(), half)).rejects.toThrow('502');
      expect(made.target.previews.size).toBe(3);
    },
  );

  test('lists the previews before the pull requests: one made in between is no orphan', async () => {
    const made = many(1);
    const watcher = killer();
    await sweepPreviews(sweepRequest(), portsOf(made, {}, watcher));
    expect(watcher.calls.slice(0, 2)).toEqual(['target.observe', 'pullRequests.open']);
  });

  test('asks GitHub nothing where there is no preview', async () => {
    const watcher = killer();
    await sweepPreviews(sweepRequest(), portsOf(world(), {}, watcher));
    expect(watcher.calls).toEqual(['target.observe']);
  });

  test('goes on past a preview that cannot be removed, and says which', async () => {
    const made = many(3);
    made.target.behaviour.stuck = new Set(['00000001']);
    const outcome = await sweep(made);
    expect(outcome.removed.map(({ previewId }) => previewId)).toEqual(['00000002', '00000003']);
    expect(outcome.leftovers).toMatchObject([{ id: '00000001' }]);
    expect(outcome.reason).toBe('sweep: 2 removed, 0 kept, 1 left over');
  });

  test('stops between two removals when it is cancelled', async () => {
    const made = many(3);
    const abort = new AbortController();
    const ports = portsOf(made, { signal: abort.signal });
    const destroy: typeof ports.target.destroy = async (key, watch) => {
      abort.abort(new Error('cancelled'));
      return made.target.port.destroy(key, watch);
    };
    const stopping = { ...ports, target: { ...ports.target, destroy } };
    await expect(sweepPreviews(sweepRequest(), stopping)).rejects.toThrow('cancelled');
    expect(made.target.previews.size).toBe(2);
  });

  test('of a dry run says what would go and changes nothing', async () => {
    const made = many(2);
    const outcome = await sweep(made, { dryRun: true });
    expect(outcome.removed).toHaveLength(2);
    expect(outcome.reason).toBe('dry-run: 2 previews would be removed, 0 kept');
    expect(made.target.previews.size).toBe(2);
  });

  test('tells people where something was said before, and nobody else', async () => {
    const body = '<!-- understudy:preview:1 -->\n### 🟢 Preview is ready';
    const made = { ...many(2), comments: inMemoryComments({ pullRequest: 1, body }) };
    await sweep(made);
    expect(made.comments.kept).toHaveLength(1);
    expect(made.comments.bodyOf(1)).toContain('Preview is removed');
  });

  test('removes both previews of a pull request that has two', async () => {
    const two = [observedPreview(), observedPreview({ previewId: 'pr-7' })];
    const made = world({ pullRequests: inMemoryPullRequests(), target: inMemoryTarget(two) });
    expect((await sweep(made)).removed).toHaveLength(2);
    expect(made.target.previews.size).toBe(0);
  });
});
