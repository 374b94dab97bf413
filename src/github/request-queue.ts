import type { Answer, RequestOptions, Send } from './request-hook.ts';

/** GitHub takes 100 at once (docs.github.com, rate limits for the REST API); other runs use the same token. */
const atOnce = 10;
/**
 * GitHub allows some 80 writes a minute. Half of that at once, then one a second, keeps well inside; one a second from
 * the first would triple the time of a deploy.
 */
const writesAtOnce = 40;
const writeInterval = 1_000;

/**
 * Requests go in the order they came, at most ten at a time, and of writes at most 40 and then one a second. Where nothing
 * waits it takes no time: octokit's own plugins spend nine timers, 12 ms, on every request.
 * @param now Milliseconds of a clock that never goes back.
 */
export function requestQueue(now: () => number, pause: (milliseconds: number) => Promise<void>) {
  const inTurn = places(atOnce);
  const untilTurn = writeTurns();
  return async (send: Send, options: RequestOptions): Promise<Answer> => {
    const wait = isWrite(options) ? untilTurn(now()) : 0;
    if (wait > 0) await pause(wait);
    return inTurn(async () => send(options));
  };
}

function isWrite({ method }: RequestOptions): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** How long each has to wait: turns that nobody took are kept, up to 40 of them. */
function writeTurns() {
  let last = Number.NEGATIVE_INFINITY;
  return (now: number): number => {
    last = Math.max(last, now - writesAtOnce * writeInterval) + writeInterval;
    return Math.max(0, last - now);
  };
}

function places(count: number) {
  const waiting: (() => void)[] = [];
  let free = count;
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async <Value>(act: () => Promise<Value>): Promise<Value> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((go) => waiting.push(go));
    return act().finally(leave);
  };
}
