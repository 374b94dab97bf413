import { untilUrlHealthy } from '../health.ts';
import type { Watch } from '../target.ts';
import type { Kube } from './connect/kube.ts';
import type { KubernetesContext } from './context.ts';
import { untilReachedHealthy } from './readiness/proxy-probe.ts';
import type { PreparedService } from './service-stages.ts';

/** What asking a service takes. */
export interface ProbingService {
  readonly kube: Kube;
  readonly context: KubernetesContext;
  readonly watch: Pick<Watch, 'progress' | 'signal'>;
}

/**
 * Asks the service at its address until it is healthy; answers with what is wrong, `undefined` = nothing. Where the
 * address cannot be reached from here, the API server asks the Service behind it.
 */
export async function probeService(
  { placed, url, backend }: PreparedService,
  { kube, context, watch }: ProbingService,
): Promise<string | undefined> {
  const { name, probe } = placed.service;
  if (url === '') return undefined;
  const step = { kind: 'step', service: name, step: 'wait for health' } as const;
  const say = (state: 'running' | 'done' | 'failed', detail?: string) =>
    watch.progress({ ...step, at: context.now(), state, ...(detail !== undefined && { detail }) });
  const probing = { ...context, signal: watch.signal };
  say('running', url);
  const health = backend
    ? await untilReachedHealthy(kube, { url, service: backend }, probe, probing)
    : await untilUrlHealthy(url, probe, probing);
  if (!health.healthy) {
    say('failed', health.detail);
    return `${url} is not healthy: ${health.detail}`;
  }
  const isInside = 'byProxy' in health && health.byProxy !== undefined;
  say('done', isInside ? `asked through the API server, because ${health.byProxy}` : undefined);
  return undefined;
}
