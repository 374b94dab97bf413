import { describe, expect, test } from '@jest/globals';
import { expandRecurrence } from '../../src/actions/recurrences.ts';
import { instant, toIso } from '../../src/core/time.ts';
import { localTime } from '../../src/promotion/windows/calendar.ts';
import { occurrences } from '../../src/promotion/windows/occurrences.ts';
import { openingAt } from '../../src/promotion/windows/openings.ts';
import type { WindowSettings } from '../../src/promotion/windows/window-rule.ts';
import { openZone } from '../../src/promotion/windows/zone.ts';
import { at, length } from '../builders/promotion.ts';

const wall = (text: string) => localTime(Date.parse(`${text}:00Z`));

function times(rule: string, start: string, from: string, to: string): string[] {
  return expandRecurrence(rule, wall(start), wall(from), wall(to)).map((time) =>
    new Date(time).toISOString().slice(0, 16),
  );
}

test.each([
  [
    'FREQ=MONTHLY;BYDAY=1MO',
    '2026-01-05T09:00',
    ['2026-11-02T09:00', '2026-12-07T09:00', '2027-01-04T09:00'],
  ],
  [
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH',
    '2026-11-24T22:00',
    [
      '2026-11-24T22:00',
      '2026-11-26T22:00',
      '2026-12-08T22:00',
      '2026-12-10T22:00',
      '2026-12-22T22:00',
      '2026-12-24T22:00',
    ],
  ],
  ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1', '2020-12-31T00:00', ['2026-12-31T00:00']],
  ['FREQ=DAILY;COUNT=2', '2026-12-01T08:00', ['2026-12-01T08:00', '2026-12-02T08:00']],
  ['FREQ=DAILY;UNTIL=20261202', '2026-12-01T00:00', ['2026-12-01T00:00', '2026-12-02T00:00']],
])('%s recurs as RFC 5545 says', (rule, start, expected) => {
  expect(times(rule, start, '2026-11-01T00:00', '2027-01-04T23:59')).toEqual(expected);
});

test('a window by a recurrence is open by the clock on the wall, in winter and in summer', () => {
  const zone = openZone('Europe/Berlin');
  if (!zone) throw new Error('no Berlin');
  const rule = 'FREQ=MONTHLY;BYDAY=1MO';
  const start = wall('2026-01-05T09:00');
  const settings: WindowSettings = {
    allow: [{ kind: 'recurrence', text: rule, rule, start, length: length('7h') }],
    deny: [],
    timezone: 'Europe/Berlin',
  };
  const opening = (moment: string) => {
    const { open, until } = openingAt(settings, at(moment), { zone, expand: expandRecurrence });
    return [open, until === undefined ? 'ever' : toIso(until).slice(0, 16)];
  };
  expect(opening('2026-12-07T07:59:00Z')).toEqual([false, '2026-12-07T08:00']);
  expect(opening('2026-12-07T08:00:00Z')).toEqual([true, '2026-12-07T15:00']);
  expect(opening('2026-07-06T07:00:00Z')).toEqual([true, '2026-07-06T14:00']);
  expect(opening('2026-07-06T14:00:00Z')).toEqual([false, '2026-08-03T07:00']);
});

describe('a window that recurs until', () => {
  /** Its last opening in Berlin, day by day at that time of the wall clock. */
  const last = (until: string, time: string, day: string) => {
    const zone = openZone('Europe/Berlin');
    if (!zone) throw new Error('no Berlin');
    const rule = `FREQ=DAILY;UNTIL=${until}`;
    const start = wall(`${day}T${time}`);
    const recurs = { kind: 'recurrence', text: rule, rule, start, length: length('1m') } as const;
    const range = { from: instant(start), to: instant(start + 30 * 86_400_000) };
    const found = occurrences(recurs, range, { zone, expand: expandRecurrence });
    return toIso(found.at(-1)?.from ?? instant(0)).slice(0, 16);
  };

  test.each([
    // Clocks are put back on 25 October 2026 at 01:00Z, and forward on 28 March 2027 at 01:00Z.
    ['the moment of UTC that Z says, in summer', '20261020T070000Z', '09:00', '2026-10-20T07:00'],
    ['just before it', '20261020T065959Z', '09:00', '2026-10-19T07:00'],
    ['the moment of UTC that Z says, in winter', '20261028T080000Z', '09:00', '2026-10-28T08:00'],
    [
      'just before it, where the offset is another',
      '20261028T075959Z',
      '09:00',
      '2026-10-27T08:00',
    ],
    [
      'a moment within the hour that is there twice',
      '20261025T011500Z',
      '02:30',
      '2026-10-25T00:30',
    ],
    ['a time of the wall clock, in summer', '20261020T090000', '09:00', '2026-10-20T07:00'],
    ['a time of the wall clock, in winter', '20261028T090000', '09:00', '2026-10-28T08:00'],
    ['the end of a day', '20261028', '09:00', '2026-10-28T08:00'],
  ])('%s', (_, until, time, expected) => {
    expect(last(until, time, '2026-10-15')).toBe(expected);
  });

  test('a moment of UTC in the night in which clocks are put forward', () => {
    expect(last('20270328T003000Z', '01:30', '2027-03-20')).toBe('2027-03-28T00:30');
    expect(last('20270328T003000Z', '03:30', '2027-03-20')).toBe('2027-03-27T02:30');
  });
});
