import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Instant, instant, toIso } from '../../../src/core/time.ts';
import { localTime, parseLocal } from '../../../src/promotion/windows/calendar.ts';
import type { Calendar } from '../../../src/promotion/windows/occurrences.ts';
import { nextWindow, openingAt } from '../../../src/promotion/windows/openings.ts';
import {
  parseWindowRule,
  type WindowSettings,
} from '../../../src/promotion/windows/window-rule.ts';
import { openZone, type Zone } from '../../../src/promotion/windows/zone.ts';
import { at, length, windows } from '../../builders/promotion.ts';

function zone(name: string): Zone {
  const opened = openZone(name);
  if (!opened) throw new Error(`no zone ${name}`);
  return opened;
}

const berlin: Calendar = { zone: zone('Europe/Berlin') };
const utc: Calendar = { zone: zone('UTC') };

function shown(settings: WindowSettings, iso: string, calendar: Calendar) {
  const { open, until } = openingAt(settings, at(iso), calendar);
  return `${open ? 'open' : 'shut'} until ${until === undefined ? 'ever' : toIso(until).slice(0, 16)}`;
}

describe('a window', () => {
  test.each([
    // A Tuesday in November: Berlin is an hour ahead.
    [['Mon-Thu 09:00-16:00'], [], '2026-11-24T07:59:59Z', 'shut until 2026-11-24T08:00'],
    [['Mon-Thu 09:00-16:00'], [], '2026-11-24T08:00:00Z', 'open until 2026-11-24T15:00'],
    [['Mon-Thu 09:00-16:00'], [], '2026-11-24T15:00:00Z', 'shut until 2026-11-25T08:00'],
    [['Mon-Thu 09:00-16:00'], [], '2026-11-27T12:00:00Z', 'shut until 2026-11-30T08:00'],
    [['Fri 22:00-02:00'], [], '2026-11-28T00:30:00Z', 'open until 2026-11-28T01:00'],
    [['Sat,Sun'], [], '2026-11-28T12:00:00Z', 'open until 2026-11-29T23:00'],
    [['Fri-Mon 10:00-11:00'], [], '2026-11-30T11:00:00Z', 'shut until 2026-12-04T09:00'],
    [['09:00-12:00, 13:00-16:00'], [], '2026-11-24T11:30:00Z', 'shut until 2026-11-24T12:00'],
    [['Mon 00:00-24:00'], [], '2026-11-23T22:59:00Z', 'open until 2026-11-23T23:00'],
    [[], ['2026-12-20/2027-01-05'], '2026-12-19T22:59:00Z', 'open until 2026-12-19T23:00'],
    [[], ['2026-12-20/2027-01-05'], '2026-12-19T23:00:00Z', 'shut until 2027-01-05T23:00'],
    [[], ['2026-12-24'], '2026-12-24T12:00:00Z', 'shut until 2026-12-24T23:00'],
    [
      ['Mon-Thu 09:00-16:00'],
      ['2026-12-20/2027-01-05'],
      '2026-12-21T10:00:00Z',
      'shut until 2027-01-06T08:00',
    ],
    [
      ['Tue 09:00-16:00'],
      ['2026-11-24T12:00/2026-11-24T13:00'],
      '2026-11-24T10:00:00Z',
      'open until 2026-11-24T11:00',
    ],
    [
      ['Tue 09:00-16:00'],
      ['2026-11-24T12:00/2026-11-24T13:00'],
      '2026-11-24T11:00:00Z',
      'shut until 2026-11-24T12:00',
    ],
    [['2026-11-01/2026-11-02'], [], '2026-11-24T10:00:00Z', 'shut until ever'],
    [[], [], '2026-11-24T10:00:00Z', 'open until ever'],
    [['Mon-Sun'], ['Mon-Sun'], '2026-11-24T10:00:00Z', 'shut until ever'],
    [['2029-11-01'], [], '2026-11-24T10:00:00Z', 'shut until 2029-10-31T23:00'],
  ])('that allows %j and denies %j is at %s %s', (allow, deny, iso, expected) => {
    expect(shown(windows(allow, deny), iso, berlin)).toBe(expected);
  });

  test('follows the clocks when they change', () => {
    const settings = windows(['Sun 09:00-16:00']);
    expect(shown(settings, '2026-10-25T00:00:00Z', berlin)).toBe('shut until 2026-10-25T08:00');
    expect(shown(settings, '2026-03-29T00:00:00Z', berlin)).toBe('shut until 2026-03-29T07:00');
    const night = windows(['Sun 02:30-04:00']);
    // 02:30 is skipped in spring: the clocks then show 03:30. In autumn it is there twice: the first counts.
    expect(shown(night, '2026-03-29T00:00:00Z', berlin)).toBe('shut until 2026-03-29T01:30');
    expect(shown(night, '2026-10-25T00:00:00Z', berlin)).toBe('shut until 2026-10-25T00:30');
    expect(shown(night, '2026-10-25T01:00:00Z', berlin)).toBe('open until 2026-10-25T03:00');
  });

  test('that is there twice a day begins the count anew each time', () => {
    const settings = windows(['09:00-12:00,13:00-16:00']);
    const next = nextWindow(settings, at('10:00'), utc);
    expect(next).toBe(at('13:00'));
  });

  test('by recurrence lasts so long from each time that the library gives', () => {
    const start = parseLocal('2026-11-03T09:00')?.time ?? localTime(0);
    const rule = {
      kind: 'recurrence',
      text: 'x',
      rule: 'FREQ=DAILY',
      start,
      length: length('2h'),
    } as const;
    const day = 86_400_000;
    const calendar: Calendar = {
      ...berlin,
      expand: (_, first, from, to) => {
        const times = [];
        for (let time = first as number; time <= to; time += day)
          if (time >= from) times.push(localTime(time));
        return times;
      },
    };
    const settings = { ...windows([]), allow: [rule] };
    expect(shown(settings, '2026-11-24T08:30:00Z', calendar)).toBe('open until 2026-11-24T10:00');
    expect(shown(settings, '2026-11-24T10:00:00Z', calendar)).toBe('shut until 2026-11-25T08:00');
    expect(shown(settings, '2026-11-01T10:00:00Z', calendar)).toBe('shut until 2026-11-03T08:00');
  });
});

describe('of any windows', () => {
  const spans = fc.tuple(fc.nat(6), fc.nat(6), fc.nat(23), fc.nat(23)).map(([a, b, from, to]) => {
    const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
    const hour = (of: number) => `${String(of).padStart(2, '0')}:00`;
    return `${days[a]}-${days[b]} ${hour(from)}-${hour(to === from ? 24 : to)}`;
  });
  const settings = fc
    .tuple(fc.array(spans, { maxLength: 3 }), fc.array(spans, { maxLength: 3 }))
    .map(([allow, deny]) => windows(allow, deny));
  const moment = fc.nat(400 * 24 * 60).map((minutes) => instant(at('12:00') + minutes * 60_000));

  test('until is exactly the moment at which the answer changes', () => {
    const names = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
    );
    const calendars = new Map<string, Calendar>();
    fc.assert(
      fc.property(settings, moment, names, (given, now, name) => {
        const calendar = calendars.get(name) ?? { zone: zone(name) };
        calendars.set(name, calendar);
        const { open, until } = openingAt(given, now, calendar);
        const isOpen = (when: number) => openingAt(given, instant(when), calendar).open;
        if (until === undefined) {
          for (let hours = 0; hours < 200; hours += 7)
            expect(isOpen(now + hours * 3_600_000)).toBe(open);
          return;
        }
        expect(until).toBeGreaterThan(now);
        expect(isOpen(until)).toBe(!open);
        expect(isOpen(until - 1)).toBe(open);
        expect(isOpen(Math.floor((now + until) / 2))).toBe(open);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a rule that cannot be read', () => {
  test.each([
    ['', 'is not of the form'],
    ['Mon-Thu 9-16', 'is not of the form'],
    ['Mo-Do 09:00-16:00', 'is not of the form'],
    ['Mon-Foo 09:00-16:00', 'names the day "Mon-Foo"'],
    ['Mon 09:00-25:00', 'has a time that does not exist'],
    ['Mon 09:60-10:00', 'has a time that does not exist'],
    ['Mon 24:00-10:00', 'has a time that does not exist'],
    ['Mon 10:00-10:00', 'has a time that does not exist'],
    ['2026-02-29', 'has a date that does not exist'],
    ['2026-13-01', 'has a date that does not exist'],
    ['2026-12-20/2026-12-19', 'ends before it begins'],
    ['2026-12-20/2026-12-21/2026-12-22', 'has a date that does not exist'],
  ])('%j %s', (text, message) => {
    expect(parseWindowRule(text)).toContain(message);
  });
});

describe('a zone', () => {
  test('that does not exist is none', () => {
    expect(openZone('Europe/Atlantis')).toBeUndefined();
  });

  test.each([
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Pacific/Apia',
  ])('%s reads back what it shows', (name) => {
    const opened = zone(name);
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 500_000 }), (hours) => {
        const moment: Instant = instant(at('12:00') + hours * 1_800_000);
        const local = opened.toLocal(moment);
        const back = opened.toInstant(local);
        // Of an hour shown twice the first is read back.
        expect(opened.toLocal(back)).toBe(local);
        expect(moment - back === 0 || moment - back === 3_600_000).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
