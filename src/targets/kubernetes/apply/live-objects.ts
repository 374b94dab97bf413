import type { Kube } from '../connect/kube.ts';
import { isNotFound } from '../connect/kube-errors.ts';
import { getObject, listObjects } from '../connect/objects.ts';
import { groupOf } from '../fields.ts';
import { inParallel } from '../in-parallel.ts';
import { type KubeObject, type ObjectRef, refOf } from '../kube-object.ts';

/** Objects that are there, by `keyOf`. */
export type LiveObjects = ReadonlyMap<string, KubeObject>;

/** Tells objects apart; the version an object is asked for in does not matter. */
export function keyOf(ref: ObjectRef): string {
  return [groupOf(ref), ref.kind, ref.namespace ?? '', ref.name].join('/');
}

/** As `keyOf`. */
export function keyOfObject(object: KubeObject): string {
  return keyOf(refOf(object));
}

/** Requests that are under way at a time. */
export const atOnce = 8;
/** From so many objects of a kind on, one list is asked for instead. */
const manyOfOneKind = 4;

/** Those of the objects that are there. */
export async function readLive(
  kube: Kube,
  refs: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<LiveObjects> {
  const groups = groupsOf(refs);
  const found = await inParallel(groups, atOnce, (group) => readGroup(kube, group, signal));
  return new Map(found.flat().map((object) => [keyOfObject(object), object]));
}

function groupsOf(refs: readonly ObjectRef[]): (readonly ObjectRef[])[] {
  const groups = new Map<string, ObjectRef[]>();
  for (const ref of refs) {
    const key = keyOf({ ...ref, name: '' });
    groups.set(key, [...(groups.get(key) ?? []), ref]);
  }
  return [...groups.values()].flatMap((group) =>
    group.length < manyOfOneKind || group[0]?.namespace === undefined
      ? group.map((ref) => [ref])
      : [group],
  );
}

async function readGroup(
  kube: Kube,
  group: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const [first] = group;
  if (!first) return [];
  if (group.length === 1) {
    const object = await getObject(kube, first, signal);
    return object ? [object] : [];
  }
  const { namespace } = first;
  const where = namespace === undefined ? {} : { namespace };
  return await listObjects(kube, first, where, signal).catch((cause: unknown) => {
    if (isNotFound(cause)) return [];
    throw cause;
  });
}
