import { UserError } from '../../../core/user-error.ts';
import { pauseFor } from '../../pause.ts';
import { isAlreadyExists, isConflict } from '../connect/kube-errors.ts';
import { pathOf } from '../connect/object-path.ts';
import { applyObject, createObject, deleteObject, getObject } from '../connect/objects.ts';
import { conditionOf } from '../fields.ts';
import { settleAll } from '../in-parallel.ts';
import { type KubeObject, refOf } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import { applyOrder } from './apply-order.ts';
import type { KnownSet } from './apply-set.ts';
import { isAsApplied, noted } from './as-applied.ts';
import { autoscaledIn, leaveReplicas } from './autoscaled.ts';
import { explainRefusal, isFieldConflict, isImmutable } from './conflicts.ts';
import { atOnce, keyOfObject } from './live-objects.ts';
import { upgradedFields } from './managed-fields.ts';
import { memberOf, setOf } from './set-labels.ts';

/** What applying takes. */
export interface ApplyingObjects {
  /** The set, opened, that the objects belong to. */
  readonly set: KnownSet;
  /** Fields of other managers are taken from them. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Applies objects of a set, what others need first; answers with them as they are then, in the order given. Of what is
 * there already as it is to be, nothing is asked. What cannot be changed is deleted and made anew, where it is of this set. Throws a `UserError` for all that is refused in one group.
 */
export async function applyObjects(
  objects: readonly StagedObject[],
  applying: ApplyingObjects,
): Promise<readonly StagedObject[]> {
  const applied = new Map<string, StagedObject>();
  for (const group of applyOrder(objects)) {
    const settled = await settleAll(group, atOnce, (staged) => applyStaged(staged, applying));
    throwRefusals(
      settled.map((result) => (result.status === 'rejected' ? result.reason : undefined)),
    );
    for (const result of settled) {
      if (result.status === 'rejected') continue;
      applied.set(keyOfObject(result.value.object), result.value);
    }
    await untilEstablished(group, applying);
  }
  return objects.map((staged) => applied.get(keyOfObject(staged.object)) ?? staged);
}

/** What people can mend is told all at once; anything else goes first. */
export function throwRefusals(causes: readonly unknown[]): void {
  const refusals = causes.filter((cause) => cause !== undefined);
  const fault = refusals.find((cause) => !(cause instanceof UserError));
  if (fault !== undefined) throw fault;
  const problems = (refusals as UserError[]).flatMap((refusal) => refusal.problems);
  if (problems.length === 1) throw refusals[0];
  if (problems.length > 0) throw UserError.all(problems);
}

async function applyStaged(staged: StagedObject, applying: ApplyingObjects): Promise<StagedObject> {
  try {
    const live = await settled(applying.set.live.get(keyOfObject(staged.object)), applying);
    const object =
      staged.how === 'once'
        ? (live ?? (await makeOnce(staged, applying)))
        : await applyOver(staged, live, applying);
    return { ...staged, object };
  } catch (cause) {
    throw explainRefusal(cause, staged);
  }
}

/** The object as the set has it, and as it is applied. */
export function asMember(
  { object }: StagedObject,
  live: KubeObject | undefined,
  { id, objects }: Pick<KnownSet, 'id' | 'objects'>,
): KubeObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, ...memberOf(id) };
  const member = { ...object, metadata: { ...metadata, labels } };
  return noted(leaveReplicas(member, live, autoscaledIn(objects)));
}

/** An object on its way out would take what is applied to it along. */
async function settled(
  live: KubeObject | undefined,
  applying: ApplyingObjects,
): Promise<KubeObject | undefined> {
  if (live?.metadata.deletionTimestamp === undefined) return live;
  await untilGone(live, applying);
  return undefined;
}

async function makeOnce(
  staged: StagedObject,
  { set, signal }: ApplyingObjects,
): Promise<KubeObject> {
  const object = asMember(staged, undefined, set);
  try {
    return await createObject(set.kube, object, signal);
  } catch (cause) {
    const found = isAlreadyExists(cause)
      ? await getObject(set.kube, refOf(object), signal)
      : undefined;
    if (!found) throw cause;
    return found;
  }
}

async function applyOver(
  staged: StagedObject,
  live: KubeObject | undefined,
  applying: ApplyingObjects,
): Promise<KubeObject> {
  const { set, signal, force } = applying;
  const object = asMember(staged, live, set);
  if (live && isAsApplied(live, object)) return live;
  if (live) await takeOver(live, applying);
  try {
    return await withoutRaces(() => applyObject(set.kube, object, { force, signal }));
  } catch (cause) {
    const isOurs = live !== undefined && setOf(live) === set.id;
    if (!isOurs || !isImmutable(cause)) throw cause;
    await remove(live, applying);
    return await applyObject(set.kube, asMember(staged, undefined, set), { force, signal });
  }
}

/** A write of someone else's came between reading and writing inside the API server. */
async function withoutRaces(act: () => Promise<KubeObject>): Promise<KubeObject> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (cause) {
      if (tries === 4 || !isConflict(cause) || isFieldConflict(cause)) throw cause;
    }
  }
}

/** What `kubectl apply` wrote becomes ours. A write that comes between changes nothing: the next deploy does it. */
async function takeOver(live: KubeObject, { set, signal }: ApplyingObjects): Promise<void> {
  const fields = upgradedFields(live);
  if (!fields) return;
  const path = pathOf(await set.kube.resource(live, signal), refOf(live));
  const body = [
    { op: 'replace', path: '/metadata/managedFields', value: fields },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
  ];
  const contentType = 'application/json-patch+json';
  try {
    await set.kube.send({ method: 'PATCH', path, body, contentType }, signal);
  } catch (cause) {
    if (!isConflict(cause)) throw cause;
  }
}

async function remove(live: KubeObject, applying: ApplyingObjects): Promise<void> {
  const { uid } = live.metadata;
  const how = { propagation: 'Foreground', ...(uid !== undefined && { uid }) } as const;
  await deleteObject(applying.set.kube, refOf(live), how, applying.signal);
  await untilGone(live, applying);
}

/** The very object: another of its name is none. */
async function untilGone(live: KubeObject, { set, signal }: ApplyingObjects): Promise<void> {
  for (let gap = 100; ; gap = Math.min(gap * 1.5, 2000)) {
    const found = await getObject(set.kube, refOf(live), signal);
    if (found?.metadata.uid !== live.metadata.uid) return;
    await pauseFor(gap, signal);
  }
}

/** Kinds that were just defined are served a moment later. */
async function untilEstablished(
  group: readonly StagedObject[],
  { set, signal }: ApplyingObjects,
): Promise<void> {
  for (const { object } of group) {
    if (object.kind !== 'CustomResourceDefinition') continue;
    for (let tries = 0; tries < 50; tries += 1) {
      const live = await getObject(set.kube, refOf(object), signal);
      if (live && conditionOf(live, 'Established')?.status === 'True') break;
      await pauseFor(200, signal);
    }
  }
}
