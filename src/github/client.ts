import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { conditionalRequests } from './conditional-requests.ts';
import { type HttpRequest, httpFetch } from './http-fetch.ts';
import { requestQueue } from './request-queue.ts';
import { retrying } from './retrying.ts';

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
  /** Milliseconds since 1970; the machine's clock unless given. */
  now?(): number;
  /** Waits before a request that is sent again or has its turn later; in real time unless given. */
  pause?(milliseconds: number): Promise<void>;
}

/** What the adapters share. */
export interface GitHubClient {
  readonly octokit: ReturnType<typeof makeOctokit>;
  readonly owner: string;
  readonly repo: string;
  /** Requests sent so far, retries included. */
  requests(): number;
}

/** GitHub itself gives up on a request after 10 s. */
const requestTimeout = 30_000;

const PluggedOctokit = Octokit.plugin(paginateRest);

/**
 * A client with pagination, retries, throttling and conditional requests. GitHub's
 * limits: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api.
 */
export function connectClient(options: ClientOptions): GitHubClient {
  const [owner = '', repo = ''] = options.repository.split('/');
  const { warn, now, pause = realPause } = options;
  let requests = 0;
  const octokit = makeOctokit(options, () => {
    requests += 1;
  });
  // The first is the innermost.
  octokit.hook.wrap('request', requestQueue(now ?? (() => performance.now()), pause));
  octokit.hook.wrap('request', retrying({ warn, now: now ?? Date.now, pause }));
  octokit.hook.wrap('request', conditionalRequests());
  octokit.hook.after('request', ({ headers }, { method, url }) => {
    const left = headers['x-ratelimit-remaining'];
    options.debug(`GitHub request ${requests}: ${method} ${url}, ${left ?? '?'} left of the limit`);
  });
  return { octokit, owner, repo, requests: () => requests };
}

function makeOctokit(options: ClientOptions, count: () => void) {
  return new PluggedOctokit({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/$/, ''),
    userAgent: 'understudy',
    request: { fetch: countingFetch(options, count) },
    log: { debug: () => {}, info: () => {}, warn: options.debug, error: options.debug },
  });
}

function countingFetch({ environment }: ClientOptions, count: () => void) {
  const send = httpFetch(environment);
  return (url: string, request: HttpRequest = {}) => {
    count();
    const ends = [AbortSignal.timeout(requestTimeout), ...(request.signal ? [request.signal] : [])];
    return send(url, { ...request, signal: AbortSignal.any(ends) });
  };
}

function realPause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
