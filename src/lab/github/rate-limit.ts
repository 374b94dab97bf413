import { ApiError } from './api-error.ts';

/** What GitHub Enterprise Cloud gives a repository's `GITHUB_TOKEN` for an hour. */
const hourly = 15_000;
const hour = 3_600;

/** Where a caller stands. `reset` is in seconds since the epoch. */
export interface Quota {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly reset: number;
}

/** Counts calls by caller and hour. */
export interface RateLimits {
  /** Counts one call. Throws GitHub's 403 when none is left. */
  spend(caller: string): void;
  /** Gives a call back, as GitHub does for a 304. */
  giveBack(caller: string): void;
  quota(caller: string): Quota;
}

/** Counters at zero. `now` in milliseconds. */
export function createRateLimits(now: () => number): RateLimits {
  const windows = new Map<string, { used: number; reset: number }>();
  const windowOf = (caller: string) => {
    const seconds = Math.floor(now() / 1000);
    const known = windows.get(caller);
    if (known && known.reset > seconds) return known;
    const fresh = { used: 0, reset: seconds + hour };
    windows.set(caller, fresh);
    return fresh;
  };
  return {
    spend(caller) {
      const window = windowOf(caller);
      if (window.used >= hourly) throw exhausted();
      window.used += 1;
    },
    giveBack(caller) {
      windowOf(caller).used -= 1;
    },
    quota(caller) {
      const { used, reset } = windowOf(caller);
      return { limit: hourly, used, remaining: Math.max(0, hourly - used), reset };
    },
  };
}

/** The answer to a call beyond the primary limit. */
export function exhausted(): ApiError {
  return new ApiError(
    403,
    'API rate limit exceeded for installation ID 1. If you reach out to GitHub Support for help, please include the request ID.',
  );
}

/** The answer to a call that meets a secondary limit; `retryAfter` in seconds. */
export function secondaryLimit(retryAfter: number, requestId: string): ApiError {
  return new ApiError(
    403,
    `You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID ${requestId}.`,
    {},
    { 'retry-after': String(retryAfter) },
  );
}

/** The headers that tell a caller where it stands. */
export function quotaHeaders(quota: Quota): Record<string, string> {
  return {
    'x-ratelimit-limit': String(quota.limit),
    'x-ratelimit-remaining': String(quota.remaining),
    'x-ratelimit-reset': String(quota.reset),
    'x-ratelimit-used': String(quota.used),
    'x-ratelimit-resource': 'core',
  };
}
