import type { KubeObject, ObjectRef } from '../kube-object.ts';
import { refOf } from '../kube-object.ts';
import { fieldManager } from '../marks.ts';
import { errorIn } from './answers.ts';
import type { Kind, Kube, WatchEvent } from './kube.ts';
import { isConflict, isExpired, isNotFound, kubeErrorIn } from './kube-errors.ts';
import { pathOf } from './object-path.ts';
import { timeLimit } from './time-limit.ts';

/** Which objects of a kind: of one namespace or all, with these labels. */
export interface Selection {
  readonly namespace?: string;
  /** Each has this value; an empty object selects all. */
  readonly labels?: Readonly<Record<string, string>>;
}

async function pathOfRef(kube: Kube, ref: ObjectRef, signal: AbortSignal): Promise<string> {
  return pathOf(await kube.resource(ref, signal), ref);
}

/** The object; `undefined` = there is none. */
export async function getObject(
  kube: Kube,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    const path = await pathOfRef(kube, ref, signal);
    return (await kube.send({ method: 'GET', path }, signal)) as KubeObject;
  } catch (cause) {
    if (isNotFound(cause)) return undefined;
    throw cause;
  }
}

/** All of a kind that are selected, to the last page. */
export async function listObjects(
  kube: Kube,
  kind: Kind,
  selection: Selection,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  return (await listWithVersion(kube, kind, selection, signal)).objects;
}

/** As `listObjects`, and where a watch goes on from. */
export async function listWithVersion(
  kube: Kube,
  kind: Kind,
  selection: Selection,
  signal: AbortSignal,
): Promise<{ readonly objects: KubeObject[]; readonly resourceVersion: string }> {
  const resource = await kube.resource(kind, signal);
  const path = pathOf(resource, selection);
  for (let round = 1; ; round += 1) {
    try {
      return await listPages(kube, resource, { path, labels: selection.labels }, signal);
    } catch (cause) {
      // The list changed so much that its next page is gone.
      if (!isExpired(cause) || round >= 3) throw cause;
    }
  }
}

/** Larger pages take the API server long, smaller ones us. Source: `kubectl --chunk-size`. */
const pageSize = '500';

async function listPages(
  kube: Kube,
  { apiVersion, kind }: Kind,
  { path, labels }: { readonly path: string; readonly labels: Selection['labels'] },
  signal: AbortSignal,
): Promise<{ readonly objects: KubeObject[]; readonly resourceVersion: string }> {
  const objects: KubeObject[] = [];
  for (let next: string | undefined; ; ) {
    const query = { limit: pageSize, ...selecting(labels), continue: next };
    const page = (await kube.send({ method: 'GET', path, query }, signal)) as {
      readonly items?: readonly KubeObject[] | null;
      readonly metadata: { readonly continue?: string; readonly resourceVersion: string };
    };
    // Items of built-in kinds do not say what they are.
    objects.push(...(page.items ?? []).map((item) => ({ ...item, apiVersion, kind })));
    next = page.metadata.continue || undefined;
    if (!next) return { objects, resourceVersion: page.metadata.resourceVersion };
  }
}

function selecting(labels: Selection['labels'] = {}) {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return { labelSelector: pairs.length > 0 ? pairs.join(',') : undefined };
}

/** How an object is deleted. */
export interface Deletion {
  /** Only that very object; one of the same name that came after it stays. */
  readonly uid?: string;
  /** `Background`: what belongs to it goes after it; `Foreground`: before it. */
  readonly propagation: 'Background' | 'Foreground';
}

/** Asks for the removal; finalizers may still hold the object afterwards. Of what is not there: nothing. */
export async function deleteObject(
  kube: Kube,
  ref: ObjectRef,
  { uid, propagation }: Deletion,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: propagation,
    ...(uid !== undefined && { preconditions: { uid } }),
  };
  try {
    const path = await pathOfRef(kube, ref, signal);
    await kube.send({ method: 'DELETE', path, body }, signal);
  } catch (cause) {
    if (!isNotFound(cause) && !isGoing(cause)) throw cause;
  }
}

/** The very object is gone and another stands in its place, or the namespace is being removed already. */
function isGoing(cause: unknown): boolean {
  const message = isConflict(cause) ? (kubeErrorIn(cause)?.message ?? '') : '';
  return /Precondition failed: UID|ensuring all content is removed/.test(message);
}

/** Makes the object. Throws a `KubeError` where one of its name is there (`isAlreadyExists`). */
export async function createObject(
  kube: Kube,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { namespace } = object.metadata;
  const path = pathOf(await kube.resource(object, signal), { namespace });
  const query = { fieldManager, fieldValidation: 'Strict' };
  return (await kube.send({ method: 'POST', path, query, body: object }, signal)) as KubeObject;
}

/** How an object is applied. */
export interface Applying {
  /** The answer is what would be; nothing changes. */
  readonly dryRun?: boolean;
  /** Fields of other managers are taken from them. */
  readonly force?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Server-side apply, as the manager `understudy`; unknown fields are refused. Gives the live object. Throws a
 * `KubeError`: conflicts with other managers (`isConflict`), what is not valid or cannot be changed (`isInvalid`).
 */
export async function applyObject(
  kube: Kube,
  object: KubeObject,
  { dryRun = false, force = false, signal }: Applying,
): Promise<KubeObject> {
  const { managedFields: _, ...metadata } = object.metadata;
  const request = {
    method: 'PATCH',
    path: await pathOfRef(kube, refOf(object), signal),
    query: {
      fieldManager,
      fieldValidation: 'Strict',
      force: force ? 'true' : undefined,
      dryRun: dryRun ? 'All' : undefined,
    },
    body: { ...object, metadata },
    contentType: 'application/apply-patch+yaml',
  } as const;
  return (await kube.send(request, signal)) as KubeObject;
}

/** Changes fields of an object that is there (RFC 7386: `null` removes one); throws a `KubeError` where it is not. */
export async function mergePatch(
  kube: Kube,
  ref: ObjectRef,
  patch: unknown,
  signal: AbortSignal,
): Promise<KubeObject> {
  const path = await pathOfRef(kube, ref, signal);
  const contentType = 'application/merge-patch+json';
  const request = {
    method: 'PATCH',
    path,
    query: { fieldManager },
    body: patch,
    contentType,
  } as const;
  return (await kube.send(request, signal)) as KubeObject;
}

/** What is watched, and from where on. */
export interface Watched extends Selection {
  /** Fields that the API server can select by, as `involvedObject.name`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Absent: everything that is there comes first, as `ADDED`. */
  readonly resourceVersion?: string;
}

/** Seconds; the server ends a watch then, and the caller begins another. */
const watchFor = 270;

/**
 * What happens to objects, as the API server tells it, bookmarks included. Ends when the server or the network ends
 * it, or the position is no longer known: list again then. Throws the signal's reason once that is aborted.
 */
export async function* watchObjects(
  kube: Kube,
  kind: Kind,
  { fields, resourceVersion, ...selection }: Watched,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const path = pathOf(await kube.resource(kind, signal), selection);
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(watchFor),
    ...selecting(selection.labels),
    fieldSelector:
      fields &&
      Object.entries(fields)
        .map((pair) => pair.join('='))
        .join(','),
    resourceVersion,
  };
  // A connection that died without a word would be waited at for ever.
  const limit = timeLimit(signal, (watchFor + 15) * 1000);
  try {
    for await (const line of kube.lines({ method: 'GET', path, query }, limit.signal)) {
      const event = eventIn(line);
      if (event === 'expired') return;
      if (event) yield event;
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (!limit.isOver && !isExpired(cause)) throw cause;
  } finally {
    limit.end();
  }
}

function eventIn(line: string): WatchEvent | 'expired' | undefined {
  if (line.trim() === '') return undefined;
  const event = JSON.parse(line) as WatchEvent & { readonly object: { readonly code?: number } };
  if (event.type !== 'ERROR') return event;
  if (event.object.code === 410) return 'expired';
  throw errorIn(event.object.code ?? 500, JSON.stringify(event.object));
}

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
