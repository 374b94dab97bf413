import type { Kube } from './kube.ts';
import { pathOf } from './object-path.ts';

/** Which log, and how much of it. */
export interface PodLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Only the last lines. */
  readonly tail?: number;
  /** Lines as they are written, until the container ends. */
  readonly follow?: boolean;
  /** Of the container before its last restart. */
  readonly previous?: boolean;
  /** ISO 8601. */
  readonly sinceTime?: string;
}

/** Lines of a container's log. Throws a `KubeError` where there is none yet. */
export function podLog(kube: Kube, log: PodLog, signal: AbortSignal): AsyncIterable<string> {
  const { namespace, pod, container, tail, follow, previous, sinceTime } = log;
  const pods = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
  const path = pathOf(pods, { namespace, name: pod }, 'log');
  const query = {
    container,
    tailLines: tail === undefined ? undefined : String(tail),
    follow: follow ? 'true' : undefined,
    previous: previous ? 'true' : undefined,
    sinceTime,
  };
  return kube.lines({ method: 'GET', path, query }, signal);
}
