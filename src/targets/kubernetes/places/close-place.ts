import type { Leftover, PreviewKey, Watch } from '../../target.ts';
import { memberKindsIn } from '../apply/set-labels.ts';
import type { Kind, Kube } from '../connect/kube.ts';
import { deleteObject, getObject, listObjects } from '../connect/objects.ts';
import type { KubernetesContext } from '../context.ts';
import { describeRef, type KubeObject, refOf } from '../kube-object.ts';
import { previewLabels } from '../marks.ts';
import type { Carrier } from './observe-places.ts';
import { isOwnNamespace } from './observe-places.ts';

/** What removing takes. */
export type Closing = Pick<KubernetesContext, 'pause' | 'now'> &
  Pick<Watch, 'progress' | 'signal' | 'wait'>;

/**
 * Removes all that a preview has at one place, and looks until it is gone. What holds it is said as a leftover when the
 * signal ends the waiting. The carrier goes last, so that a run that is cut off is found again.
 */
export async function closePlace(
  carrier: Carrier,
  key: PreviewKey,
  closing: Closing,
): Promise<readonly Leftover[]> {
  const { kube, object } = carrier;
  const { parents, members } = await contentsOf(carrier, key, closing.signal);
  const doomed = isOwnNamespace(object) ? [...members, object] : members;
  const left = await removeAll(kube, doomed, key, closing);
  if (left.length > 0 || isOwnNamespace(object)) return left;
  return removeAll(kube, [...parents, object], key, closing);
}

/**
 * What a preview has at one place besides the carrier. In a namespace of its own only what belongs to the cluster, unless
 * `all` is asked for: the rest goes with the namespace.
 */
export async function contentsOf(
  carrier: Carrier,
  key: PreviewKey,
  signal: AbortSignal,
  { all = false }: { readonly all?: boolean } = {},
): Promise<{ readonly parents: readonly KubeObject[]; readonly members: readonly KubeObject[] }> {
  const parents = await parentsOf(carrier, key, signal);
  const isWanted = (namespaced: boolean) => all || !namespaced || !isOwnNamespace(carrier.object);
  return { parents, members: await membersOf(carrier, parents, key, { signal, isWanted }) };
}

/** The ConfigMaps that say which kinds of objects the preview has. */
async function parentsOf({ kube, object }: Carrier, key: PreviewKey, signal: AbortSignal) {
  const namespace = isOwnNamespace(object) ? object.metadata.name : object.metadata.namespace;
  const labels = previewLabels(key);
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const found = await listObjects(kube, kind, { labels, ...(namespace && { namespace }) }, signal);
  return found.filter((parent) => memberKindsIn(parent).length > 0);
}

/** What a deploy takes back when it ends is part of no set; where it was killed, it is still there. */
const passingKinds: readonly Kind[] = [
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
];

async function membersOf(
  { kube, object }: Carrier,
  parents: readonly KubeObject[],
  key: PreviewKey,
  { signal, isWanted }: { signal: AbortSignal; isWanted(namespaced: boolean): boolean },
): Promise<readonly KubeObject[]> {
  const kinds = new Map<string, Kind>();
  const passing = isOwnNamespace(object) ? [] : passingKinds;
  for (const kind of [...parents.flatMap(memberKindsIn), ...passing])
    kinds.set(JSON.stringify(kind), kind);
  const space = isOwnNamespace(object) ? object.metadata.name : object.metadata.namespace;
  const found: KubeObject[] = [];
  for (const kind of kinds.values()) {
    const { namespaced } = await kube.resource(kind, signal);
    if (!isWanted(namespaced)) continue;
    const namespace = namespaced ? space : undefined;
    const where = { labels: previewLabels(key), ...(namespace !== undefined && { namespace }) };
    found.push(...(await listObjects(kube, kind, where, signal)));
  }
  const others = new Set([object, ...parents].map(({ metadata }) => metadata.uid));
  return found.filter(({ metadata }) => !others.has(metadata.uid));
}

async function removeAll(
  kube: Kube,
  objects: readonly KubeObject[],
  key: PreviewKey,
  closing: Closing,
): Promise<readonly Leftover[]> {
  await Promise.all(
    objects.map((object) => {
      const { uid } = object.metadata;
      const how = { propagation: 'Background', ...(uid !== undefined && { uid }) } as const;
      return deleteObject(kube, refOf(object), how, closing.signal);
    }),
  );
  const left = await Promise.all(objects.map((object) => untilGone(kube, object, key, closing)));
  return left.flat();
}

/** Another object of that name, made since, is not the one that had to go. */
async function untilGone(
  kube: Kube,
  object: KubeObject,
  { previewId }: PreviewKey,
  { signal, pause, now, progress, wait }: Closing,
): Promise<readonly Leftover[]> {
  const step = {
    kind: 'step',
    service: previewId,
    step: `remove ${describeRef(refOf(object))}`,
  } as const;
  let said = '';
  let last = object;
  for (let gap = 150; ; gap = Math.min(gap * 1.4, 1500)) {
    const live = await lookAgain(kube, last, signal);
    if (!live || live.metadata.uid !== object.metadata.uid) {
      progress({ ...step, at: now(), state: 'done' });
      return [];
    }
    last = live;
    const reason = holding(live);
    if (!wait) return [leftover(live, reason)];
    if (reason !== said) progress({ ...step, at: now(), state: 'running', detail: reason });
    said = reason;
    try {
      await pause(gap, signal);
    } catch {
      progress({ ...step, at: now(), state: 'failed', detail: reason });
      return [leftover(live, reason)];
    }
  }
}

/** As it was seen last where the time ends while it is asked for. */
async function lookAgain(kube: Kube, last: KubeObject, signal: AbortSignal) {
  try {
    return await getObject(kube, refOf(last), signal);
  } catch (cause) {
    if (signal.aborted) return last;
    throw cause;
  }
}

function leftover({ kind, metadata }: KubeObject, reason: string): Leftover {
  return { type: kind, id: metadata.name, reason };
}

/** Conditions that tell why a namespace does not go. Source: Kubernetes, NamespaceConditionType. */
const tellingConditions = [
  'NamespaceFinalizersRemaining',
  'NamespaceContentRemaining',
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
];

/** What an object that is being deleted still waits for, as the API server tells it. */
export function holding(object: KubeObject): string {
  const { conditions = [] } = (object.status ?? {}) as {
    conditions?: { type: string; status: string; message?: string }[];
  };
  const told = conditions
    .filter(({ type, status }) => status === 'True' && tellingConditions.includes(type))
    .map(({ message = '' }) => message)
    .filter(Boolean);
  const { finalizers = [] } = object.metadata;
  if (told.length > 0) return told.join('; ');
  if (finalizers.length > 0) return `it is held by the finalizer ${finalizers.join(', ')}`;
  return 'it is being deleted';
}
