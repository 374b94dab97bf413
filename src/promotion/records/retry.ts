import { after, duration, type Instant } from '../../core/time.ts';
import type { RetrySettings } from '../pipeline.ts';

/** What a failed request or act told of itself. */
export interface Failure {
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** As Node.js names it: `ECONNRESET` … */
  readonly code?: string;
  /** GitHub's own word that it was too much at once: `retry-after`, `x-ratelimit-remaining: 0`, secondary limits. */
  readonly limited?: boolean;
}

const passingCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Whether it may go better the next time: 5xx, 408, 429, limits, the network. 401, 403, 404, 422 stay as they are. */
export function isTransient({ status, code, limited = false }: Failure): boolean {
  if (limited) return true;
  if (status !== undefined) return status >= 500 || status === 429 || status === 408;
  return code !== undefined && passingCodes.has(code);
}

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
