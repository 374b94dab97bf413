import type { KubeObject, ObjectRef } from '../kube-object.ts';

/** One request to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server, beginning with `/api` or `/apis`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
}

/** Where objects of one kind live. */
export interface KindResource {
  readonly apiVersion: string;
  readonly kind: string;
  /** `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A kind of object: `apps/v1`, `Deployment`. */
export type Kind = Pick<ObjectRef, 'apiVersion' | 'kind'>;

/**
 * The connection to one cluster, over one pool of connections. Requests are retried by class (429, 409 of a write race
 * never, 5xx, network) until the signal ends them. Everything throws a `KubeError` for an answer of the API
 * server that is an error, a `UserError` where people can mend it (no access, no connection, expired credentials), the
 * signal's reason once that is aborted.
 */
export interface Kube {
  /** Address of the API server. */
  readonly server: string;
  /** The answer's JSON; `undefined` for an empty one. */
  send(request: KubeRequest, signal: AbortSignal): Promise<unknown>;
  /** Lines of a streamed answer (logs with `follow`, watches) until it ends or the signal does. Not retried. */
  lines(request: KubeRequest, signal: AbortSignal): AsyncIterable<string>;
  /**
   * The status that what stands behind the API server's proxy answered, whatever it is; the body is dropped, redirects
   * are not followed, nothing is retried. Throws as `send` where the API server itself refused, which it tells by a
   * `metav1.Status`.
   */
  proxied(request: KubeRequest, signal: AbortSignal): Promise<number>;
  /**
   * Known kinds without a request, others by discovery; of `group/*` the version that the cluster prefers. Throws a
   * `UserError` where the cluster lacks the kind, which is a `NotFound` too.
   */
  resource(kind: Kind, signal: AbortSignal): Promise<KindResource>;
}

/** An answer of the API server that is an error (`metav1.Status`). */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** HTTP status. */
  readonly status: number;
  /** `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Forbidden` …; empty where the server names none. */
  readonly reason: string;
  /** Faults by field, as the server tells them. */
  readonly causes: readonly {
    readonly field: string;
    readonly message: string;
    readonly reason: string;
  }[];

  constructor(
    message: string,
    answer: Pick<KubeError, 'status' | 'reason' | 'causes'>,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = answer.status;
    this.reason = answer.reason;
    this.causes = answer.causes;
  }
}

/** An event of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}
