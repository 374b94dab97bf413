import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ActOrder } from '../../../../src/promotion/ports.ts';
import type { Effect } from '../../../../src/promotion/records/record.ts';
import { requestsOf, tokenWith } from '../../../github/connected.ts';
import { control, endFaults, fault } from '../../../lab/github/controls.ts';
import { type Lab, repository } from '../../../lab/github/lab.ts';
import {
  acted,
  branchOf,
  fileOn,
  open,
  production,
  productionFile,
  pullsOf,
  push,
  pushTo,
  type Repository,
  repo,
  startRepository,
} from './site.ts';

let lab: Lab;
let token: string;
let nextOrder: Repository['nextOrder'];
beforeAll(async () => {
  ({ lab, token, nextOrder } = await startRepository());
});
beforeEach(() => {
  push(lab, { [productionFile]: production });
});
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

const merging = { merge: 'squash' } as const;

/** An open pull request of ours. */
async function opened(): Promise<{ order: ActOrder; effect: Effect; tip(): string }> {
  const order = nextOrder();
  const effect = await acted(open(lab, {}, token), order);
  const tip = () => lab.git('ls-remote', 'origin', `refs/heads/${branchOf(order)}`).slice(0, 40);
  return { order, effect, tip };
}

/** Waits until such a request was answered, so that the next one is under way. */
async function untilSent(method: string, end: string): Promise<void> {
  for (;;) {
    const lines: { method: string; path: string }[] = await control(lab, 'GET', 'requests');
    if (lines.some((line) => line.method === method && line.path.endsWith(end))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('merging by a run', () => {
  test('merges what is exactly ours, and the state says as what', async () => {
    const { order, effect } = await opened();
    const { way } = open(lab, merging, token);
    expect(await way.proceed?.(order, effect)).toMatch(/^it was merged as [0-9a-f]{7}$/);
    const version = order.promotion.version;
    expect(fileOn(lab, 'main', productionFile)).toContain(`"${version}"`);
    const state = await way.look(order, effect);
    expect(state.state).toBe('done');
    expect(state.evidence).toMatch(/^pull request #\d+ was merged by .+ as [0-9a-f]{7}$/);
    expect(await way.find(order)).toMatchObject({ doneAt: state.at });
    expect(await way.proceed?.(order, effect)).toBeUndefined();
  });

  test('is people’s where it is not asked for', async () => {
    const { order, effect } = await opened();
    expect(await open(lab).way.proceed?.(order, effect)).toBeUndefined();
    expect((await pullsOf(lab, order))[0]?.state).toBe('open');
  });

  test('leaves it open when no answer comes, after eight requests with one file', async () => {
    const { order, effect } = await opened();
    const { way } = open(lab, merging, token);
    await requestsOf(lab);
    const path = `${repo}/pulls/${effect.reference}/merge`;
    await fault(lab, 'error-502', { method: 'PUT', path });
    expect(await way.proceed?.(order, effect)).toContain('not known whether it was merged');
    const sent = await requestsOf(lab);
    expect(sent.filter((line) => line.startsWith('PUT'))).toHaveLength(1);
    expect(sent).toHaveLength(8);
    expect((await pullsOf(lab, order))[0]?.state).toBe('open');
  });

  test('merges no other head than the one that it looked at', async () => {
    const { order, effect } = await opened();
    const match = { method: 'PUT', path: `${repo}/pulls/${effect.reference}/merge` };
    await fault(lab, 'delay', match, { milliseconds: 1_500 });
    await requestsOf(lab);
    const merged = open(lab, merging, token).way.proceed?.(order, effect);
    await untilSent('POST', '/git/trees');
    const mine = pushTo(lab, order, { 'notes.txt': 'mine\n' });
    expect(await merged).toContain('it was not merged: Head branch was modified');
    expect((await pullsOf(lab, order))[0]).toMatchObject({ state: 'open', head: { sha: mine } });
  });

  test('never takes what a person pushed on top, and says so', async () => {
    const { order, effect } = await opened();
    const mine = pushTo(lab, order, { 'notes.txt': 'mine\n' });
    const { way } = open(lab, merging, token);
    const state = await way.look(order, effect);
    expect(state.evidence).toContain('has commits of others, so that a person merges it');
    expect(await way.proceed?.(order, effect)).toContain('a person merges it');
    const [pull] = await pullsOf(lab, order);
    expect(pull).toMatchObject({ state: 'open', head: { sha: mine } });
  });

  test('never takes a commit that only looks like ours', async () => {
    const { order, effect } = await opened();
    lab.git('fetch', '--quiet', 'origin');
    lab.git('checkout', '--quiet', '-B', 'forged', 'origin/main');
    lab.commit({ 'evil.txt': 'evil\n' });
    const tree = lab.git('rev-parse', 'HEAD^{tree}');
    const trailers = `Understudy-Promotion: ${order.promotion.id}\nUnderstudy-Tree: ${tree}`;
    const forged = lab.git(
      'commit-tree',
      tree,
      '-p',
      'origin/main',
      '-m',
      `Promote\n\n${trailers}`,
    );
    lab.git('push', '--quiet', '--force', 'origin', `${forged}:refs/heads/${branchOf(order)}`);
    const { way } = open(lab, merging, token);
    expect(await way.proceed?.(order, effect)).toContain('a person merges it');
    expect((await pullsOf(lab, order))[0]?.state).toBe('open');
  });

  test('waits for checks that have failed or still run', async () => {
    const { order, effect, tip } = await opened();
    const status = { state: 'failure', context: 'ci' };
    await lab.call('POST', `${repo}/statuses/${tip()}`, status);
    const { way } = open(lab, merging, token);
    expect((await way.look(order, effect)).evidence).toContain('checks have failed or still run');
    expect(await way.proceed?.(order, effect)).toContain('unstable');
    await lab.call('POST', `${repo}/statuses/${tip()}`, { ...status, state: 'success' });
    expect(await way.proceed?.(order, effect)).toMatch(/^it was merged/);
  });

  test('leaves one alone that people have aimed elsewhere', async () => {
    const { order, effect } = await opened();
    lab.git('push', '--quiet', 'origin', 'main:refs/heads/elsewhere');
    await lab.call('PATCH', `${repo}/pulls/${effect.reference}`, { base: 'elsewhere' });
    const { way } = open(lab, merging, token);
    expect(await way.proceed?.(order, effect)).toContain('no longer one from');
  });
});

describe('a conflict with the base', () => {
  const conflicting = () =>
    push(lab, { [productionFile]: production.replace('"v1"   # the', '"v1.5" # a new') });

  test('makes ours anew upon the tip of the base', async () => {
    const { order, effect, tip } = await opened();
    conflicting();
    const { way } = open(lab, merging, token);
    expect((await way.look(order, effect)).evidence).toContain('conflicts with its base');
    expect(await way.proceed?.(order, effect)).toContain('it was made anew');
    fileOn(lab, branchOf(order), productionFile);
    expect(lab.git('rev-parse', `${tip()}^`)).toBe(lab.git('rev-parse', 'main'));
    const text = fileOn(lab, branchOf(order), productionFile);
    expect(text).toContain(`"${order.promotion.version}" # a new version`);
    expect(await way.proceed?.(order, effect)).toMatch(/^it was merged/);
    expect(await pullsOf(lab, order)).toHaveLength(1);
  });

  test('is a person’s to solve once a person has pushed', async () => {
    const { order, effect, tip } = await opened();
    const mine = pushTo(lab, order, { 'notes.txt': 'mine\n' });
    conflicting();
    const { way } = open(lab, {}, token);
    expect(await way.proceed?.(order, effect)).toContain('has commits of others');
    expect(tip()).toBe(mine);
  });

  test('keeps what a person pushes in the very moment', async () => {
    const { order, effect, tip } = await opened();
    conflicting();
    const branches = open(lab, {}, token);
    const match = { method: 'POST', path: '/graphql' };
    await fault(lab, 'delay', match, { milliseconds: 1_500 });
    await requestsOf(lab);
    const moved = branches.way.proceed?.(order, effect);
    await untilSent('POST', '/git/commits');
    const mine = pushTo(lab, order, { 'notes.txt': 'mine\n' });
    expect(await moved).toContain('was not made anew');
    expect(tip()).toBe(mine);
  });

  test('tells what keeps it from being made anew', async () => {
    const { order, effect } = await opened();
    push(lab, { [productionFile]: 'image: none\n' });
    const { way } = open(lab, {}, token);
    expect(await way.proceed?.(order, effect)).toContain('cannot be made anew');
  });
});

describe('what is left of a promotion that has ended', () => {
  const commentsOn = async (number: string) => {
    const { body } = await lab.call('GET', `${repo}/issues/${number}/comments`);
    return (body as { body: string }[]).map((comment) => comment.body);
  };

  test('is closed with a link to the newer one, and its branch is deleted; twice is once', async () => {
    const { order, effect, tip } = await opened();
    const newer = `${lab.github.url}/${repository}/pull/999`;
    const why = `superseded: by v9 of <b>@ada</b>, ${newer}`;
    for (const _time of [1, 2]) await open(lab, {}, token).way.tidy?.(order, effect, why);
    expect((await pullsOf(lab, order))[0]?.state).toBe('closed');
    expect(tip()).toBe('');
    const comments = await commentsOn(effect.reference);
    expect(comments).toHaveLength(1);
    expect(comments[0]).toContain(`\\<b\\>@\u200bada\\</b\\>, ${newer}`);
  });

  test.each(['comments', 'pulls', '/graphql'])(
    'is cleared away by the next run when an answer is lost at %s',
    async (part) => {
      const { order, effect, tip } = await opened();
      const path =
        {
          comments: `${repo}/issues/${effect.reference}/comments`,
          pulls: `${repo}/pulls/${effect.reference}`,
        }[part] ?? part;
      const method = part === 'pulls' ? 'PATCH' : 'POST';
      await fault(lab, 'lose-answer', { method, path });
      await open(lab, {}, token)
        .way.tidy?.(order, effect, 'aborted')
        .catch(() => undefined);
      await open(lab, {}, token).way.tidy?.(order, effect, 'aborted');
      expect((await pullsOf(lab, order))[0]?.state).toBe('closed');
      expect(await commentsOn(effect.reference)).toHaveLength(1);
      expect(tip()).toBe('');
    },
  );

  test('keeps the branch with a person’s commit', async () => {
    const { order, effect, tip } = await opened();
    const mine = pushTo(lab, order, { 'notes.txt': 'mine\n' });
    await open(lab, {}, token).way.tidy?.(order, effect, 'aborted');
    expect((await pullsOf(lab, order))[0]?.state).toBe('closed');
    expect(tip()).toBe(mine);
  });

  test('is the branch alone after a merge', async () => {
    const { order, effect, tip } = await opened();
    await lab.call('PUT', `${repo}/pulls/${effect.reference}/merge`, { merge_method: 'merge' });
    await open(lab, {}, token).way.tidy?.(order, effect, 'arrived');
    expect(await commentsOn(effect.reference)).toEqual([]);
    expect(tip()).toBe('');
  });
});

describe('what cannot be seen', () => {
  test('is unknown, never gone', async () => {
    const { order, effect } = await opened();
    const blind = await tokenWith(lab, { contents: 'write' });
    expect(await open(lab, {}, blind).way.look(order, effect)).toMatchObject({ state: 'unknown' });
    const other = { ...effect, reference: '99999' };
    expect(await open(lab).way.look(order, other)).toMatchObject({
      state: 'unknown',
      evidence: 'there is no pull request #99999',
    });
  });
});
