import { type Problem, UserError } from '../../../core/user-error.ts';
import type { Kube } from '../connect/kube.ts';
import { isNotFound } from '../connect/kube-errors.ts';
import { applyObject, deleteObject, getObject, listObjects } from '../connect/objects.ts';
import { inParallel } from '../in-parallel.ts';
import { describeRef, type KubeObject, type ObjectRef, refOf } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import { atOnce, keyOf, keyOfObject, type LiveObjects, readLive } from './live-objects.ts';
import * as marks from './set-labels.ts';

/** All objects of a service, which belong together: what is no longer among them is removed. */
export interface SetOfObjects {
  readonly kube: Kube;
  /** The ConfigMap that the set is remembered by. */
  readonly parent: ObjectRef;
  /** Labels of the parent: whose it is. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of all stages. */
  readonly objects: readonly StagedObject[];
  /** Nothing can be there: the namespace is not there yet, or was made just now. No request is sent to look. */
  readonly isFresh?: boolean;
}

/** A set, and what of it is there. */
export interface KnownSet extends SetOfObjects {
  /** Value of the members' label. */
  readonly id: string;
  readonly liveParent?: KubeObject;
  /** What is there of the objects that are to be. */
  readonly live: LiveObjects;
  /** Members that are not to be any longer. */
  readonly stale: readonly KubeObject[];
}

/** What a set is remembered to be made of. */
export interface SetMembers {
  /** Absent: nothing is remembered of the set. */
  readonly liveParent?: KubeObject;
  readonly members: readonly KubeObject[];
}

/** Reads the members of a set: one request for the parent, and one for each kind. Throws a `UserError` where it is another tool's. */
export async function readSetMembers(
  { kube, parent, isFresh }: Pick<SetOfObjects, 'kube' | 'parent' | 'isFresh'>,
  signal: AbortSignal,
): Promise<SetMembers> {
  const liveParent = isFresh ? undefined : await getObject(kube, parent, signal);
  if (!liveParent) return { members: [] };
  requireOurSet(liveParent);
  return { liveParent, members: await readMembers(kube, liveParent, marks.setId(parent), signal) };
}

/**
 * Looks what of a set is there; changes nothing. Throws a `UserError` where an object is another set's, another tool's
 * or another controller's.
 */
export async function readSet(
  set: SetOfObjects,
  signal: AbortSignal,
  remembered?: SetMembers,
): Promise<KnownSet> {
  const { kube, parent, objects } = set;
  const id = marks.setId(parent);
  if (set.isFresh) return { ...set, id, live: new Map(), stale: [] };
  const { liveParent, members } = remembered ?? (await readSetMembers(set, signal));
  const known = new Map(members.map((member) => [keyOfObject(member), member]));
  const refs = objects.map(({ object }) => refOf(object));
  const unknown = refs.filter((ref) => !known.has(keyOf(ref)));
  const live = new Map([...known, ...(await readLive(kube, unknown, signal))]);
  requireNobodyElses(objects, live, id);
  const wanted = new Set(objects.map(({ object }) => keyOfObject(object)));
  const stale = members.filter(
    (member) => !wanted.has(keyOfObject(member)) && !member.metadata.deletionTimestamp,
  );
  return { ...set, id, ...(liveParent && { liveParent }), live, stale };
}

/** Tells the parent of every kind that is about to come, before the first does. Before `applyObjects`. */
export async function openSet(set: KnownSet, signal: AbortSignal): Promise<KnownSet> {
  const hints = marks.hintsFor(
    set.objects.map(({ object }) => object),
    set.parent,
  );
  const known = set.liveParent ? marks.hintsIn(set.liveParent) : hints;
  return await writeParent(set, marks.widened(known, hints), signal);
}

/** Removes what is no longer to be, each by its identity, and then forgets its kinds. After success only. */
export async function closeSet(set: KnownSet, signal: AbortSignal): Promise<void> {
  const { kube, parent, stale } = set;
  await inParallel(stale, atOnce, (member) => {
    const { uid } = member.metadata;
    const how = { propagation: 'Background', ...(uid !== undefined && { uid }) } as const;
    return deleteObject(kube, refOf(member), how, signal);
  });
  const objects = set.objects.map(({ object }) => object);
  await writeParent(set, marks.hintsFor(objects, parent), signal);
}

async function writeParent(
  set: KnownSet,
  hints: marks.SetHints,
  signal: AbortSignal,
): Promise<KnownSet> {
  const wanted = marks.parentObject(set.parent, set.labels, hints);
  if (set.liveParent && marks.isParentAs(set.liveParent, wanted)) return set;
  // Its annotations may be kubectl's still, from before the set came to us.
  const liveParent = await applyObject(set.kube, wanted, { force: true, signal });
  return { ...set, liveParent };
}

async function readMembers(
  kube: Kube,
  parent: KubeObject,
  id: string,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const labels = marks.memberOf(id);
  const own = parent.metadata.namespace;
  const { namespaces } = marks.hintsIn(parent);
  const kinds = marks.memberKindsIn(parent);
  const lists = await inParallel(kinds, atOnce, async (kind) => {
    try {
      const { namespaced } = await kube.resource(kind, signal);
      if (!namespaced) return await listObjects(kube, kind, { labels }, signal);
      const places = [...(own === undefined ? [] : [own]), ...namespaces];
      const found = places.map((namespace) =>
        listObjects(kube, kind, { namespace, labels }, signal),
      );
      return (await Promise.all(found)).flat();
    } catch (cause) {
      // The kind itself is gone, and its objects with it.
      if (isNotFound(cause)) return [];
      throw cause;
    }
  });
  return lists.flat();
}

function requireOurSet(parent: KubeObject): void {
  const tool = marks.toolingOf(parent);
  if (tool === undefined || marks.isOurTooling(tool)) return;
  const { name, namespace } = parent.metadata;
  throw new UserError(
    `the ApplySet of ${describeRef(refOf(parent))} in the namespace ${namespace} is looked after by ${tool}`,
    `Leave it to that tool, or give it back: kubectl annotate configmap ${name} -n ${namespace} --overwrite applyset.kubernetes.io/tooling=understudy/v1`,
  );
}

function requireNobodyElses(objects: readonly StagedObject[], live: LiveObjects, id: string): void {
  const problems = objects.flatMap((staged): Problem[] => {
    const found = live.get(keyOfObject(staged.object));
    const why = found && elsewhere(found, id);
    if (!why) return [];
    const { location } = staged;
    return [
      {
        message: `${describeRef(refOf(staged.object))} is there already and ${why}`,
        hint: 'Name it differently in the manifest, or delete the one that is there.',
        ...(location && { location }),
      },
    ];
  });
  if (problems.length > 0) throw UserError.all(problems);
}

function elsewhere(object: KubeObject, id: string): string | undefined {
  const set = marks.setOf(object);
  if (set !== undefined && set !== id) return `belongs to another ApplySet (${set})`;
  const controller = object.metadata.ownerReferences?.find((owner) => owner.controller);
  return controller && `is controlled by ${describeRef(controller)}`;
}
