import { after, duration, type Instant } from '../../../core/time.ts';
import {
  isExpectedStatus,
  type UrlHealth,
  type UrlProbing,
  untilUrlHealthy,
} from '../../health.ts';
import type { Probe } from '../../target.ts';
import type { Kube, KubeRequest } from '../connect/kube.ts';
import { isForbidden } from '../connect/kube-errors.ts';

/** The Service of the cluster that an address leads to. */
export interface ProbedService {
  readonly namespace: string;
  readonly name: string;
  /** Number or name of its port. */
  readonly port: number | string;
  /** What the pods behind it speak; default `http`. */
  readonly scheme?: 'http' | 'https';
}

/** What a probe found, and by which way. */
export type ReachedHealth =
  | {
      readonly healthy: true;
      /** Said where the address itself was not asked: why, as `the name x has no address yet`. */
      readonly byProxy?: string;
    }
  | { readonly healthy: false; readonly detail: string };

/** So long an address may be out of reach before the API server is asked in its place, or half the probe's time. */
const reachWithin = duration(3000);
/** Then both are asked in turn. Milliseconds. */
const gap = 2000;

/**
 * As `untilUrlHealthy`. Where nothing listens at the address as seen from here (private networks, names that are
 * not yet published), the Service behind it is asked through the API server's proxy, which the answer says.
 * @throws the signal's reason when that is aborted
 */
export async function untilReachedHealthy(
  kube: Kube,
  { url, service }: { readonly url: string; readonly service: ProbedService },
  probe: Probe,
  probing: UrlProbing,
): Promise<ReachedHealth> {
  const { now } = probing;
  const end = after(now(), probe.within);
  const patience = isOfCluster(url) ? 0 : Math.min(reachWithin, probe.within / 2);
  const first = duration(patience);
  const asked = { kube, url, service, probe, probing, end };
  const health = await untilUrlHealthy(url, { ...probe, within: first }, probing);
  if (health.healthy) return health;
  return health.unreachable ? await askInTurn(asked, health.detail) : await untilEnd(asked);
}

/** A name that only pods know. */
function isOfCluster(url: string): boolean {
  return URL.canParse(url) && new URL(url).hostname.endsWith('.svc');
}

interface Asked {
  readonly kube: Kube;
  readonly url: string;
  readonly service: ProbedService;
  readonly probe: Probe;
  readonly probing: UrlProbing;
  readonly end: Instant;
}

/** Something listens: it decides. */
async function untilEnd({ url, probe, probing, end }: Asked): Promise<UrlHealth> {
  const within = duration(Math.max(0, end - probing.now()));
  return await untilUrlHealthy(url, { ...probe, within }, probing);
}

async function askInTurn(asked: Asked, unreachable: string): Promise<ReachedHealth> {
  const { url, probe, probing, end } = asked;
  const { now, pause, signal } = probing;
  for (;;) {
    const inside = await askService(asked);
    if (inside === undefined) return { healthy: true, byProxy: unreachable };
    if (now() >= end)
      return { healthy: false, detail: `${unreachable}; through the API server, ${inside}` };
    await pause(Math.min(gap, end - now()), signal);
    const outside = await untilUrlHealthy(url, { ...probe, within: duration(0) }, probing);
    if (outside.healthy) return outside;
    if (!outside.unreachable) return await untilEnd(asked);
  }
}

/** What is wrong; `undefined` = it is healthy. */
async function askService({ kube, service, probe, probing }: Asked): Promise<string | undefined> {
  const { signal } = probing;
  try {
    const status = await kube.proxied(requestTo(service, probe.path), signal);
    return isExpectedStatus(status, probe) ? undefined : `it answered ${status}`;
  } catch (cause) {
    signal.throwIfAborted();
    if (isForbidden(cause)) return 'it may not be asked (get on services/proxy)';
    return cause instanceof Error ? cause.message : String(cause);
  }
}

function requestTo({ namespace, name, port, scheme = 'http' }: ProbedService, path: string) {
  const { pathname, searchParams } = new URL(`http://service/${path.replace(/^\/+/, '')}`);
  const [place, target] = [namespace, `${scheme}:${name}:${port}`].map(encodeURIComponent);
  return {
    method: 'GET',
    path: `/api/v1/namespaces/${place}/services/${target}/proxy${pathname}`,
    query: Object.fromEntries(searchParams),
  } satisfies KubeRequest;
}
