import type { Watch } from '../target.ts';
import { applyObjects } from './apply/apply-objects.ts';
import type { KnownSet } from './apply/apply-set.ts';
import { keyOfObject } from './apply/live-objects.ts';
import type { Kube } from './connect/kube.ts';
import { deleteObject, getObject } from './connect/objects.ts';
import type { KubernetesContext } from './context.ts';
import { refOf } from './kube-object.ts';
import type { PlacedService } from './places/place.ts';
import { awaitReady } from './readiness/await-ready.ts';
import type { ReadinessFailure } from './readiness/post-mortem.ts';
import { statusOf } from './readiness/status.ts';
import type { Stage, StagedObject } from './stage.ts';

/** What running a stage takes. */
export interface RunningStage {
  readonly kube: Kube;
  readonly context: KubernetesContext;
  readonly watch: Watch;
  readonly placed: PlacedService;
  /** Opened. */
  readonly set: KnownSet;
}

/** How a stage ended. */
export interface StageEnd {
  /** Absent = all went well. */
  readonly failure?: ReadinessFailure;
  /** The set with what is there of it now, for the next stage. */
  readonly set: KnownSet;
}

/** Applies what the stage is made of, and waits for it. */
export async function runStage(stage: Stage, running: RunningStage): Promise<StageEnd> {
  const { kube, context, watch, placed } = running;
  const known = stage.once ? await clearFailedJobs(stage.objects, running) : running.set;
  const { force } = placed.settings;
  const { signal } = watch;
  const objects = await applyObjects(stage.objects, { set: known, force, signal });
  const applied = objects.map(({ object }) => [keyOfObject(object), object] as const);
  const set = { ...known, live: new Map([...known.live, ...applied]) };
  const failure = await untilReady(stage, objects, { kube, context, watch, placed });
  return { set, ...(failure && { failure }) };
}

async function untilReady(
  stage: Stage,
  objects: readonly StagedObject[],
  { kube, context, watch, placed }: Omit<RunningStage, 'set'>,
): Promise<ReadinessFailure | undefined> {
  const { service, settings } = placed;
  const { now, pause } = context;
  if (stage.until === 'applied') {
    watch.progress({
      kind: 'step',
      service: service.name,
      step: stage.name,
      at: now(),
      state: 'done',
    });
    return undefined;
  }
  const readiness = await awaitReady({
    kube,
    objects,
    watch,
    service: service.name,
    step: stage.name,
    timeout: stage.timeout ?? settings.rolloutTimeout,
    now,
    pause,
    ...(stage.follow && { follow: true }),
  });
  return readiness.ok ? undefined : readiness.failure;
}

/** What failed in an earlier run is tried once more in this one; answers with the set without it. */
async function clearFailedJobs(
  objects: readonly StagedObject[],
  { kube, context, watch: { signal }, set }: RunningStage,
): Promise<KnownSet> {
  if (set.isFresh) return set;
  const there = new Map(set.live);
  for (const { object } of objects) {
    if (object.kind !== 'Job') continue;
    const live = await getObject(kube, refOf(object), signal);
    const { uid } = live?.metadata ?? {};
    const isGoing = live?.metadata.deletionTimestamp !== undefined;
    if (!live || uid === undefined) there.delete(keyOfObject(object));
    if (!live || uid === undefined || (!isGoing && statusOf(live).state !== 'failed')) continue;
    await deleteObject(kube, refOf(live), { uid, propagation: 'Foreground' }, signal);
    while ((await getObject(kube, refOf(live), signal))?.metadata.uid === uid) {
      await context.pause(300, signal);
    }
    there.delete(keyOfObject(object));
  }
  return { ...set, live: there };
}
