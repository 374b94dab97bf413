import { RequestError } from '@octokit/request-error';
import type { Answer, RequestOptions, Send } from './request-hook.ts';

/** What waiting needs of its surroundings. */
export interface Surroundings {
  /** Said when a rate limit is waited for. */
  warn(line: string): void;
  /** Milliseconds since 1970, as GitHub counts them. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

interface Limit {
  readonly name: string;
  /** Seconds until it allows the next request. */
  readonly wait: number;
}

/** The same request would be answered the same way. */
const lasting = [304, 400, 401, 403, 404, 409, 410, 422, 451];
const mostRetries = 3;
const mostLimitWaits = 2;
/** Waiting longer than this many seconds for a rate limit would bill a job for nothing. */
const longestLimitWait = 60;
/** What GitHub asks for where it does not say: docs.github.com, best practices for using the REST API. */
const limitWait = 60;

/**
 * Asks again after a fault of GitHub's or of the network, 1, 4 and 9 s later, and when a rate limit allows it again, where
 * that is soon. A request says otherwise by `request: { retries: 0 }` and `{ waits: false }`.
 */
export function retrying(surroundings: Surroundings) {
  return async (send: Send, options: RequestOptions): Promise<Answer> => {
    let faults = 0;
    let limits = 0;
    for (;;) {
      try {
        return await send(options);
      } catch (cause) {
        const limit = limitOf(cause, surroundings.now());
        const again = limit ? waitsFor(limit, options, limits) : retries(cause, options, faults);
        if (!again) throw cause;
        if (limit) limits += 1;
        else faults += 1;
        if (limit) surroundings.warn(`GitHub asks to wait ${limit.wait} s for ${limit.name}`);
        await surroundings.pause(1_000 * (limit?.wait ?? faults ** 2));
      }
    }
  };
}

/** How GitHub says it: docs.github.com, exceeding the rate limit. */
function limitOf(cause: unknown, now: number): Limit | undefined {
  if (!(cause instanceof RequestError) || (cause.status !== 403 && cause.status !== 429)) {
    return undefined;
  }
  const headers = cause.response?.headers ?? {};
  if (/\bsecondary rate\b/i.test(cause.message)) {
    return { name: 'a secondary rate limit', wait: Number(headers['retry-after']) || limitWait };
  }
  if (headers['x-ratelimit-remaining'] !== '0') return undefined;
  const reset = Number(headers['x-ratelimit-reset']) || 0;
  // One second more, as both clocks are rounded.
  const wait = Math.max(0, Math.ceil(reset - now / 1_000) + 1);
  return { name: 'the rate limit', wait };
}

function waitsFor({ wait }: Limit, { request }: RequestOptions, before: number): boolean {
  return request.waits !== false && wait <= longestLimitWait && before < mostLimitWaits;
}

/** What is no answer of GitHub's, such as a request that was given up, is not for us to repeat. */
function retries(cause: unknown, { request }: RequestOptions, before: number): boolean {
  if (!(cause instanceof RequestError) || cause.status < 400) return false;
  return !lasting.includes(cause.status) && before < Number(request.retries ?? mostRetries);
}
