/** The stand-in's time: real, or standing at what it was set to. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Stands still at this moment; `null` = real time again. */
  set(moment: number | null): void;
}

/** A clock over `real`. */
export function createClock(real: () => number): Clock {
  let fixed: number | null = null;
  return {
    now: () => fixed ?? real(),
    set: (moment) => {
      fixed = moment;
    },
  };
}

/** `2026-11-21T09:30:00Z`: GitHub's times have no fractions. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}
