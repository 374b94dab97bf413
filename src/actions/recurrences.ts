import * as library from 'rrule';
import { localTime } from '../promotion/windows/calendar.ts';
import type { ExpandRecurrence } from '../promotion/windows/occurrences.ts';

/**
 * Times of the wall clock as the library counts them: it knows no zones, and takes `Date` for what a clock on the wall
 * shows. `UNTIL` is read likewise; what ends in UTC ends by `endOfRule`.
 */
export const expandRecurrence: ExpandRecurrence = (rule, start, from, to) => {
  const { RRule } = named(library);
  const recurrence = new RRule({ ...RRule.parseString(rule), dtstart: new Date(start) });
  return recurrence
    .between(new Date(from), new Date(to), true)
    .map((time) => localTime(time.getTime()));
};

/** Node reads the library's CommonJS, with all names in one; bundlers read its ES modules. */
function named(found: typeof library): typeof library {
  return 'RRule' in found ? found : (found as { default: typeof library }).default;
}
