import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { pauseFor } from '../../pause.ts';
import { isThrottled } from './errors.ts';

/** What is known when a request has failed. */
export interface FailedRequest {
  readonly cause: unknown;
  /** Tries so far: 1 after the first. */
  readonly tries: number;
  /** How much AWS has throttled lately: 0 = not at all. */
  readonly pressure: number;
  /** The caller can end the waiting. */
  readonly abortable: boolean;
  /** The answer is worth little: give up soon. */
  readonly dispensable: boolean;
}

const networkCodes = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];
/** Nothing listens, or there is no such host: rarely mended by waiting. */
const absentCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_PROXY_TUNNEL'];
const timeoutNames = ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'];
const faultStatuses = [500, 502, 503, 504];

/** The SDK's own name for this place: signing stands after it. */
const retries = 'retryMiddleware';
const highestPressure = 6;
const throttled = { firstDelay: 500, longestDelay: 20_000, triesUnlessAbortable: 20 };
const faulty = { firstDelay: 100, longestDelay: 5_000 };

/**
 * How long to wait before the next try, in milliseconds; `undefined` = there is none. The delay is between half and
 * all of an exponential one (`jitter` from 0 to 1), which for throttling starts from the pressure that is left.
 */
export function retryDelay(failed: FailedRequest, jitter: number): number | undefined {
  const spread = 0.5 + jitter / 2;
  if (isThrottled(failed.cause)) {
    if (!failed.abortable && failed.tries >= throttled.triesUnlessAbortable) return undefined;
    const doubled = throttled.firstDelay * 2 ** failed.pressure;
    return spread * Math.min(throttled.longestDelay, doubled);
  }
  if (failed.tries >= triesFor(failed)) return undefined;
  const doubled = faulty.firstDelay * 2 ** (failed.tries - 1);
  return spread * Math.min(faulty.longestDelay, doubled);
}

/** 1 for what another try cannot better. */
function triesFor({ cause, dispensable }: FailedRequest): number {
  const { name, code, $metadata } = (cause ?? {}) as {
    readonly name?: string;
    readonly code?: string;
    readonly $metadata?: {
      readonly httpStatusCode?: number;
      readonly clockSkewCorrected?: boolean;
    };
  };
  if ($metadata?.clockSkewCorrected) return 2;
  if (absentCodes.includes(code ?? '')) return 4;
  const passing =
    networkCodes.includes(code ?? '') ||
    timeoutNames.includes(name ?? '') ||
    faultStatuses.includes($metadata?.httpStatusCode ?? 0);
  if (!passing) return 1;
  return dispensable ? 2 : 8;
}

/**
 * Puts our own retries in the place of the SDK's: its quota of retries ends a storm of throttling after a minute or
 * two, it takes `LimitExceeded` (a quota of the account) for throttling, and its waiting keeps the process after an
 * abort. May be called again: the last one counts.
 */
export function retryWith(
  cloud: CloudFormationClient,
  { random, pause }: { random(): number; readonly pause: typeof pauseFor },
): void {
  let pressure = 0;
  cloud.middlewareStack.remove(retries);
  cloud.middlewareStack.add(
    (next, context) => async (input) => {
      const signal = context.__smithy_context?.abortSignal as AbortSignal | undefined;
      const dispensable = context.commandName === 'DescribeEventsCommand';
      for (let tries = 1; ; tries += 1) {
        try {
          const answer = await next(input);
          pressure = Math.max(0, pressure - 1);
          return answer;
        } catch (cause) {
          signal?.throwIfAborted();
          const failed = { cause, tries, pressure, abortable: signal !== undefined, dispensable };
          const delay = retryDelay(failed, random());
          if (delay === undefined) throw cause;
          if (isThrottled(cause)) pressure = Math.min(highestPressure, pressure + 1);
          await pause(delay, signal);
        }
      }
    },
    { name: retries, step: 'finalizeRequest', priority: 'high' },
  );
}
