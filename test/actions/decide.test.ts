import { describe, expect, test } from '@jest/globals';
import { decideByEvent } from '../../src/actions/understudy/decide.ts';
import { webhookExamples } from './webhook-examples.ts';

const deploying = [
  'opened',
  'synchronize',
  'reopened',
  'ready_for_review',
  'converted_to_draft',
  'labeled',
  'unlabeled',
  'edited',
];

function comment(body: string, overrides: Record<string, unknown> = {}) {
  return {
    action: 'created',
    issue: { number: 7, pull_request: { url: 'https://api.github.com/repos/acme/shop/pulls/7' } },
    comment: { id: 99, body, user: { login: 'octocat', type: 'User' } },
    ...overrides,
  };
}

describe('every payload that GitHub shows as an example', () => {
  const examples = webhookExamples();

  test('leads to a decision, and only those about pull requests to an act', () => {
    const kinds = new Map<string, Set<string>>();
    for (const { event, payload } of examples) {
      const { kind } = decideByEvent(event, payload);
      kinds.set(event, (kinds.get(event) ?? new Set()).add(kind));
    }
    const acting = [...kinds].filter(([, found]) => found.size > 1 || !found.has('none'));
    expect(Object.fromEntries(acting.map(([event, found]) => [event, [...found].sort()]))).toEqual({
      pull_request: ['deploy', 'none', 'teardown'],
      pull_request_review: ['deploy'],
      workflow_dispatch: ['sweep'],
      workflow_run: ['deploy'],
    });
  });

  test.each(examples.filter(({ event }) => event === 'pull_request'))(
    'of $event $payload.action is decided by its action',
    ({ payload }) => {
      const action = String(payload.action);
      const expected =
        action === 'closed' ? 'teardown' : deploying.includes(action) ? 'deploy' : 'none';
      expect(decideByEvent('pull_request', payload).kind).toBe(expected);
    },
  );
});

describe('an event', () => {
  test.each(deploying)('pull_request %s deploys', (action) => {
    expect(decideByEvent('pull_request', { action, pull_request: { number: 7 } })).toEqual({
      kind: 'deploy',
    });
  });

  test.each([true, false])('pull_request closed (merged: %s) tears down', (merged) => {
    const payload = { action: 'closed', pull_request: { number: 7, merged } };
    expect(decideByEvent('pull_request', payload)).toEqual({ kind: 'teardown', pullRequest: 7 });
  });

  test.each([
    'assigned',
    'locked',
    'milestoned',
    'review_requested',
    'auto_merge_enabled',
    'Opened',
    '',
  ])('pull_request %j changes nothing', (action) => {
    const decision = decideByEvent('pull_request', { action, pull_request: { number: 7 } });
    expect(decision).toMatchObject({ kind: 'none', reason: expect.stringMatching(/^event: /) });
  });

  test.each(['schedule', 'workflow_dispatch'])('%s sweeps', (event) => {
    expect(decideByEvent(event, {})).toEqual({ kind: 'sweep' });
  });

  test.each(['push', 'release', 'issues', 'repository_dispatch', '', 'constructor', '__proto__'])(
    '%j starts nothing and says which events do',
    (event) => {
      const decision = decideByEvent(event, {});
      expect(decision.kind).toBe('none');
      expect(decision.kind === 'none' && decision.reason).toContain('use pull_request');
    },
  );
});

describe('a comment', () => {
  test('on a pull request is a command, with who said it', () => {
    expect(decideByEvent('issue_comment', comment('/preview down'))).toEqual({
      kind: 'command',
      command: { kind: 'down' },
      pullRequest: 7,
      comment: 99,
      author: 'octocat',
    });
  });

  test('that is not understood is a command still, so that it is answered', () => {
    expect(decideByEvent('issue_comment', comment('/preview up'))).toMatchObject({
      kind: 'command',
      command: { kind: 'invalid' },
    });
  });

  test.each<[why: string, payload: Record<string, unknown>, reason: RegExp]>([
    ['on an issue', comment('/preview', { issue: { number: 7 } }), /not on a pull request/],
    [
      'on an issue (null)',
      comment('/preview', { issue: { number: 7, pull_request: null } }),
      /not on a pull request/,
    ],
    ['that was edited', comment('/preview', { action: 'edited' }), /only new comments/],
    ['that was deleted', comment('/preview', { action: 'deleted' }), /only new comments/],
    [
      'of a bot',
      comment('', { comment: { id: 1, body: '/preview', user: { login: 'x[bot]', type: 'Bot' } } }),
      /^author: bots/,
    ],
    ['without a command', comment('Looks good'), /holds no \/preview/],
    [
      'without a body',
      comment('', { comment: { id: 1, user: { login: 'x', type: 'User' } } }),
      /holds no \/preview/,
    ],
    [
      'of a deleted account',
      comment('', { comment: { id: 1, body: '/preview', user: null } }),
      /holds no \/preview/,
    ],
    ['in another shape', { action: 'created', issue: [], comment: 7 }, /not on a pull request/],
    ['in no shape', {}, /not on a pull request/],
  ])('%s is none', (_, payload, reason) => {
    expect(decideByEvent('issue_comment', payload)).toEqual({
      kind: 'none',
      reason: expect.stringMatching(reason),
    });
  });
});
