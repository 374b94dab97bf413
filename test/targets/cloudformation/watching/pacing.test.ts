import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gapAfter, jitterOf } from '../../../../src/targets/cloudformation/watching/pacing.ts';

interface Course {
  /** Seconds. */
  readonly length: number;
  readonly usual?: number;
  /** From when on every resource has begun. */
  readonly allBegun?: number;
  /** From when on every resource is done. */
  readonly allDone?: number;
  readonly seed?: string;
}

/** Plays an operation: how often it is asked about, and how many seconds late its end is seen. */
function play({ length, usual, allBegun = 0, allDone, seed = 'operation' }: Course) {
  let doneSeen: number | undefined;
  let elapsed = 0;
  for (let questions = 0; ; questions += 1) {
    if (questions > 0 && elapsed >= length * 1000) {
      return { questions, late: elapsed / 1000 - length };
    }
    if (allDone !== undefined && elapsed >= allDone * 1000) doneSeen ??= elapsed;
    elapsed += gapAfter({
      elapsed,
      pending: elapsed < allBegun * 1000,
      jitter: jitterOf(seed, questions),
      ...(usual !== undefined && { usual: usual * 1000 }),
      ...(doneSeen !== undefined && { doneFor: elapsed - doneSeen }),
    });
  }
}

const seeds = Array.from({ length: 200 }, (_, index) => `operation-${index}`);

describe('asking about an operation', () => {
  test('of 25 s takes at most 13 questions and 1.5 s, with nothing known of it', () => {
    for (const seed of seeds) {
      const { questions, late } = play({ length: 25, seed });
      expect(questions).toBeLessThanOrEqual(13);
      expect(late).toBeLessThanOrEqual(1.5);
    }
  });

  test('of 25 s takes at most 12 questions and 1 s when that is its usual duration', () => {
    for (const seed of seeds) {
      const { questions, late } = play({ length: 25, usual: 25, seed });
      expect(questions).toBeLessThanOrEqual(12);
      expect(late).toBeLessThanOrEqual(1.1);
    }
  });

  test('of an hour takes at most 200 questions and 15 s, by its resources or its usual duration', () => {
    for (const seed of seeds) {
      for (const known of [{ allBegun: 2400, allDone: 3595 }, { usual: 3600 }]) {
        const { questions, late } = play({ length: 3600, seed, ...known });
        expect(questions).toBeLessThanOrEqual(200);
        expect(late).toBeLessThanOrEqual(15);
      }
    }
  });

  test('is never later than 3.3 s or 8 % of the time it took, 15 s and a half at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 3, max: 3600, noNaN: true }), fc.string(), (length, seed) => {
        const { late } = play({ length, seed });
        expect(late).toBeLessThanOrEqual(Math.max(3.3, Math.min(15.5, length * 0.085)));
      }),
    );
  });

  test('is at most 4 % late, a second or 8.3 s near the usual duration, 5 % of the time above it or below', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 3, max: 3600, noNaN: true }),
        fc.double({ min: 0.95, max: 1.05, noNaN: true }),
        (length, slower) => {
          const { late } = play({ length: length * slower, usual: length });
          expect(late).toBeLessThanOrEqual(Math.max(1, Math.min(8.3, length * 0.04)));
        },
      ),
    );
  });

  test('hurries when all resources are done, and not for ever', () => {
    const settled = { elapsed: 600_000, pending: false, jitter: 0 };
    expect(gapAfter({ ...settled, doneFor: 0 })).toBe(500);
    expect(gapAfter({ ...settled, doneFor: 300_000 })).toBe(gapAfter(settled));
    const long = play({ length: 900, allDone: 300 });
    expect(long.questions - play({ length: 900 }).questions).toBeLessThan(10);
  });

  test('takes its time while some resource has not begun', () => {
    const waiting = play({ length: 900, allBegun: 800 }).questions;
    expect(waiting).toBeLessThan(play({ length: 900 }).questions * 0.8);
  });

  test('asks soon at the beginning: what takes no time is seen within half a second', () => {
    expect(play({ length: 0.1 }).late).toBeLessThan(0.5);
  });

  test('differs from run to run, and not within one', () => {
    const jitters = seeds.map((seed) => jitterOf(seed, 7));
    expect(new Set(jitters).size).toBeGreaterThan(190);
    expect(Math.max(...jitters.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(jitterOf('a', 7)).toBe(jitterOf('a', 7));
  });
});
