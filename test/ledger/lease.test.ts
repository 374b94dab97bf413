import { describe, expect, test } from '@jest/globals';
import { duration, type Instant, instant } from '../../src/core/time.ts';
import { claimLease, clockMargin, isSame, mayAct, parseLease } from '../../src/ledger/lease.ts';
import { noon } from './counter.ts';

const length = duration(600_000);
const ada = { holder: 'ada', effect: 'promotion-1', length };
const bob = { holder: 'bob', effect: 'promotion-2', length };
const at = (milliseconds: number): Instant => instant(noon + milliseconds);

const first = {
  holder: 'ada',
  since: '2026-11-21T12:00:00.000Z',
  until: '2026-11-21T12:10:00.000Z',
  effect: 'promotion-1',
};

describe('a lease', () => {
  test('is granted to the first who asks', () => {
    expect(claimLease(undefined, ada, noon)).toEqual({ kind: 'granted', lease: first });
  });

  test('is held until its end, and says until when', () => {
    const answer = claimLease(first, bob, at(599_999));
    expect(answer).toEqual({ kind: 'held', by: first, until: at(600_000) });
  });

  test('passes on at its end, with what the one before was about', () => {
    const answer = claimLease(first, bob, at(600_000));
    expect(answer).toMatchObject({
      kind: 'taken-over',
      lease: { holder: 'bob', effect: 'promotion-2' },
      previous: { holder: 'ada', effect: 'promotion-1' },
    });
  });

  test('is renewed for its holder, who may have acted before', () => {
    const answer = claimLease(first, ada, at(60_000));
    expect(answer).toMatchObject({ kind: 'renewed', lease: { until: '2026-11-21T12:11:00.000Z' } });
  });

  test('lets its holder act until the margin before its end, and nobody else', () => {
    const end = 600_000 - clockMargin;
    expect(mayAct(first, first, at(end - 1))).toBe(true);
    expect(mayAct(first, first, at(end))).toBe(false);
    expect(mayAct(undefined, first, noon)).toBe(false);
    const taken = claimLease(first, bob, at(600_000));
    const now = taken.kind === 'taken-over' ? taken.lease : undefined;
    expect(mayAct(now, first, noon)).toBe(false);
    expect(isSame({ ...first, since: '2026-11-21T12:00:01.000Z' }, first)).toBe(false);
  });

  test('of no length is a mistake', () => {
    expect(() => claimLease(undefined, { ...ada, length: duration(0) }, noon)).toThrow(RangeError);
  });

  test('comes out of JSON whole, or not at all', () => {
    expect(parseLease(JSON.parse(JSON.stringify(first)))).toEqual(first);
    expect(() => parseLease({ ...first, until: 'tomorrow' })).toThrow('no time: tomorrow');
    expect(() => parseLease({ ...first, effect: undefined })).toThrow('`effect`');
    expect(() => parseLease([])).toThrow('a lease');
  });
});
