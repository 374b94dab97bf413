import type { KubeObject } from '../kube-object.ts';

/**
 * How far an object is. `unknown`: the object alone cannot tell, those that use it will (a volume that waits for
 * its first pod).
 */
export interface ReadinessStatus {
  readonly state: 'current' | 'in-progress' | 'failed' | 'terminating' | 'unknown';
  /** For people, without the object's name: `1 of 2 replicas`. */
  readonly detail: string;
  /** In progress, and unlikely to get better by itself. */
  readonly stuck?: true;
}

/** How one kind tells its status; `undefined` = it has nothing to say beyond what all kinds do. */
export type StatusRule = (object: KubeObject) => ReadinessStatus | undefined;

/** By `Kind.group`, as `Deployment.apps`; the core group is empty, as `Pod.`. */
export type StatusRules = Readonly<Record<string, StatusRule>>;

/** A status in one word and its detail. */
export function inState(
  state: ReadinessStatus['state'],
  detail: string,
  stuck = false,
): ReadinessStatus {
  return { state, detail, ...(stuck && { stuck }) };
}
