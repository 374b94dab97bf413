import { type Instant, parseInstant } from '../../core/time.ts';

/** A rule with what is left of its end to the library that expands it. */
export interface EndedRule {
  /** The value of RRULE, with `UNTIL` by the clock on the wall, if any. */
  readonly rule: string;
  /** No time begins after this moment. */
  readonly until?: Instant;
}

const form = /;?\bUNTIL=(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?/;

/**
 * Reads `UNTIL` as RFC 5545, 3.3.10 has it: with `Z` it is a moment in UTC, without it is by the clock on the wall. A
 * date alone means the whole day on that wall.
 */
export function endOfRule(rule: string): EndedRule {
  const [part, year, month, day, hour, minute, second, utc] = form.exec(rule) ?? [];
  if (part === undefined) return { rule };
  if (hour === undefined) return { rule: rule.replace(part, `${part}T235959`) };
  const until = utc && parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return until ? { rule: rule.replace(part, '').replace(/^;/, ''), until } : { rule };
}
