import type { Instant } from '../core/time.ts';
import type { Probe } from './target.ts';

/** What a probe found. */
export type UrlHealth =
  | { readonly healthy: true }
  /** What was wrong at the last try, as `it answered 503`. */
  | { readonly healthy: false; readonly detail: string };

/** How an address is probed. */
export interface UrlProbing {
  readonly signal: AbortSignal;
  now(): Instant;
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** For HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks `url` with the path of the probe until it is healthy or until `within` is over. Certificates are checked
 * as usual; redirects are not followed, and count as the 3xx they are.
 * @throws the signal's reason when that is aborted
 */
export async function untilUrlHealthy(
  _url: string,
  _probe: Probe,
  _probing: UrlProbing,
): Promise<UrlHealth> {
  throw new Error('not yet');
}
