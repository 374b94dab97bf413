import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { readPullRequest } from '../../src/github/pull-request-shape.ts';
import { isFork } from '../../src/preview/pull-request.ts';
import { webhookExamples } from '../actions/webhook-examples.ts';

const whole = {
  number: 7,
  state: 'open',
  merged: false,
  draft: true,
  title: 'Add a cart',
  user: { login: 'octocat' },
  labels: [{ name: 'bug' }, { name: 'keep-preview' }],
  updated_at: '2026-11-20T08:00:00Z',
  head: { ref: 'fix', sha: 'a'.repeat(40), repo: { full_name: 'acme/shop' } },
  base: { ref: 'main', sha: '0'.repeat(40), repo: { full_name: 'acme/shop' } },
};

describe('a pull request of GitHub’s', () => {
  test('is read with all that decides', () => {
    expect(readPullRequest(whole, 'the test')).toEqual({
      number: 7,
      state: 'open',
      merged: false,
      draft: true,
      author: 'octocat',
      labels: ['bug', 'keep-preview'],
      title: 'Add a cart',
      updatedAt: Date.UTC(2026, 10, 20, 8),
      head: { branch: 'fix', sha: 'a'.repeat(40), repository: 'acme/shop' },
      base: { branch: 'main', sha: '0'.repeat(40) },
    });
  });

  const examples = webhookExamples().filter(({ payload }) => payload.pull_request !== undefined);

  test.each(examples.map(({ event, payload }, index) => ({ event, payload, index })))(
    'is read from example $index, $event $payload.action',
    ({ payload }) => {
      const raw = payload.pull_request as { number: number; head: { ref: string; sha: string } };
      const read = readPullRequest(raw, 'the example');
      expect(read.number).toBe(raw.number);
      expect(read.head).toMatchObject({ branch: raw.head.ref, sha: raw.head.sha });
      expect(Number.isNaN(read.updatedAt)).toBe(false);
    },
  );

  test('is of a fork when the fork was deleted', () => {
    const orphan = { ...whole, head: { ...whole.head, repo: null } };
    expect(isFork(readPullRequest(orphan, 'the test'), 'acme/shop')).toBe(true);
  });

  test('of a deleted account has the author that GitHub shows', () => {
    expect(readPullRequest({ ...whole, user: null }, 'the test').author).toBe('ghost');
  });

  test.each([
    [{ merged: undefined, merged_at: '2026-11-20T08:00:00Z' }, true],
    [{ merged: undefined, merged_at: null }, false],
    [{ merged: null, merged_at: null }, false],
    [{ merged: true, merged_at: null }, true],
  ])('in a list (%j) is merged: %s', (fields, merged) => {
    expect(readPullRequest({ ...whole, ...fields }, 'the test').merged).toBe(merged);
  });
});

describe('something else', () => {
  test.each<[what: string, raw: unknown, where: RegExp]>([
    ['nothing', undefined, /pull_request/],
    ['null', null, /pull_request/],
    ['a text', 'pull', /pull_request/],
    ['a list', [], /number/],
    ['an empty object', {}, /number/],
    ['a number as text', { ...whole, number: '7' }, /number/],
    ['number 0', { ...whole, number: 0 }, /number/],
    ['number 7.5', { ...whole, number: 7.5 }, /number/],
    ['an unknown state', { ...whole, state: 'OPEN' }, /state/],
    ['no head', { ...whole, head: undefined }, /head/],
    ['an empty branch', { ...whole, head: { ...whole.head, ref: '' } }, /head\.ref/],
    ['a short commit', { ...whole, head: { ...whole.head, sha: 'abc1234' } }, /head\.sha/],
    [
      'a commit with an option in it',
      { ...whole, head: { ...whole.head, sha: '--upload-pack=x' } },
      /head\.sha/,
    ],
    [
      'an upper-case commit',
      { ...whole, head: { ...whole.head, sha: 'A'.repeat(40) } },
      /head\.sha/,
    ],
    ['labels as texts', { ...whole, labels: ['bug'] }, /labels\.0/],
    ['an author as text', { ...whole, user: 'octocat' }, /user/],
  ])('(%s) is refused with the field at fault', (_, raw, where) => {
    const reading = () => readPullRequest(raw, 'the event’s pull_request');
    expect(reading).toThrow(UserError);
    expect(reading).toThrow(where);
    expect(reading).toThrow(/^the event’s pull_request: /);
  });

  test('is refused with all its faults at once', () => {
    expect.assertions(1);
    try {
      readPullRequest({ ...whole, number: 0, state: '', base: {} }, 'the event');
    } catch (cause) {
      expect((cause as UserError).problems.length).toBeGreaterThanOrEqual(4);
    }
  });
});
