import { type Instant, parseInstant } from '../../../core/time.ts';
import { fieldsOf, numberOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';

/** What Kubernetes tells of an object. */
export interface KubeEvent {
  /** `Warning` or `Normal`. */
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** Of the last time, by the cluster's clock. */
  readonly at: Instant;
  readonly count: number;
  /** Of the object that it is about. */
  readonly about: { readonly kind: string; readonly name: string; readonly uid: string };
}

/** An object of kind Event of the core API, in either of the forms that recorders write. */
export function readEvent(object: KubeObject): KubeEvent {
  const { involvedObject, series, lastTimestamp, eventTime, count } = object;
  const about = fieldsOf(involvedObject);
  const several = fieldsOf(series);
  const times = [
    several.lastObservedTime,
    lastTimestamp,
    eventTime,
    object.metadata.creationTimestamp,
  ];
  return {
    type: textOf(object.type),
    reason: textOf(object.reason),
    message: textOf(object.message),
    at: momentOf(times.find((time) => textOf(time) !== '')),
    count: Math.max(numberOf(count, 1), numberOf(several.count, 1)),
    about: { kind: textOf(about.kind), name: textOf(about.name), uid: textOf(about.uid) },
  };
}

function momentOf(time: unknown): Instant {
  return parseInstant(textOf(time)) ?? (0 as Instant);
}

/** Whether the event is about this very object, and none of the same name before it. */
export function isAbout({ about }: KubeEvent, { metadata: { uid } }: KubeObject): boolean {
  return uid !== undefined && about.uid === uid;
}

/** `Warning FailedCreate of ReplicaSet web-1: exceeded quota (5 times)`. */
export function eventLine({ type, reason, message, count, about }: KubeEvent): string {
  const times = count > 1 ? ` (${count} times)` : '';
  const words = message.replaceAll(/\s+/g, ' ').trim();
  return `${type} ${reason} of ${about.kind} ${about.name}: ${words}${times}`;
}
