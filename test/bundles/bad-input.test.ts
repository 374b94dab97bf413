import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { badCases, pullRequestEvent } from './bad-input-cases.ts';
import { type Ended, fourAtATime, type Step, spawnAction } from './spawn-action.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const comment = {
  action: 'created',
  issue: { number: 7, pull_request: {} },
  comment: { id: 1, body: 'Looks good', user: { login: 'octocat', type: 'User' } },
};

/** What is no fault: each says why it does nothing. */
const idle: readonly (readonly [name: string, step: Step, reason: RegExp])[] = [
  ['an event that starts nothing', { action: 'understudy', event: 'push' }, /^event: "push"/],
  [
    'an activity that changes no preview',
    { action: 'understudy', payload: pullRequestEvent({}, 'assigned') },
    /^event: pull_request "assigned"/,
  ],
  [
    'a comment without a command',
    { action: 'understudy', event: 'issue_comment', payload: comment },
    /^command: /,
  ],
  [
    'a comment on an issue',
    { action: 'understudy', event: 'issue_comment', payload: { ...comment, issue: { number: 7 } } },
    /^event: the comment is on an issue/,
  ],
  [
    'a comment that was edited',
    { action: 'understudy', event: 'issue_comment', payload: { ...comment, action: 'edited' } },
    /^event: only new comments/,
  ],
  [
    'a pull request that gets no preview',
    {
      action: 'compute-preview-id',
      payload: pullRequestEvent({ labels: [{ name: 'no-preview' }] }),
    },
    /^label: /,
  ],
  [
    'a closed pull request',
    { action: 'compute-preview-id', payload: pullRequestEvent({ state: 'closed' }) },
    /^closed: /,
  ],
];

const slips: readonly (readonly [input: string, meant: string, Step['action']])[] = [
  ['brnch', 'branch', 'compute-preview-id'],
  ['pull_request', 'pull-request', 'compute-preview-id'],
  ['lenght', 'length', 'compute-preview-id'],
  ['githubtoken', 'github-token', 'compute-preview-id'],
];

let ended: readonly Ended[] = [];
let idled: readonly Ended[] = [];
let slipped: readonly Ended[] = [];

beforeAll(async () => {
  const spawn = (step: Step) => () => spawnAction(step, folder);
  const inputs = (name: string) => ({ [name]: '8', branch: 'main' });
  ended = await fourAtATime(badCases.map(({ step }) => spawn(step)));
  idled = await fourAtATime(idle.map(([, step]) => spawn(step)));
  slipped = await fourAtATime(
    slips.map(([name, , action]) => spawn({ action, event: 'push', inputs: inputs(name) })),
  );
}, 120_000);

test('the corpus holds at least 150 cases, no two alike', () => {
  expect(badCases.length).toBeGreaterThanOrEqual(150);
  expect(new Set(badCases.map(({ name }) => name)).size).toBe(badCases.length);
});

describe('the bundle ends with one clear error for each fault', () => {
  test.each(badCases.map(({ name, errors }, index) => ({ name, errors, index })))(
    '$name',
    ({ errors, index }) => {
      const { exit, stdout, stderr, summary, outputs, ...told } = ended[index] as Ended;
      expect({ exit, stderr, errors: told.errors }).toEqual({
        exit: 1,
        stderr: '',
        errors: errors.map((pattern) => expect.stringMatching(pattern)),
      });
      const everything = [stdout, summary, outputs].join('\n');
      expect(everything).not.toMatch(
        /(?:\n|%0A) {4}at |undefined|\[object Object\]|NaN|fault of Understudy/,
      );
      expect(stdout).not.toMatch(/ECONNREFUSED|GitHub request/);
      expect(stdout).not.toMatch(/^::set-output/m);
      // What is wrong, and on a line of its own what to do about it.
      for (const error of told.errors) expect(error).toMatch(/.\n.*[A-Z`.]/);
      expect(outputs).toMatch(/^reason<<ghadelimiter\n.+/);
      expect(summary.match(/\[!CAUTION\]/g)).toHaveLength(errors.length);
    },
  );
});

describe('the bundle succeeds and says why it does nothing', () => {
  test.each(idle.map(([name, , reason], index) => ({ name, reason, index })))(
    'about $name',
    ({ reason, index }) => {
      const { exit, errors, outputs } = idled[index] as Ended;
      expect({ exit, errors }).toEqual({ exit: 0, errors: [] });
      expect(/reason<<ghadelimiter\n(.*)/.exec(outputs)?.[1]).toMatch(reason);
    },
  );
});

describe('the bundle warns about a slip and goes on', () => {
  test.each(slips.map(([name, meant], index) => ({ name, meant, index })))(
    '$name for $meant',
    ({ name, meant, index }) => {
      const { exit, warnings, outputs } = slipped[index] as Ended;
      expect({ exit, warnings }).toEqual({
        exit: 0,
        warnings: [`::warning::input "${name}" does not exist; did you mean "${meant}"?`],
      });
      expect(outputs).toContain('0d6e4079');
    },
  );
});
