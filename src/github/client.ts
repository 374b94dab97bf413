import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck/light.js';
import { conditionalRequests } from './conditional-requests.ts';
import { type HttpRequest, httpFetch } from './http-fetch.ts';

/** Where and as whom to call GitHub. */
export interface ClientOptions {
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server (`GITHUB_API_URL`). */
  readonly apiUrl: string;
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  debug(line: string): void;
  warn(line: string): void;
}

/** What the adapters share. */
export interface GitHubClient {
  readonly octokit: ReturnType<typeof makeOctokit>;
  readonly owner: string;
  readonly repo: string;
  /** Requests sent so far, retries included. */
  requests(): number;
}

/** Waiting longer than this for a rate limit would bill a job for nothing. */
const longestRateLimitWait = 60;
/** GitHub itself gives up on a request after 10 s. */
const requestTimeout = 30_000;

const PluggedOctokit = Octokit.plugin(paginateRest, retry, throttling);

/**
 * A client with pagination, retries, throttling and conditional requests. GitHub's
 * limits: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api.
 */
export function connectClient(options: ClientOptions): GitHubClient {
  const [owner = '', repo = ''] = options.repository.split('/');
  let requests = 0;
  const octokit = makeOctokit(options, () => {
    requests += 1;
  });
  octokit.hook.wrap('request', conditionalRequests());
  octokit.hook.after('request', ({ headers }, { method, url }) => {
    const left = headers['x-ratelimit-remaining'];
    options.debug(`GitHub request ${requests}: ${method} ${url}, ${left ?? '?'} left of the limit`);
  });
  return { octokit, owner, repo, requests: () => requests };
}

function makeOctokit(options: ClientOptions, count: () => void) {
  const throttled = waitOrGiveUp(options);
  return new PluggedOctokit({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/$/, ''),
    userAgent: 'understudy',
    request: { fetch: countingFetch(options, count) },
    log: { debug: () => {}, info: () => {}, warn: options.debug, error: options.debug },
    retry: { doNotRetry: [304, 400, 401, 403, 404, 409, 410, 422, 451] },
    throttle: {
      onRateLimit: throttled('the rate limit'),
      onSecondaryRateLimit: throttled('a secondary rate limit'),
      write: burst('write'),
      notifications: burst('notifications'),
    },
  });
}

/**
 * The throttling plugin spaces writes by 1 to 3 s, which would triple the time of a deploy. GitHub allows some
 * 80 writes a minute; half of that at once, then one a second, keeps well inside.
 */
function burst(id: string) {
  return new Bottleneck.Group({
    id: `understudy-${id}`,
    maxConcurrent: 1,
    reservoir: 40,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseInterval: 1_000,
    reservoirIncreaseMaximum: 40,
  });
}

function waitOrGiveUp({ warn }: ClientOptions) {
  return (limit: string) =>
    (retryAfter: number, options: object, _octokit: unknown, retryCount: number): boolean => {
      const { request } = options as { readonly request?: { readonly waits?: boolean } };
      if (request?.waits === false) return false;
      const wait = retryAfter <= longestRateLimitWait && retryCount < 2;
      if (wait) warn(`GitHub asks to wait ${retryAfter} s for ${limit}`);
      return wait;
    };
}

function countingFetch({ environment }: ClientOptions, count: () => void) {
  const send = httpFetch(environment);
  return (url: string, request: HttpRequest = {}) => {
    count();
    const ends = [AbortSignal.timeout(requestTimeout), ...(request.signal ? [request.signal] : [])];
    return send(url, { ...request, signal: AbortSignal.any(ends) });
  };
}
