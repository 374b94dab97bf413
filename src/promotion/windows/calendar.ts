/** Wall-clock time: milliseconds since 1970-01-01T00:00 on that wall's clock. Not a moment until a zone is named. */
export type LocalTime = number & { readonly __brand: 'LocalTime' };

/** Milliseconds of one day on a wall clock. */
export const dayLength = 86_400_000;
const minuteLength = 60_000;

const form = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/;

/** Brands a number of milliseconds of a wall clock. */
export function localTime(milliseconds: number): LocalTime {
  return milliseconds as LocalTime;
}

/** Reads `2026-12-20` (the day's start) or `2026-12-20T18:00`; `undefined` for anything else, 30 February included. */
export function parseLocal(text: string): { time: LocalTime; wholeDay: boolean } | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number);
  const [hour = 0, minute = 0] = match.slice(4).map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59) return undefined;
  const days = daysFromCivil(year, month, day);
  return {
    time: localTime(days * dayLength + (hour * 60 + minute) * minuteLength),
    wholeDay: match[4] === undefined,
  };
}

/** The number of the day since 1970-01-01. */
export function dayOf(time: LocalTime): number {
  return Math.floor(time / dayLength);
}

/** 0 = Sunday … 6 = Saturday, of a day's number. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** The moment of a day's number, so many minutes after its start. */
export function atMinute(day: number, minutes: number): LocalTime {
  return localTime(day * dayLength + minutes * minuteLength);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** By Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day is the last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}
