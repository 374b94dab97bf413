import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ActOrder } from '../../../../src/promotion/ports.ts';
import { requestsOf } from '../../../github/connected.ts';
import { collaborator, endFaults, fault } from '../../../lab/github/controls.ts';
import { gitIn, type Lab, repository } from '../../../lab/github/lab.ts';
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
  await collaborator(lab, 'ada', 'write');
});
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

const change = { labels: ['promotion'], reviewers: ['ada'] };

/** Runs as often as it takes, each as one that knows nothing of those before. */
async function runUntilThere(order: ActOrder) {
  for (let run = 1; run <= 3; run += 1) {
    const { way } = open(lab, change, token);
    const found = await way.find(order).catch(() => undefined);
    if (found) return found;
    const act = await way.act(order).catch(() => undefined);
    if (act?.kind === 'acted') return act.effect;
  }
  throw new Error('it never came about');
}

describe('what a run that died left behind', () => {
  const writes = [
    `${repo}/git/trees`,
    `${repo}/git/commits`,
    `${repo}/git/refs`,
    `${repo}/pulls`,
    `${repo}/issues/{number}/labels`,
    `${repo}/pulls/{number}/requested_reviewers`,
  ];
  const faults = ['lose-answer', 'applied-502', 'error-502'];

  test.each(writes.flatMap((path) => faults.map((action) => [action, path] as const)))(
    'is taken up after %s at POST %s: one pull request, with all that it should have',
    async (action, path) => {
      const order = nextOrder();
      await fault(lab, action, { method: 'POST', path });
      const effect = await runUntilThere(order);
      const all = await pullsOf(lab, order);
      expect(all).toHaveLength(1);
      expect(effect).toMatchObject({ kind: 'pull-request', reference: String(all[0]?.number) });
      expect(all[0]?.labels.map(({ name }) => name)).toEqual(['promotion']);
      expect(all[0]?.requested_reviewers.map(({ login }) => login)).toEqual(['ada']);
    },
  );

  test('gets its labels by adoption when the run died before them', async () => {
    const order = nextOrder();
    await acted(open(lab), order);
    await open(lab, change, token).way.find(order);
    const [pull] = await pullsOf(lab, order);
    expect(pull?.labels.map(({ name }) => name)).toEqual(['promotion']);
  });

  test('is found among more than a hundred, on the last page', async () => {
    const order = nextOrder();
    const effect = await acted(open(lab), order);
    const closed = { branch: branchOf(order), state: 'closed' } as const;
    lab.github.seedPullRequests(
      repository,
      Array.from({ length: 150 }, () => closed),
    );
    await requestsOf(lab);
    expect(await open(lab).way.find(order)).toEqual(effect);
    expect(await requestsOf(lab)).toHaveLength(2);
  });

  test('is not believed to be absent when a page fails', async () => {
    const order = nextOrder();
    await acted(open(lab), order);
    const listing = { method: 'GET', path: `${repo}/pulls` };
    await fault(lab, 'secondary-limit', listing, { milliseconds: 120_000 });
    await expect(open(lab).way.find(order)).rejects.toThrow('rate limit');
  });

  test('is not what a fork calls by the same name', async () => {
    const order = nextOrder();
    const rights = { administration: 'write', contents: 'write', pull_requests: 'write' } as const;
    const mona = lab.github.createToken(rights, undefined, 'mona');
    await lab.call('POST', `${repo}/forks`, {}, { token: mona });
    const fork = join(lab.state, 'fork');
    gitIn(lab.state, 'clone', '--quiet', lab.github.repositories['mona/app'] ?? '', fork);
    gitIn(fork, 'checkout', '--quiet', '-b', branchOf(order));
    gitIn(fork, 'commit', '--quiet', '--allow-empty', '-m', 'Mine');
    gitIn(fork, 'push', '--quiet', 'origin', branchOf(order));
    const head = `mona:${branchOf(order)}`;
    const text = { title: 'Mine', body: `<!-- understudy:promotion:${order.promotion.id} -->` };
    const body = { ...text, head, base: 'main' };
    const theirs = await lab.call('POST', `${repo}/pulls`, body, { token: mona });
    expect(theirs.status).toBe(201);
    expect(await open(lab).way.find(order)).toBeUndefined();
    await acted(open(lab), order);
    expect(await pullsOf(lab, order)).toHaveLength(1);
  });

  test('is one that people closed, and which is not opened again', async () => {
    const order = nextOrder();
    const effect = await acted(open(lab), order);
    await lab.call('PATCH', `${repo}/pulls/${effect.reference}`, { state: 'closed' });
    const { way } = open(lab);
    expect(await way.find(order)).toEqual(effect);
    expect(await way.look(order, effect)).toMatchObject({
      state: 'closed',
      evidence: `pull request #${effect.reference} was closed by octocat`,
    });
  });

  test('is a branch of ours that fell behind: it is made anew before its pull request is opened', async () => {
    const order = nextOrder();
    await fault(lab, 'error-502', { method: 'POST', path: `${repo}/pulls` });
    await expect(open(lab).way.act(order)).rejects.toThrow('it is not known whether');
    push(lab, { [productionFile]: production.replace('Production', 'Live') });
    await acted(open(lab), order);
    expect(fileOn(lab, branchOf(order), productionFile)).toContain('Live');
    expect(lab.git('rev-parse', `origin/${branchOf(order)}^`)).toBe(lab.git('rev-parse', 'main'));
  });

  test('is a branch with a person’s commit: that stays, and its pull request is opened', async () => {
    const order = nextOrder();
    await fault(lab, 'error-502', { method: 'POST', path: `${repo}/pulls` });
    await expect(open(lab).way.act(order)).rejects.toThrow('it is not known whether');
    const mine = pushTo(lab, order, { 'notes.txt': 'mine\n' });
    push(lab, { 'other.txt': 'x\n' });
    await acted(open(lab), order);
    const [pull] = await pullsOf(lab, order);
    expect(pull?.head.sha).toBe(mine);
  });
});
