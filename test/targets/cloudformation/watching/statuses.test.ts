import { StackStatus } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from '@jest/globals';
import {
  answerFor,
  isRunning,
  statusAnswers,
} from '../../../../src/targets/cloudformation/watching/statuses.ts';

const all = Object.values(StackStatus);

describe('the answer for a status', () => {
  test('every status of the SDK has one, and no other', () => {
    expect(Object.keys(statusAnswers).sort()).toEqual([...all].sort());
  });

  test.each(all.filter(isRunning))('%s runs: a deploy waits, and says for what', (status) => {
    expect(answerFor(status)).toMatchObject({ deploy: 'wait', running: expect.any(String) });
  });

  test.each(all.filter((status) => !isRunning(status)))('%s rests: nothing waits', (status) => {
    const { deploy, destroy, running } = answerFor(status);
    expect([deploy, destroy]).not.toContain('wait');
    expect(running).toBeUndefined();
  });

  test('a creation may be cut short by its deletion, an update may not', () => {
    expect(answerFor('CREATE_IN_PROGRESS').destroy).toBe('delete');
    expect(answerFor('UPDATE_IN_PROGRESS').destroy).toBe('wait');
  });

  test('a stack in review is not running, although its status says "in progress"', () => {
    expect(answerFor('REVIEW_IN_PROGRESS')).toMatchObject({
      deploy: 'continue-review',
      destroy: 'delete',
    });
  });

  test('a status that is yet to be invented is waited for while it runs, and left to people when not', () => {
    expect(answerFor('REFACTOR_IN_PROGRESS')).toMatchObject({ deploy: 'wait', destroy: 'wait' });
    expect(answerFor('REFACTOR_FAILED')).toMatchObject({ deploy: 'stuck', destroy: 'delete' });
    expect(answerFor('toString').deploy).toBe('stuck');
    expect(answerFor(undefined).deploy).toBe('stuck');
  });
});
