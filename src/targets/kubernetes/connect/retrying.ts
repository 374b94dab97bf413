/** What is known when a try has failed. */
export interface FailedTry {
  /** HTTP status; absent = there was no answer. */
  readonly status?: number;
  /** Code of the network's error. */
  readonly code?: string;
  /** Seconds, as the server asks for. */
  readonly retryAfter?: number;
  /** Tries so far: 1 after the first. */
  readonly tries: number;
  /** The server has answered this connection before. */
  readonly known: boolean;
}

/** Nothing listens, or there is no such host: rarely mended by waiting, unless it was there before. */
const absentCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const passingCodes = [...absentCodes, 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'];
const faultStatuses = [500, 502, 503, 504];

/** Together about two minutes: the API server of a small cluster is away for as long while it is upgraded. */
const triesOfFaults = 30;
const triesOfAbsent = 4;
/** An internal error (a webhook that fails) that lasts is no passing one. */
const triesOfInternalError = 6;
const firstDelay = 100;
const longestDelay = 5_000;
const longestRetryAfter = 60;

/**
 * Milliseconds to wait before the next try; `undefined` = there is none. Between half and all of an exponential delay
 * (`jitter` from 0 to 1), never less than the server asks for. Too many requests are no reason to give up.
 */
export function retryDelay(failed: FailedTry, jitter: number): number | undefined {
  if (failed.tries >= triesFor(failed)) return undefined;
  const doubled = Math.min(longestDelay, firstDelay * 2 ** Math.min(failed.tries - 1, 10));
  const asked = Math.min(failed.retryAfter ?? 0, longestRetryAfter) * 1000;
  return asked + doubled * (0.5 + jitter / 2);
}

/** 1 for what another try cannot better. */
function triesFor({ status, code = '', known }: FailedTry): number {
  if (status === 429) return Number.POSITIVE_INFINITY;
  if (status === 500) return triesOfInternalError;
  if (status !== undefined) return faultStatuses.includes(status) ? triesOfFaults : 1;
  if (!passingCodes.includes(code)) return 1;
  return absentCodes.includes(code) && !known ? triesOfAbsent : triesOfFaults;
}

/** Whether a change may have been made although it failed. */
export function isOutcomeUnknown({
  status,
  code = '',
}: Pick<FailedTry, 'status' | 'code'>): boolean {
  if (status !== undefined) return status >= 500;
  return !absentCodes.includes(code);
}
