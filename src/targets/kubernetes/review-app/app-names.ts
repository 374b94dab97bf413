import { sha256Hex } from '../../../core/sha256.ts';
import type { ObjectRef } from '../kube-object.ts';
import type { AppFacts } from './app-facts.ts';

/** Longest name of a Service, and of a Job, whose pods carry it as a label. */
const longestName = 63;

/**
 * Name of an object of the app: service, what it is for, and what tells previews apart in a shared namespace. The
 * service is cut, with a hash, where the whole is longer than `limit`.
 */
export function appName(
  { service, place }: Pick<AppFacts, 'service' | 'place'>,
  part: string = '',
  limit: number = longestName,
): string {
  const end = `${part === '' ? '' : `-${part}`}${place.suffix}`;
  // Names of Services begin with a letter (RFC 1035).
  const stem = /^[a-z]/.test(service.name) ? service.name : `s-${service.name}`;
  if (stem.length + end.length <= limit) return stem + end;
  const hash = `-${sha256Hex(service.name).slice(0, 8)}`;
  const room = limit - end.length - hash.length;
  return `${stem.slice(0, room).replace(/-+$/, '')}${hash}${end}`;
}

/** The Deployment of a review app, which is asked for before the app is rendered. */
export function deploymentRef(facts: Pick<AppFacts, 'service' | 'place'>): ObjectRef {
  const { namespace } = facts.place;
  return { apiVersion: 'apps/v1', kind: 'Deployment', name: appName(facts), namespace };
}

/** First hex digits of a hash over values; the same values in the same order give the same text. */
export function hashOf(...values: readonly unknown[]): string {
  return sha256Hex(JSON.stringify(values)).slice(0, 8);
}
