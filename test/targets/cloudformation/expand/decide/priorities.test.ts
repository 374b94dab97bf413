import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  allocatePriorities,
  priorityKey,
  rangeIsFull,
} from '../../../../../src/targets/cloudformation/expand/decide/priorities.ts';

const range = { from: 100, to: 104 };
const wanted = (id: string, count = 1) => ({ service: 'web', id, count });
const known = (id: string, ...priorities: number[]) => ({ service: 'web', id, priorities });

describe('priorities', () => {
  test('new previews get the lowest that are free, in their order', () => {
    const { priorities } = allocatePriorities({
      wanted: [wanted('a'), wanted('b', 2)],
      known: [],
      range,
      taken: [101],
    });
    expect(priorities.get('web a')).toEqual([100]);
    expect(priorities.get('web b')).toEqual([102, 103]);
  });

  test('what goes in this update keeps its number until it is gone', () => {
    const facts = { wanted: [wanted('b'), wanted('c')], range, taken: [] };
    const { priorities } = allocatePriorities({
      ...facts,
      known: [known('a', 100), known('b', 101)],
    });
    expect(priorities.get('web b')).toEqual([101]);
    expect(priorities.get('web c')).toEqual([102]);
  });

  test('a number that someone else has taken, or that left the range, is given up; others stay', () => {
    const { priorities } = allocatePriorities({
      wanted: [wanted('a', 3)],
      known: [known('a', 100, 101, 9)],
      range,
      taken: [100],
    });
    expect(priorities.get('web a')).toEqual([102, 101, 103]);
  });

  test('a full range leaves out the last and says so', () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => wanted(id));
    const { priorities, without } = allocatePriorities({
      wanted: all,
      known: [],
      range,
      taken: [],
    });
    expect([...priorities.values()].flat()).toEqual([100, 101, 102, 103, 104]);
    expect(without.map(({ id }) => id)).toEqual(['f']);
    expect(rangeIsFull('web', range)).toEqual({
      message: 'no listener priority is left for web: all 5 of 100-104 are in use',
      hint: expect.stringContaining('priorities: 100-109'),
    });
  });

  test('none is above 50000, whatever the range says', () => {
    const { without } = allocatePriorities({
      wanted: [wanted('a'), wanted('b')],
      known: [],
      range: { from: 50_000, to: 60_000 },
      taken: [],
    });
    expect(without.map(({ id }) => id)).toEqual(['b']);
  });

  test('over any life of opening and closing, numbers are stable and never shared', () => {
    const life = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(life, fc.array(fc.integer({ min: 95, max: 115 })), (steps, taken) => {
        let before = new Map<string, readonly number[]>();
        for (const open of steps) {
          const result = allocatePriorities({
            wanted: open.map((id) => wanted(`${id}`, 2)),
            known: [...before].map(([key, numbers]) => known(key.split(' ')[1] ?? '', ...numbers)),
            range: { from: 100, to: 130 },
            taken,
          });
          const inUse = [...result.priorities].flatMap(([key, numbers]) =>
            before.has(key) ? [] : numbers,
          );
          const old = new Set([...before.values()].flat());
          expect(inUse.some((number) => old.has(number) || taken.includes(number))).toBe(false);
          for (const [key, numbers] of result.priorities) {
            if (before.has(key)) expect(numbers).toEqual(before.get(key));
          }
          const all = [...result.priorities.values()].flat();
          expect(new Set(all).size).toBe(all.length);
          before = new Map(result.priorities);
        }
      }),
    );
  });

  test('a key tells service and id', () => {
    expect(priorityKey({ service: 'web', id: 'a' })).toBe('web a');
  });
});
