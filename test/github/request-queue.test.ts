import { describe, expect, test } from '@jest/globals';
import type { Answer, RequestOptions } from '../../src/github/request-hook.ts';
import { requestQueue } from '../../src/github/request-queue.ts';

const answer: Answer = { status: 200, url: '/x', headers: {}, data: '' };
const asking = (method: string) =>
  ({ method, url: '/x', headers: {}, request: {} }) as unknown as RequestOptions;

/** A queue at a moment that stands still, and the milliseconds that each write was told to wait. */
function stopped() {
  const waits: number[] = [];
  const clock = { now: 1_000_000 };
  const queue = requestQueue(
    () => clock.now,
    async (milliseconds) => void waits.push(milliseconds),
  );
  const ask = (count: number, method: string) =>
    Promise.all(Array.from({ length: count }, () => queue(() => answer, asking(method))));
  return { ask, waits, clock, queue };
}

describe('requests', () => {
  test('are ten at once, and the next takes the place of the first that ended, whatever came of it', async () => {
    const { queue } = stopped();
    const ends: ((answer: Answer) => void)[] = [];
    const begun: number[] = [];
    const asked = Array.from({ length: 12 }, (_, index) =>
      queue(() => {
        begun.push(index);
        return new Promise<Answer>((resolve, reject) => {
          ends.push(index === 0 ? () => reject(new Error('no')) : resolve);
        });
      }, asking('GET')),
    );
    const all = Promise.allSettled(asked);
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    ends[0]?.(answer);
    await asked[0]?.catch(() => {});
    expect(begun.slice(10)).toEqual([10]);
    ends[3]?.(answer);
    await asked[3];
    for (const end of ends) end(answer);
    await asked[10];
    for (const end of ends) end(answer);
    expect((await all).map(({ status }) => status)).toEqual([
      'rejected',
      ...Array(11).fill('fulfilled'),
    ]);
  });

  test('that read wait for no turn', async () => {
    const { ask, waits } = stopped();
    await ask(100, 'GET');
    await ask(100, 'HEAD');
    expect(waits).toEqual([]);
  });
});

describe('writes', () => {
  test('are 40 at once, then one a second', async () => {
    const { ask, waits } = stopped();
    await ask(43, 'POST');
    expect(waits).toEqual([1_000, 2_000, 3_000]);
  });

  test('get back a turn with each second, and never more than 40', async () => {
    const { ask, waits, clock } = stopped();
    await ask(40, 'PATCH');
    clock.now += 2_500;
    await ask(3, 'DELETE');
    expect(waits).toEqual([500]);
    clock.now += 3_600_000;
    await ask(41, 'PUT');
    expect(waits).toEqual([500, 1_000]);
  });
});
