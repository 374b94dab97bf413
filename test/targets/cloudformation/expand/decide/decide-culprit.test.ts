import { describe, expect, test } from '@jest/globals';
import {
  findCulprit,
  holdCulprit,
  type PlacedEntry,
} from '../../../../../src/targets/cloudformation/expand/decide/decide-culprit.ts';
import type { EntryDecision } from '../../../../../src/targets/cloudformation/expand/decide/decide-set.ts';
import { commit, held, wanted } from '../entries.ts';

function decision(id: string): EntryDecision {
  return {
    key: `web ${id}`,
    part: 'web',
    id,
    pullRequest: 1,
    verdict: 'add',
    reason: '',
    wanted: wanted({ id }),
  };
}

function changed(id: string, path: readonly string[] = []): PlacedEntry {
  const suffix = id.toUpperCase();
  return { decision: decision(id), resources: [`Service${suffix}`, `TargetGroup${suffix}`], path };
}

const both = [changed('aaaa'), changed('bbbb')];

describe('whose fault it is', () => {
  test('the owner of the resource that failed first', () => {
    const failure = { logicalId: 'ServiceBBBB', reason: 'did not stabilise' };
    expect(findCulprit(failure, both, true)?.id).toBe('bbbb');
  });

  test('the owner in the nested stack where it failed, of two that use one name', () => {
    const entries = [changed('aaaa', ['Shop', 'Lite']), changed('aaaa', ['Shop', 'Pro'])];
    const failure = { stack: 'Shop/Pro', logicalId: 'ServiceAAAA', reason: 'no' };
    expect(findCulprit(failure, entries, true)).toBe(entries[1]?.decision);
    expect(findCulprit({ ...failure, stack: 'Shop' }, entries, true)).toBeUndefined();
  });

  test('the owner of the nested stack around it', () => {
    const failure = { stack: 'ServiceBBBB/Inner', logicalId: 'Queue', reason: 'no' };
    expect(findCulprit(failure, both, true)?.id).toBe('bbbb');
  });

  test('the only one that a refusal names', () => {
    const failure = { logicalId: '', reason: 'Template error: resource [TargetGroupAAAA] is bad' };
    expect(findCulprit(failure, both, true)?.id).toBe('aaaa');
  });

  test('nobody, where a refusal names two', () => {
    const failure = { logicalId: '', reason: 'ServiceAAAA and ServiceBBBB' };
    expect(findCulprit(failure, both, false)).toBeUndefined();
  });

  test('a part of a word is no name', () => {
    const failure = { logicalId: '', reason: 'MyServiceAAAA2' };
    expect(findCulprit(failure, both, false)).toBeUndefined();
  });

  test('the only one that changed, when nothing else did', () => {
    const failure = { logicalId: '', reason: 'rolled back by an alarm' };
    expect(findCulprit(failure, [changed('aaaa')], false)?.id).toBe('aaaa');
    expect(findCulprit(failure, [changed('aaaa')], true)).toBeUndefined();
  });

  test('nobody, when a resource of the template itself failed', () => {
    const failure = { logicalId: 'Cluster', reason: 'no' };
    expect(findCulprit(failure, [changed('aaaa')], false)).toBeUndefined();
  });
});

describe('what is remembered of it', () => {
  const at = '2026-11-21T10:00:00.000Z';

  test('the attempts of one commit add up', () => {
    const once = holdCulprit([], decision('aaaa'), { reason: 'no', at });
    expect(once).toMatchObject([{ id: 'aaaa', attempts: 1, commit: commit('a') }]);
    expect(holdCulprit(once, decision('aaaa'), { reason: 'no', at })).toMatchObject([
      { attempts: 2 },
    ]);
  });

  test('another commit counts from one', () => {
    const old = [held({ id: 'aaaa', commit: commit('b'), attempts: 3 })];
    expect(holdCulprit(old, decision('aaaa'), { reason: 'no', at })).toMatchObject([
      { attempts: 1, commit: commit('a') },
    ]);
  });

  test('a message of pages is cut to a line', () => {
    const [entry] = holdCulprit([], decision('aaaa'), { reason: 'x\n'.repeat(999), at });
    expect(entry?.reason).toHaveLength(300);
  });
});
