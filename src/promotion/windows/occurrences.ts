import { after, type Instant, instant } from '../../core/time.ts';
import { atMinute, dayLength, dayOf, type LocalTime, localTime, weekdayOf } from './calendar.ts';
import { endOfRule } from './recurrence-end.ts';
import type { WeeklyRule, WindowRule } from './window-rule.ts';
import type { Zone } from './zone.ts';

/** From one moment until before another. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * Times of a recurrence (RFC 5545) from its start, between two times of the wall clock, both included; `UNTIL` is one of
 * the wall clock as well. A library does it; it is handed in, so that only pipelines that use such rules load it.
 */
export type ExpandRecurrence = (
  rule: string,
  start: LocalTime,
  from: LocalTime,
  to: LocalTime,
) => readonly LocalTime[];

/** A zone, and how recurrences are expanded in it. */
export interface Calendar {
  readonly zone: Zone;
  /** Needed only for recurrences. */
  readonly expand?: ExpandRecurrence;
}

/** All occurrences of a rule that touch the interval, whole, by their start. */
export function occurrences(rule: WindowRule, range: Interval, calendar: Calendar): Interval[] {
  const { zone } = calendar;
  const found =
    rule.kind === 'weekly'
      ? weekly(rule, range, zone)
      : startsOf(rule, range, calendar).map(({ start, end }) => ({
          from: zone.toInstant(start),
          to: end(zone),
        }));
  return found
    .filter(({ from, to }) => from < to && from < range.to && to > range.from)
    .sort((a, b) => a.from - b.from);
}

interface Start {
  readonly start: LocalTime;
  readonly end: (zone: Zone) => Instant;
}

function startsOf(
  rule: Exclude<WindowRule, WeeklyRule>,
  { from, to }: Interval,
  { zone, expand }: Calendar,
): Start[] {
  if (rule.kind === 'dates')
    return [{ start: rule.from, end: ({ toInstant }) => toInstant(rule.to) }];
  if (!expand) throw new Error('a recurrence needs something that expands it');
  const earliest = localTime(zone.toLocal(from) - rule.length - dayLength);
  const latest = localTime(zone.toLocal(to) + dayLength);
  const { rule: unended, until } = endOfRule(rule.rule);
  const starts = expand(unended, rule.start, earliest, latest);
  const isIn = (start: LocalTime) => until === undefined || zone.toInstant(start) <= until;
  return starts.filter(isIn).map((start) => ({
    start,
    end: ({ toInstant }) => after(toInstant(start), rule.length),
  }));
}

function weekly({ days, spans }: WeeklyRule, { from, to }: Interval, zone: Zone): Interval[] {
  const found: Interval[] = [];
  const last = dayOf(zone.toLocal(to));
  for (let day = dayOf(zone.toLocal(from)) - 1; day <= last; day += 1) {
    if (!days.has(weekdayOf(day))) continue;
    for (const span of spans) {
      const end = span.to <= span.from ? day + 1 : day;
      found.push({
        from: zone.toInstant(atMinute(day, span.from)),
        to: zone.toInstant(atMinute(end, span.to)),
      });
    }
  }
  return found;
}

/** Overlapping and touching intervals made one. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && next.from <= last.to) {
      joined[joined.length - 1] = { from: last.from, to: instant(Math.max(next.to, last.to)) };
    } else joined.push(next);
  }
  return joined;
}

/** What of the intervals is outside of all the others; both without overlaps. */
export function without(intervals: readonly Interval[], taken: readonly Interval[]): Interval[] {
  return intervals.flatMap((interval) => {
    const left: Interval[] = [];
    let { from } = interval;
    for (const hole of taken) {
      if (hole.to <= from || hole.from >= interval.to) continue;
      if (hole.from > from) left.push({ from, to: hole.from });
      from = hole.to;
    }
    if (from < interval.to) left.push({ from, to: interval.to });
    return left;
  });
}
