import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../../src/lab/step/step.ts';
import { Dispatcher, type Trigger } from '../../../src/lab/story/dispatcher.ts';

const success: StepResult = {
  conclusion: 'success',
  exit: 0,
  outputs: { state: 'created' },
  env: {},
  state: {},
  path: [],
  summary: '# S',
  annotations: [],
  log: '',
  wallMs: 5,
};

const pull = (action: string, number: number): Trigger => ({
  event: 'pull_request',
  payload: { action, pull_request: { number } },
});

function dispatcher(run: (trigger: Trigger) => Promise<StepResult> = async () => success) {
  return new Dispatcher({ run, now: Date.now, changed: () => undefined });
}

describe('which events start a run', () => {
  test.each<[string, Trigger, boolean]>([
    ['a pull request that opens', pull('opened', 1), true],
    ['a push to it', pull('synchronize', 1), true],
    ['its end', pull('closed', 1), true],
    ['an assignment', pull('assigned', 1), false],
    ['a push to a branch', { event: 'push', payload: { ref: 'refs/heads/x' } }, false],
    ['the schedule', { event: 'schedule', payload: { schedule: '* * * * *' } }, true],
    [
      'a comment on a pull request',
      {
        event: 'issue_comment',
        payload: { action: 'created', issue: { number: 1, pull_request: {} } },
      },
      true,
    ],
    [
      'a comment on an issue',
      { event: 'issue_comment', payload: { action: 'created', issue: { number: 1 } } },
      false,
    ],
    [
      'an edited comment',
      {
        event: 'issue_comment',
        payload: { action: 'edited', issue: { number: 1, pull_request: {} } },
      },
      false,
    ],
  ])('%s', async (_, trigger, starts) => {
    const under = dispatcher();
    const run = await under.dispatch(trigger);
    expect(run !== undefined).toBe(starts);
    expect(under.runs()).toHaveLength(starts ? 1 : 0);
  });
});

test('runs of one pull request follow each other, those of two overlap', async () => {
  const order: string[] = [];
  const under = dispatcher(async ({ payload }) => {
    const { number } = payload.pull_request as { number: number };
    order.push(`start ${number}`);
    await pause(40);
    order.push(`end ${number}`);
    return success;
  });
  for (const trigger of [pull('opened', 1), pull('synchronize', 1), pull('opened', 2)])
    void under.dispatch(trigger);
  await under.idle();
  expect(order.filter((step) => step.endsWith('1'))).toEqual([
    'start 1',
    'end 1',
    'start 1',
    'end 1',
  ]);
  expect(order.indexOf('start 2')).toBeLessThan(order.indexOf('end 1'));
});

test('a lost event starts nothing, the next one does', async () => {
  const under = dispatcher();
  under.loseNext(({ payload }) => payload.action === 'closed');
  expect(under.dispatch(pull('closed', 1))).toBeUndefined();
  expect(await under.dispatch(pull('closed', 1))).toMatchObject({ conclusion: 'success' });
});

test('a runner that breaks is a failed run with the reason in its log, and the next run goes on', async () => {
  let calls = 0;
  const under = dispatcher(async () => {
    calls += 1;
    if (calls === 1) throw new Error('no disk');
    return success;
  });
  expect(await under.dispatch(pull('opened', 1))).toMatchObject({
    conclusion: 'failure',
    exit: 1,
    log: ['##[error]no disk'],
  });
  expect(await under.dispatch(pull('opened', 1))).toMatchObject({ conclusion: 'success' });
});

test('the end cancels what runs and waits for it', async () => {
  const ended: string[] = [];
  const under = new Dispatcher({
    now: Date.now,
    changed: () => undefined,
    run: async (_, { signal }) => {
      await new Promise((done) => signal.addEventListener('abort', done));
      ended.push('cancelled');
      return { ...success, conclusion: 'cancelled' };
    },
  });
  void under.dispatch(pull('opened', 1));
  void under.dispatch(pull('synchronize', 1));
  await pause(10);
  await under.close();
  expect(ended).toEqual(['cancelled']);
  expect(under.runs().map(({ conclusion }) => conclusion)).toEqual(['cancelled', 'failure']);
});

test('after the end no event starts a run', async () => {
  const under = dispatcher();
  await under.close();
  expect(under.dispatch(pull('opened', 1))).toBeUndefined();
});
