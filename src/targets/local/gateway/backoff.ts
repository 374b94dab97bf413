import type { Limits } from './machine.ts';

/** Milliseconds before the next start after so many failures in a row: doubling up to the most. */
export function restartDelay(failures: number, limits: Limits): number {
  return Math.min(limits.restartMost, limits.restartFirst * 2 ** Math.max(0, failures - 1));
}
