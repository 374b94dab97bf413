import { after, duration, type Instant } from '../../core/time.ts';
import type { RetrySettings } from '../pipeline.ts';

/**
 * When the next attempt may start, or `undefined` when none is left. The wait doubles, and half of it is chance.
 * @param made Attempts so far.
 * @param jitter From 0 to below 1.
 */
export function nextAttemptAt(
  { attempts, delay, longest }: RetrySettings,
  made: number,
  now: Instant,
  jitter: number,
): Instant | undefined {
  if (made >= attempts) return undefined;
  const full = Math.min(longest, delay * 2 ** (made - 1));
  return after(now, duration(Math.round(full * (0.5 + jitter / 2))));
}
