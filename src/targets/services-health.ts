import { type UrlProbing, untilUrlHealthy } from './health.ts';
import type { DesiredService, ObservedService, Watch } from './target.ts';

/** A service that did not become healthy in time. */
export interface Unhealthy {
  readonly service: string;
  readonly url: string;
  /** As `it answered 503`. */
  readonly detail: string;
}

/**
 * What the target calls complete may still serve nothing: each service that has an address is asked over HTTP, one
 * after another. Answers with the first that is not healthy within its probe's time; `undefined` = all are.
 */
export async function untilServicesHealthy(
  services: readonly Pick<ObservedService, 'name' | 'url'>[],
  desired: readonly Pick<DesiredService, 'name' | 'probe'>[],
  probing: Omit<UrlProbing, 'signal'>,
  watch: Pick<Watch, 'progress' | 'signal'>,
): Promise<Unhealthy | undefined> {
  for (const { name: service, probe } of desired) {
    const { url = '' } = services.find(({ name }) => name === service) ?? {};
    if (url === '') continue;
    const step = { kind: 'step', service, step: 'wait for health' } as const;
    watch.progress({ ...step, at: probing.now(), state: 'running', detail: url });
    const health = await untilUrlHealthy(url, probe, { ...probing, signal: watch.signal });
    if (!health.healthy) {
      watch.progress({ ...step, at: probing.now(), state: 'failed', detail: health.detail });
      return { service, url, detail: health.detail };
    }
    watch.progress({ ...step, at: probing.now(), state: 'done' });
  }
  return undefined;
}
