import { expect, test } from '@jest/globals';
import { expandRecurrence } from '../../src/actions/recurrences.ts';
import { toIso } from '../../src/core/time.ts';
import { localTime } from '../../src/promotion/windows/calendar.ts';
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
