import type { IncomingMessage, RequestOptions } from 'node:http';
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

/** One try takes no longer, so that a host that swallows requests is asked again. */
const patience = 5000;

/**
 * Asks `url` with the path of the probe until it is healthy or until `within` is over. Certificates are checked
 * as usual; redirects are not followed, and count as the 3xx they are.
 * @throws the signal's reason when that is aborted
 */
export async function untilUrlHealthy(
  url: string,
  probe: Probe,
  probing: UrlProbing,
): Promise<UrlHealth> {
  const place = addressOf(url, probe.path);
  if (!place) return { healthy: false, detail: `${url} is not an http or https address` };
  const { now, pause, signal, environment } = probing;
  const end = now() + probe.within;
  for (let gap = 250; ; gap = Math.min(gap * 1.5, 3000)) {
    const answer = await ask(place, Math.min(patience, Math.max(250, end - now())), probing);
    signal.throwIfAborted();
    if (typeof answer === 'number' && isExpected(answer, probe)) return { healthy: true };
    const left = end - now();
    if (left <= 0) return { healthy: false, detail: describe(answer, environment) };
    await pause(Math.min(gap, left), signal);
  }
}

function addressOf(url: string, path: string): URL | undefined {
  if (!URL.canParse(url)) return undefined;
  const base = new URL(url);
  if (!/^https?:$/.test(base.protocol)) return undefined;
  // A base path of the service's own is kept: `https://example.com/shop` and `/healthz` make `/shop/healthz`.
  const whole = `${base.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  return new URL(whole, base.origin);
}

function isExpected(status: number, { expect }: Probe): boolean {
  return expect === undefined ? status >= 200 && status < 400 : status === expect;
}

function describe(answer: number | string, environment: UrlProbing['environment']): string {
  if (typeof answer === 'number') return `it answered ${answer}`;
  return proxyOf(environment) ? `${answer} (through the proxy that the environment names)` : answer;
}

/** A status, or what went wrong. A connection of its own each time: names may come to mean other addresses. */
function ask(url: URL, timeout: number, probing: UrlProbing): Promise<number | string> {
  const { signal, environment } = probing;
  const library = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = proxyOf(environment) && new library.Agent({ proxyEnv: { ...environment } });
  const options: RequestOptions = { signal, ...(agent ? { agent } : { agent: false }) };
  return new Promise((resolve) => {
    const give = (answer: number | string) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const asked = library.request(url, options, (response: IncomingMessage) => {
      give(response.statusCode ?? 0);
      response.destroy();
    });
    const timer = setTimeout(
      () => asked.destroy(new Error(`it did not answer within ${Math.round(timeout / 100) / 10}s`)),
      timeout,
    );
    asked.on('error', (error: NodeJS.ErrnoException) => give(wordsOf(error, url)));
    asked.end();
  });
}

function wordsOf({ code = '', message }: NodeJS.ErrnoException, url: URL): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nothing listens at ${url.host}`,
    ENOTFOUND: `the name ${url.hostname} has no address yet`,
    EAI_AGAIN: `the name ${url.hostname} could not be looked up`,
    ECONNRESET: 'the connection was cut',
  };
  return words[code] ?? message;
}

function proxyOf(environment: UrlProbing['environment']): string | undefined {
  const names = ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY'];
  return names.map((name) => environment[name]).find(Boolean);
}
