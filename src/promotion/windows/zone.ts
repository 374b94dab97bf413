import { type Instant, instant } from '../../core/time.ts';
import { dayLength, type LocalTime, localTime } from './calendar.ts';

/** A time zone: what its wall clocks show when. */
export interface Zone {
  readonly name: string;
  toLocal(moment: Instant): LocalTime;
  /**
   * The moment at which a wall clock shows this time. Of a time shown twice it is the first; one that is skipped in
   * spring is read as if the clocks had not yet been changed (RFC 5545, 3.3.5).
   */
  toInstant(time: LocalTime): Instant;
}

const offsetForm = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Opens a zone of the IANA database by its name; `undefined` when there is none of that name. */
export function openZone(name: string): Zone | undefined {
  const offsetAt = name === 'UTC' ? () => 0 : offsetsOf(name);
  return offsetAt && zoneOf(name, offsetAt);
}

function zoneOf(name: string, offsetAt: (moment: number) => number): Zone {
  return {
    name,
    toLocal: (moment) => localTime(moment + offsetAt(moment)),
    toInstant: (time) => {
      const before = time - offsetAt(time - dayLength);
      if (before + offsetAt(before) === time) return instant(before);
      const after = time - offsetAt(time + dayLength);
      return instant(after + offsetAt(after) === time ? after : before);
    },
  };
}

function offsetsOf(name: string): ((moment: number) => number) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    return byDay((moment) => readOffset(format.format(moment)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Asks once for each day: where a day begins and ends with the same offset, it has that one all day. */
function byDay(offsetAt: (moment: number) => number): (moment: number) => number {
  const atStart = new Map<number, number>();
  const startOf = (day: number) => {
    const known = atStart.get(day);
    if (known !== undefined) return known;
    const offset = offsetAt(day * dayLength);
    atStart.set(day, offset);
    return offset;
  };
  return (moment) => {
    const day = Math.floor(moment / dayLength);
    const offset = startOf(day);
    return offset === startOf(day + 1) ? offset : offsetAt(moment);
  };
}

function readOffset(text: string): number {
  const match = offsetForm.exec(text);
  if (!match) throw new Error(`no offset in ${JSON.stringify(text)}`);
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0));
  const milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return match[1] === '-' ? -milliseconds : milliseconds;
}
