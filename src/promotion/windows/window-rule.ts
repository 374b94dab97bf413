import type { Duration } from '../../core/time.ts';
import { dayLength, type LocalTime, localTime, parseLocal } from './calendar.ts';

/** When a stage may be promoted into. */
export interface WindowSettings {
  /** Open in any of these; empty = always, but for `deny`. */
  readonly allow: readonly WindowRule[];
  /** Closed in each of these, whatever `allow` says. */
  readonly deny: readonly WindowRule[];
  /** Name of the IANA database. */
  readonly timezone: string;
  /** So many promotions start in one window at most; needs `allow`. */
  readonly atMost?: number;
}

/** Times at which something is open or closed; `text` is what the user wrote. */
export type WindowRule = WeeklyRule | DatesRule | RecurrenceRule;

/** On these weekdays (0 = Sunday) between these minutes of the day; an end at or before the start is on the next day. */
export interface WeeklyRule {
  readonly kind: 'weekly';
  readonly text: string;
  readonly days: ReadonlySet<number>;
  readonly spans: readonly { readonly from: number; readonly to: number }[];
}

/** From one time of the wall clock until before another. */
export interface DatesRule {
  readonly kind: 'dates';
  readonly text: string;
  readonly from: LocalTime;
  readonly to: LocalTime;
}

/** For `length` from each time that the rule (RFC 5545, the value of RRULE) gives, counted from `start`. */
export interface RecurrenceRule {
  readonly kind: 'recurrence';
  readonly text: string;
  readonly rule: string;
  readonly start: LocalTime;
  readonly length: Duration;
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const dayPart = '[A-Za-z]{3}(?:-[A-Za-z]{3})?';
const spanPart = '\\d{2}:\\d{2}-\\d{2}:\\d{2}';
const weeklyForm = new RegExp(
  `^(?:(${dayPart}(?:, ?${dayPart})*)(?: |$))?(${spanPart}(?:, ?${spanPart})*)?$`,
);

/**
 * Reads `Mon-Thu 09:00-16:00`, `Sat,Sun`, `22:00-02:00`, `2026-12-24`, `2026-12-20/2027-01-05` (both days included) or
 * `2026-12-20T18:00/2027-01-05T08:00`; a text for anything else says what is wrong.
 */
export function parseWindowRule(text: string): WeeklyRule | DatesRule | string {
  const trimmed = text.trim();
  if (/^\d{4}-/.test(trimmed)) return parseDates(trimmed);
  const match = weeklyForm.exec(trimmed);
  if (!match || trimmed === '')
    return 'is not of the form `Mon-Thu 09:00-16:00` or `2026-12-20/2027-01-05`';
  const days = parseDays(match[1]);
  if (typeof days === 'string') return days;
  const spans = parseSpans(match[2]);
  return typeof spans === 'string' ? spans : { kind: 'weekly', text: trimmed, days, spans };
}

function parseDates(text: string): DatesRule | string {
  const [first = '', last = first, ...more] = text.split('/');
  const [from, to] = [parseLocal(first), parseLocal(last)];
  if (!from || !to || more.length > 0)
    return 'has a date that does not exist; write `2026-12-20/2027-01-05`';
  const end = to.wholeDay ? localTime(to.time + dayLength) : to.time;
  if (end <= from.time) return 'ends before it begins';
  return { kind: 'dates', text, from: from.time, to: end };
}

function parseDays(text: string | undefined): ReadonlySet<number> | string {
  if (text === undefined) return new Set(weekdays.keys());
  const days = new Set<number>();
  for (const part of text.split(/, ?/)) {
    const [first = '', last = first] = part.toLowerCase().split('-');
    const [from, to] = [first, last].map((name) => (weekdays as readonly string[]).indexOf(name));
    if (from === undefined || to === undefined || from < 0 || to < 0)
      return `names the day ${JSON.stringify(part)}; days are Mon, Tue, Wed, Thu, Fri, Sat, Sun`;
    const count = ((to - from + 7) % 7) + 1;
    for (let index = 0; index < count; index += 1) days.add((from + index) % 7);
  }
  return days;
}

function parseSpans(text: string | undefined): WeeklyRule['spans'] | string {
  if (text === undefined) return [{ from: 0, to: 1440 }];
  const spans = text.split(/, ?/).map((span) => {
    const [from = Number.NaN, to = Number.NaN] = span.split('-').map(parseMinutes);
    return { from, to };
  });
  const odd = spans.some(({ from, to }) => !(from < 1440 && to <= 1440 && from !== to));
  return odd ? 'has a time that does not exist; times are 00:00 to 24:00' : spans;
}

function parseMinutes(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return minutes < 60 ? hours * 60 + minutes : Number.NaN;
}
