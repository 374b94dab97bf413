import type { Fault } from './rule.ts';
import { show } from './wording.ts';

const numbers = (form: string) => new RegExp(`^${form}(?:,${form})*$`);
const signed = (most: string) => numbers(`[+-]?${most}`);
const weekday = '(?:MO|TU|WE|TH|FR|SA|SU)';

/** Parts of a rule and their forms: RFC 5545, 3.3.10. */
const forms: Readonly<Record<string, RegExp>> = {
  FREQ: /^(?:YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)$/,
  INTERVAL: /^[1-9]\d{0,3}$/,
  COUNT: /^[1-9]\d{0,4}$/,
  UNTIL: /^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T[0-5]\d[0-5]\d[0-5]\dZ?)?$/,
  WKST: new RegExp(`^${weekday}$`),
  BYDAY: numbers(`(?:[+-]?(?:[1-4]?\\d|5[0-3]))?${weekday}`),
  BYMONTH: numbers('(?:0?[1-9]|1[0-2])'),
  BYMONTHDAY: signed('(?:0?[1-9]|[12]\\d|3[01])'),
  BYYEARDAY: signed('(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])'),
  BYWEEKNO: signed('(?:0?[1-9]|[1-4]\\d|5[0-3])'),
  BYSETPOS: signed('(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])'),
  BYHOUR: numbers('(?:[01]?\\d|2[0-3])'),
  BYMINUTE: numbers('[0-5]?\\d'),
};

const next = 'Write it as FREQ=MONTHLY;BYDAY=1MO, the value of RRULE in RFC 5545.';

/** A rule as it is meant, with or without `RRULE:` before it. */
export function plainRecurrence(text: string): string {
  return text
    .trim()
    .replace(/^RRULE:/i, '')
    .toUpperCase();
}

/** What is wrong with a rule by which times recur. What can never occur is not looked for. */
export function recurrenceFault(text: string): Fault | undefined {
  if (/DTSTART/i.test(text))
    return {
      wrong: `${show(text)} has a DTSTART, for which there is a key`,
      next: 'Write { rrule: FREQ=DAILY, start: 2026-11-02T09:00, length: 7h }.',
    };
  const parts = plainRecurrence(text)
    .split(';')
    .map((part) => part.split('='));
  for (const [name = '', ...values] of parts) {
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (!form)
      return {
        wrong: `${show(text)} has the part ${show(name)}, which is not one of a rule`,
        next,
      };
    if (!form.test(values.join('=')))
      return { wrong: `${name} in ${show(text)} is not what it may be`, next };
  }
  const names = parts.map(([name = '']) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice) return { wrong: `${show(text)} has ${twice} twice`, next: 'Keep one of the two.' };
  return combinationFault(text, new Map(parts.map(([name = '', value = '']) => [name, value])));
}

function combinationFault(text: string, parts: ReadonlyMap<string, string>): Fault | undefined {
  const frequency = parts.get('FREQ');
  if (frequency === undefined)
    return { wrong: `${show(text)} does not say how often: FREQ is missing`, next };
  if (parts.has('COUNT') && parts.has('UNTIL'))
    return {
      wrong: `${show(text)} ends twice, by COUNT and by UNTIL`,
      next: 'Keep one of the two.',
    };
  const day = /\d/.test(parts.get('BYDAY') ?? '') && !/^(?:MONTH|YEAR)LY$/.test(frequency);
  const fault = day
    ? 'a number before a weekday'
    : misplaced.find(([name, allowed]) => parts.has(name) && !allowed.test(frequency))?.[0];
  if (fault !== undefined)
    return {
      wrong: `${show(text)} has ${fault}, which FREQ=${frequency} cannot have`,
      next: 'Remove it, or use FREQ=MONTHLY or FREQ=YEARLY.',
    };
  const alone =
    parts.has('BYSETPOS') &&
    ![...parts.keys()].some((name) => /^BY(?!SETPOS)/.test(name) && name !== '');
  return alone
    ? { wrong: `${show(text)} has BYSETPOS, and no other BY… that it picks from`, next }
    : undefined;
}

const misplaced: readonly (readonly [name: string, frequencies: RegExp])[] = [
  ['BYWEEKNO', /^YEARLY$/],
  ['BYYEARDAY', /^(?:YEARLY|HOURLY)$/],
  ['BYMONTHDAY', /^(?:YEARLY|MONTHLY|DAILY|HOURLY)$/],
];
