import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Probe } from '../../target.ts';

const nothing = 'nothing listens on $PORT';

/** Loopback addresses a service may have bound, in the order they are tried. */
const addresses = ['127.0.0.1', '::1'] as const;

/** What a probe found: the address that is healthy, or why none is. */
export type Health =
  | { readonly healthy: true; readonly address: string }
  | { readonly healthy: false; readonly detail: string };

/** Where to ask, and as whom. */
export interface ProbeTarget {
  readonly port: number;
  /** Sent as `Host`, because applications may answer only their own name. */
  readonly host: string;
  readonly probe: Probe;
}

/** Asks again and again until healthy or until `within` is over. Rejects when aborted. */
export async function untilHealthy(target: ProbeTarget, signal: AbortSignal): Promise<Health> {
  const end = performance.now() + target.probe.within;
  for (let pause = 25; ; pause = Math.min(pause * 1.5, 1000)) {
    const health = await probeOnce(target, signal);
    const left = end - performance.now();
    if (health.healthy || left <= 0) return health;
    await delay(Math.min(pause, left), undefined, { signal });
  }
}

/** Asks once. */
export async function probeOnce(target: ProbeTarget, signal: AbortSignal): Promise<Health> {
  let detail = '';
  for (const address of addresses) {
    const answer = await ask(target, address, signal);
    if (typeof answer === 'number' && isExpected(answer, target.probe)) {
      return { healthy: true, address };
    }
    // Nothing listens there: what the other address said tells more.
    if (answer !== nothing || detail === '') detail = describe(answer);
  }
  return { healthy: false, detail };
}

function isExpected(status: number, { expect }: Probe): boolean {
  return expect === undefined ? status >= 200 && status < 400 : status === expect;
}

function describe(answer: number | string): string {
  return typeof answer === 'number' ? `it answered ${answer}` : answer;
}

function ask(target: ProbeTarget, host: string, signal: AbortSignal): Promise<number | string> {
  const { port, probe } = target;
  const timeout = Math.max(250, Math.min(5000, probe.within));
  return new Promise((resolve) => {
    const asked = request(
      {
        host,
        port,
        path: probe.path,
        agent: false,
        timeout,
        signal,
        headers: { host: target.host },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('it did not answer in time')));
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? nothing : error.message),
    );
    asked.end();
  });
}
