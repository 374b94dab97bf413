import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Instant } from '../core/time.ts';
import type { Probe } from './target.ts';

/** What a probe found. */
export type UrlHealth =
  | { readonly healthy: true }
  | {
      readonly healthy: false;
      /** What was wrong at the last try, as `it answered 503`. */
      readonly detail: string;
      /** Nothing that listens was found there, which may be so from here only. */
      readonly unreachable?: true;
    };

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
    if (typeof answer === 'number' && isExpectedStatus(answer, probe)) return { healthy: true };
    const left = end - now();
    if (left <= 0) return unhealthy(answer, environment);
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

/** Whether a probe takes this status for health. */
export function isExpectedStatus(status: number, { expect }: Pick<Probe, 'expect'>): boolean {
  return expect === undefined ? status >= 200 && status < 400 : status === expect;
}

function unhealthy(answer: Answer, environment: UrlProbing['environment']): UrlHealth {
  if (typeof answer === 'number') return { healthy: false, detail: `it answered ${answer}` };
  const through = proxyOf(environment) ? ' (through the proxy that the environment names)' : '';
  const detail = `${answer.words}${through}`;
  return { healthy: false, detail, ...(answer.unreachable && { unreachable: true }) };
}

/** A status, or what went wrong. */
type Answer = number | { readonly words: string; readonly unreachable: boolean };

/** A connection of its own each time: names may come to mean other addresses. */
function ask(url: URL, timeout: number, probing: UrlProbing): Promise<Answer> {
  const { signal, environment } = probing;
  const library = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = proxyOf(environment) && new library.Agent({ proxyEnv: { ...environment } });
  const options: RequestOptions = { signal, ...(agent ? { agent } : { agent: false }) };
  return new Promise((resolve) => {
    const give = (answer: Answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const asked = library.request(url, options, (response: IncomingMessage) => {
      give(response.statusCode ?? 0);
      response.destroy();
    });
    const timer = setTimeout(() => {
      const words = `it did not answer within ${Math.round(timeout / 100) / 10}s`;
      asked.destroy(Object.assign(new Error(words), { code: 'ETIMEDOUT' }));
    }, timeout);
    asked.on('error', (error: NodeJS.ErrnoException) => give(faultOf(error, url)));
    asked.end();
  });
}

const unreachable = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

function faultOf({ code = '', message }: NodeJS.ErrnoException, url: URL): Answer {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nothing listens at ${url.host}`,
    ENOTFOUND: `the name ${url.hostname} has no address yet`,
    EAI_AGAIN: `the name ${url.hostname} could not be looked up`,
    ECONNRESET: 'the connection was cut',
  };
  return { words: known[code] ?? message, unreachable: unreachable.test(code) };
}

function proxyOf(environment: UrlProbing['environment']): string | undefined {
  const names = ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY'];
  return names.map((name) => environment[name]).find(Boolean);
}
