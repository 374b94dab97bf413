import { describe, expect, test } from '@jest/globals';
import { changeSetsOfRun } from '../../../../src/targets/cloudformation/change-sets/change-sets-of-run.ts';
import { ready, requestFor, type Sending, sending } from '../sending.ts';

async function prepared({ cloud, waiting }: Sending, operation = 'run-1-1') {
  const sets = changeSetsOfRun();
  const request = requestFor({ operation });
  return { sets, changeSet: ready(await sets.prepare(cloud, request, waiting)) };
}

function how({ waiting }: Sending) {
  return { token: 'token-1', onFailure: 'rollback', pause: waiting.pause } as const;
}

const asked = ({ actions }: Sending, action: string) =>
  actions().filter((one) => one === action).length;

describe('what a run has prepared', () => {
  test('is dropped with the stack that was only made to hold it', () =>
    sending({}, async (of) => {
      const { sets } = await prepared(of);
      await sets.drop();
      expect(of.fake.stack('shop')?.status ?? 'gone').toMatch(/gone|DELETE_COMPLETE/);
      await sets.drop();
      expect(asked(of, 'DeleteChangeSet')).toBe(1);
    }));

  test('and executed is let be, whatever the answer was', () =>
    sending({}, async (of) => {
      const { sets, changeSet } = await prepared(of);
      await sets.execute(of.cloud, changeSet, how(of), of.waiting.signal);
      await sets.drop();
      expect(asked(of, 'DeleteChangeSet')).toBe(0);
      expect(asked(of, 'DeleteStack')).toBe(0);
    }));

  test('and could not execute since the run was cancelled is dropped', () =>
    sending({}, async (of) => {
      const { sets, changeSet } = await prepared(of);
      of.cancel.abort(new Error('cancelled'));
      const executing = sets.execute(of.cloud, changeSet, how(of), of.waiting.signal);
      await expect(executing).rejects.toThrow('cancelled');
      await sets.drop();
      expect(asked(of, 'ExecuteChangeSet')).toBe(0);
      expect(asked(of, 'DeleteChangeSet')).toBe(1);
    }));

  test('by another run stays', () =>
    sending({}, async (of) => {
      const mine = await prepared(of);
      const theirs = await prepared(of, 'run-2-1');
      await mine.sets.drop();
      await theirs.sets.execute(of.cloud, theirs.changeSet, how(of), of.waiting.signal);
      expect(of.fake.stack('shop')?.status).toMatch(/^CREATE_/);
    }));

  test('and cannot be removed hides no outcome', () =>
    sending({}, async (of) => {
      const { sets } = await prepared(of);
      await of.fake.close();
      await expect(sets.drop()).resolves.toBeUndefined();
    }));
});
