import { expect, test } from '@jest/globals';
import type { EntryDecision } from '../../../../../src/targets/cloudformation/expand/decide/decide-set.ts';
import { explainDrift } from '../../../../../src/targets/cloudformation/expand/decide/explain-drift.ts';

function decision(pullRequest: number, verdict: EntryDecision['verdict']): EntryDecision {
  const id = String(pullRequest);
  return { key: id, part: 'web', id, pullRequest, verdict, reason: 'why' };
}

const nothing = { template: false, parameters: [] };

test('nothing differs: there is no drift', () => {
  const entries = [decision(1, 'keep'), decision(2, 'wait'), decision(3, 'held')];
  expect(explainDrift({ entries }, '1', nothing)).toBeUndefined();
});

test('what the occasion needs is explained by others', () => {
  expect(explainDrift({ entries: [decision(1, 'add')] }, '1', nothing)).toBeUndefined();
});

test('three previews are named, the rest counted', () => {
  const entries = [2, 3, 4, 5, 6].map((number) => decision(number, 'remove'));
  expect(explainDrift({ entries }, '1', nothing)).toBe(
    'drift: #2 is to be removed (why); #3 is to be removed (why); #4 is to be removed (why); 2 more previews differ',
  );
});

test('template and parameters are drift too', () => {
  const other = { template: true, parameters: ['LiteVersion'] };
  expect(explainDrift({ entries: [] }, '1', other)).toBe(
    'drift: the shared template changed on the base branch; parameters to be changed: LiteVersion',
  );
});
