import { describe, expect, test } from '@jest/globals';
import { teardownOutcome } from '../../src/actions/run-teardown.ts';
import type { Leftover } from '../../src/targets/target.ts';

function told(...leftovers: readonly Leftover[]) {
  const none = { reason: 'closed: x', removed: [], kept: [], warnings: [] };
  return teardownOutcome({ ...none, leftovers }, 'Preview teardown', false);
}

const removing = {
  type: 'stack',
  id: 'going',
  reason: 'it is being deleted',
  removing: true,
} as const;
const stuck = { type: 'bucket', id: 'full', reason: 'it is not empty' };

describe('what a teardown hands to the workflow', () => {
  test('lists what is still being removed as left over, and succeeds', () => {
    const { outputs, failures, summary } = told(removing);
    expect(JSON.parse(outputs.leftovers ?? '')).toEqual([removing]);
    expect(failures).toEqual([]);
    expect(summary).toContain('| Still being removed |');
    expect(summary).not.toContain('| Left over |');
  });

  test('fails for what nobody removes', () => {
    const { failures, summary } = told(removing, stuck);
    expect(failures).toMatchObject([{ message: 'bucket full is left over: it is not empty' }]);
    expect(summary).toContain('| Left over |');
  });
});
