import type { KubeObject, ObjectRef } from '../kube-object.ts';
import { refOf } from '../kube-object.ts';
import { fieldManager } from '../marks.ts';
import type { Kind, Kube } from './kube.ts';
import { isConflict, isExpired, isNotFound, kubeErrorIn } from './kube-errors.ts';
import { pathOf } from './object-path.ts';

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

/** The query that selects by labels. */
export function selecting(labels: Selection['labels'] = {}) {
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
