import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  duration,
  formatDuration,
  formatInstant,
  instant,
  parseDuration,
  parseInstant,
  toIso,
} from '../../src/core/time.ts';

describe('a duration', () => {
  test.each([
    [800, '0.8s'],
    [0, '0s'],
    [-5, '0s'],
    [90_000, '1m 30s'],
    [3_600_000, '1h'],
    [100_800_000, '1d 4h'],
    [604_800_000, '7d'],
    [86_461_000, '1d 1m'],
  ])('of %d ms is written %s', (milliseconds, text) => {
    expect(formatDuration(duration(milliseconds))).toBe(text);
  });

  test('is read from any mix of its units in order', () => {
    const part = fc.nat(20);
    fc.assert(
      fc.property(part, part, part, part, (days, hours, minutes, seconds) => {
        const text = `${days}d${hours}h${minutes}m${seconds}s`;
        const length = ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000;
        expect(parseDuration(text)).toBe(length === 0 ? undefined : length);
      }),
    );
  });

  test.each(['', ' ', 's', '1', '1w', '1d1d', '1s1m', '1,5h', '0d', '36500d'])(
    'is not read from %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('a moment', () => {
  test('is written for machines and for people', () => {
    const moment = instant(Date.UTC(2026, 10, 21, 9, 30, 59));
    expect(toIso(moment)).toBe('2026-11-21T09:30:59.000Z');
    expect(formatInstant(moment)).toBe('2026-11-21 09:30 UTC');
  });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (milliseconds) => {
        return parseInstant(toIso(instant(milliseconds))) === milliseconds;
      }),
    );
  });

  test.each([
    '',
    '2026',
    '2026-11-21',
    '2026-11-21 09:30',
    '2026-11-21T09:30Z',
    '2026-11-21T25:00:00Z',
    'Sat Nov 21 2026',
  ])('is not read from %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
