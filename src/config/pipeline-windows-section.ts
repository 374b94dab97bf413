import {
  array,
  description,
  exactOptional,
  type InferOutput,
  metadata,
  optional,
  pipe,
  rawCheck,
  strictObject,
  string,
  union,
} from 'valibot';
import { nearest } from '../core/nearest.ts';
import { parseLocal } from '../promotion/windows/calendar.ts';
import { parseWindowRule } from '../promotion/windows/window-rule.ts';
import { openZone } from '../promotion/windows/zone.ts';
import { ruled } from './cloudformation-fields.ts';
import { wholeNumber } from './fields.ts';
import { defaultStage } from './pipeline-defaults.ts';
import { lengthWithin } from './pipeline-fields.ts';
import { recurrenceFault } from './pipeline-recurrence.ts';
import { windowConflicts } from './pipeline-window-conflicts.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

/** The record keeps a few more promotions of a stage than this: it is what they are counted by. */
const mostPerWindow = 40;

const windowAdvice =
  'Write it as "Mon-Thu 09:00-16:00", "Sat,Sun", 2026-12-24 or 2026-12-20/2027-01-05, or as a mapping with rrule.';

function windowFault(text: string): Fault | undefined {
  if (/^(?:RRULE:|DTSTART|FREQ=)/i.test(text.trim()))
    return {
      wrong: `${show(text)} does not say from when, and how long a window is`,
      next: `Write { rrule: ${show(text)}, start: 2026-11-02T09:00, length: 7h }.`,
    };
  const read = parseWindowRule(text);
  return typeof read === 'string'
    ? { wrong: `${show(text)} ${read.replaceAll('`', '')}`, next: windowAdvice }
    : undefined;
}

const recurrenceExample = '{ rrule: FREQ=MONTHLY;BYDAY=1MO, start: 2026-11-02T09:00, length: 7h }';
const recurrence = strictObject(
  {
    rrule: pipe(
      ruled('RRULE', 'a rule of recurrence', 'FREQ=MONTHLY;BYDAY=1MO', recurrenceFault),
      description('When windows begin: the value of RRULE in RFC 5545.'),
    ),
    start: pipe(
      ruled('local time', 'a date and time', '2026-11-02T09:00', (text) =>
        parseLocal(text)
          ? undefined
          : {
              wrong: `${show(text)} is not a date and time`,
              next: 'Write it by the clock of the time zone, as 2026-11-02T09:00.',
            },
      ),
      description('The first of them, by the clock of `timezone`; it sets the time of the day.'),
    ),
    length: pipe(lengthWithin('1m', '90d'), description('How long each window lasts.')),
  },
  twoLines('a mapping', recurrenceExample),
);

/** A recurrence as the file has it. */
export type FileRecurrence = InferOutput<typeof recurrence>;

const windowText = pipe(
  string(twoLines('a window', '"Mon-Thu 09:00-16:00"')),
  rule(windowFault),
  metadata({ title: 'window' }),
);
const windows = pipe(
  union(
    [
      windowText,
      array(union([windowText, recurrence], twoLines('a window', '"Mon-Thu 09:00-16:00"'))),
    ],
    ({ input }) =>
      twoLines(
        'a window or a list of them',
        typeof input === 'object' ? `[${recurrenceExample}]` : '["Mon-Thu 09:00-16:00"]',
      ),
  ),
  metadata({ title: 'window or list of windows' }),
);

const timezone = ruled('time zone', 'a time zone', 'Europe/Berlin', (name) =>
  // Some versions of Node.js take +02:00 for a zone, others do not.
  /^[A-Za-z][\w+/-]*$/.test(name) && openZone(name) ? undefined : zoneFault(name),
);

function zoneFault(name: string): Fault {
  const zones = Intl.supportedValuesOf('timeZone');
  const city = name.trim().replaceAll(' ', '_').toLowerCase();
  const meant =
    zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? nearest(name, zones);
  return {
    wrong: `${show(name)} is not a time zone.${meant ? ` Did you mean ${meant}?` : ''}`,
    next: meant ? `Write ${meant}.` : 'Write its name in the IANA database, as Europe/Berlin.',
  };
}

/** `gates.windows`. */
export const windowsSection = pipe(
  strictObject(
    {
      allow: optional(
        pipe(windows, description('Promotions start in these alone; empty = at any time.')),
        [],
      ),
      deny: optional(
        pipe(windows, description('No promotion starts in these, whatever `allow` says.')),
        [],
      ),
      timezone: optional(
        pipe(timezone, description('Whose clocks are meant, by the IANA database.')),
        defaultStage.timezone,
      ),
      'at-most': exactOptional(
        pipe(
          wholeNumber(1, mostPerWindow, 2),
          description('So many promotions start in one window of `allow`. Absent: any number.'),
        ),
      ),
    },
    twoLines('a mapping', '{ allow: ["Mon-Thu 09:00-16:00"], timezone: Europe/Berlin }'),
  ),
  rawCheck((section) => windowConflicts(section)),
  description('When promotions may start.'),
);
