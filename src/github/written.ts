import { RequestError } from '@octokit/request-error';
import { oneLine, type Refused, type Written } from '../promotion/ways/written.ts';

/** Ours is over before GitHub's own 10 s and the time a request waits in the queue could pass `clockMargin`. */
const longest = 20_000;

/**
 * For the `request` of a write that must not be done late or twice: sent once, without waiting for a limit, and given up
 * after 20 s, the time in the queue of writes included.
 */
export function sentOnce() {
  return { retries: 0, waits: false, signal: AbortSignal.timeout(longest) };
}

/** How a write ended. A 5xx, no answer and one that was given up say nothing of what was done. */
export async function written<Value>(call: () => Promise<Value>): Promise<Written<Value>> {
  try {
    return { kind: 'done', value: await call() };
  } catch (cause) {
    return afterError(cause);
  }
}

function afterError(cause: unknown): Exclude<Written, { kind: 'done' }> {
  if (isAborted(cause)) return { kind: 'unknown', detail: 'GitHub did not answer in time' };
  if (!(cause instanceof RequestError)) throw cause;
  const detail = detailOf(cause);
  if (cause.status >= 500 || cause.status < 400) return { kind: 'unknown', detail };
  return { kind: 'refused', as: refusedAs(cause), detail };
}

function isAborted(cause: unknown): boolean {
  const names = ['AbortError', 'TimeoutError'];
  return cause instanceof Error && names.includes(cause.name);
}

/** Statuses with which GitHub refuses; every other 4xx is a request that it does not understand. */
const kinds: Readonly<Record<number, Refused['as']>> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'absent',
  408: 'limited',
  409: 'conflict',
  429: 'limited',
};

function refusedAs({ status, message, response }: RequestError): Refused['as'] {
  const spent = response?.headers['x-ratelimit-remaining'] === '0';
  if (status === 403 && (spent || /rate limit/i.test(message))) return 'limited';
  return kinds[status] ?? 'invalid';
}

/** GitHub's message on one line, with what it says of single fields, but without the address of its manual. */
function detailOf({ status, message, response }: RequestError): string {
  const text = message.replace(/ - https?:\/\/\S+$/, '');
  const answer = response === undefined ? 'no answer' : String(status);
  return `${oneLine(text)} (${answer})`;
}
