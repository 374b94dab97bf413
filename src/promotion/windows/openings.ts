import { type Instant, instant } from '../../core/time.ts';
import { dayLength } from './calendar.ts';
import { type Calendar, type Interval, occurrences, union, without } from './occurrences.ts';
import type { WindowRule, WindowSettings } from './window-rule.ts';

/** Whether promotions may start now, and when that changes next. */
export type Opening =
  | {
      readonly open: true;
      /** When the window that is open now began; counted from there for `atMost`. `undefined` = no `allow` is set. */
      readonly since: Instant | undefined;
      /** When it closes; `undefined` = not within four years. */
      readonly until: Instant | undefined;
      readonly rule: WindowRule | undefined;
    }
  | {
      readonly open: false;
      /** When the next one opens; `undefined` = not within four years. */
      readonly until: Instant | undefined;
      /** The denying rule that closes it; `undefined` = no allowing one is open. */
      readonly rule: WindowRule | undefined;
    };

/** Looked through one after the other, so that the usual case stays cheap. Days. */
const horizons = [8, 40, 400, 1_500];
/** What is so every week shows within this; the clocks may change once on the way. Days. */
const weeklyHorizon = 40;

/** Whether the windows are open at `now`. Denying rules win. Pure. */
export function openingAt(settings: WindowSettings, now: Instant, calendar: Calendar): Opening {
  const denying = active(settings.deny, now, calendar);
  const allowing = active(settings.allow, now, calendar);
  const open = !denying && (settings.allow.length === 0 || allowing !== undefined);
  if (!open) return { open, until: nextOpening(settings, now, calendar), rule: denying?.rule };
  const until = find(settings, now, calendar, (intervals) => intervals.find(at(now))?.to);
  return { open, since: allowing?.since, until, rule: allowing?.rule };
}

/** The first moment at or after `from` at which the windows are open, in a window that begins after `after`. */
export function nextOpening(
  settings: WindowSettings,
  from: Instant,
  calendar: Calendar,
): Instant | undefined {
  return find(settings, from, calendar, (intervals) => {
    const next = intervals.find(({ to }) => to > from);
    return next && (next.from > from ? next.from : from);
  });
}

/** The first moment at which a window is open that begins after `now`: where the count of `atMost` is new. */
export function nextWindow(
  settings: WindowSettings,
  now: Instant,
  calendar: Calendar,
): Instant | undefined {
  for (const range of rangesFrom(settings, now)) {
    const starts = settings.allow.flatMap((rule) => occurrences(rule, range, calendar));
    const next = starts.map(({ from }) => from).filter((from) => from > now);
    if (next.length > 0) return nextOpening(settings, instant(Math.min(...next)), calendar);
  }
  return undefined;
}

/** The rule that applies at that moment, and the earliest start of all that do. */
function active(rules: readonly WindowRule[], now: Instant, calendar: Calendar) {
  const range = { from: now, to: instant(now + 1) };
  const found = rules.flatMap((rule) =>
    occurrences(rule, range, calendar).map(({ from }) => ({ rule, since: from })),
  );
  return found.sort((a, b) => a.since - b.since)[0];
}

/** What `pick` finds in the open intervals of the nearest horizon that has it, unless it is the horizon's own end. */
function find(
  settings: WindowSettings,
  from: Instant,
  calendar: Calendar,
  pick: (intervals: readonly Interval[]) => Instant | undefined,
): Instant | undefined {
  for (const range of rangesFrom(settings, from)) {
    const picked = pick(openIntervals(settings, range, calendar));
    if (picked !== undefined && picked < range.to) return picked;
  }
  return undefined;
}

function openIntervals(
  { allow, deny }: WindowSettings,
  range: Interval,
  calendar: Calendar,
): Interval[] {
  const each = (rules: readonly WindowRule[]) =>
    union(rules.flatMap((rule) => occurrences(rule, range, calendar)));
  return without(allow.length === 0 ? [range] : each(allow), each(deny));
}

function rangesFrom({ allow, deny }: WindowSettings, from: Instant): Interval[] {
  const isWeekly = [...allow, ...deny].every(({ kind }) => kind === 'weekly');
  return horizons
    .filter((days) => !isWeekly || days <= weeklyHorizon)
    .map((days) => ({ from, to: instant(from + days * dayLength) }));
}

function at(now: Instant) {
  return ({ from, to }: Interval) => from <= now && now < to;
}
