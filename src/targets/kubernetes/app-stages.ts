import { UserError } from '../../core/user-error.ts';
import type { DesiredPreview } from '../target.ts';
import { keyOf, keyOfObject } from './apply/live-objects.ts';
import type { Kind, Kube } from './connect/kube.ts';
import { applyObject, deleteObject, getObject, listObjects } from './connect/objects.ts';
import { fieldsOf, numberOf } from './fields.ts';
import { refOf } from './kube-object.ts';
import { previewLabels } from './marks.ts';
import type { PlacedService, ServedPlace } from './places/place.ts';
import { appUrl } from './review-app/app-environment.ts';
import type { AppFacts, LiveApp } from './review-app/app-facts.ts';
import { appName, deploymentRef } from './review-app/app-names.ts';
import { staleBuilds } from './review-app/build-job.ts';
import { readsOf } from './review-app/copies.ts';
import { asksForCloudNativePg, databaseResetOf } from './review-app/database/database.ts';
import { isUnfinished } from './review-app/job.ts';
import { unfinishedMigrations } from './review-app/migrate-job.ts';
import { passingObjects } from './review-app/passing-objects.ts';
import { renderApp } from './review-app/render-app.ts';
import { foreignSource } from './review-app/source.ts';
import { servicePort } from './review-app/workload.ts';
import type { Preparing, RenderingService, ServiceStages } from './service-stages.ts';
import type { AppSettings } from './settings.ts';
import type { Stage } from './stage.ts';

/** The stages of a review app, from what is observed. Throws a `UserError`. */
export async function appStages(
  app: AppSettings,
  { service, settings }: PlacedService,
  place: ServedPlace,
  preview: DesiredPreview,
  preparing: RenderingService,
): Promise<ServiceStages> {
  const { context } = preparing;
  const known: Omit<AppFacts, 'live'> = {
    app,
    settings,
    place,
    service,
    marks: preview,
    sourceApi: context.source.apiUrl,
    now: context.now(),
    randomText: context.randomText,
  };
  const facts = { ...known, live: await observeApp(known, preview, preparing) };
  const stages = renderApp(facts);
  return {
    stages,
    adapted: [],
    url: appUrl(facts),
    backend: { namespace: place.namespace, name: appName(facts), port: servicePort },
    isServing: numberOf(fieldsOf(facts.live.deployment?.status).availableReplicas) > 0,
    before: async () => {
      await Promise.all([
        endStaleBuilds(facts, stages, preparing),
        awaitMigrations(facts, stages, preparing),
        handOver(facts, stages, preparing),
      ]);
    },
    after: (signal) => takeBack(facts, stages, { ...preparing, signal }),
  };
}

async function observeApp(
  facts: Omit<AppFacts, 'live'>,
  preview: DesiredPreview,
  { kube, context, signal, isFresh, remembered }: RenderingService,
): Promise<LiveApp> {
  const { database, build, migrate } = facts.app;
  const mask = database?.copyFrom?.mask;
  const { namespace } = facts.place;
  // What the set remembers has been read; without its parent there may be more than it tells.
  const list = async (kind: Kind) =>
    remembered.liveParent
      ? remembered.members.filter((member) => member.kind === kind.kind)
      : listObjects(kube, kind, { namespace, labels: previewLabels(preview) }, signal);
  const deploymentThere = async () => {
    const ref = deploymentRef(facts);
    const known = remembered.members.find((member) => keyOfObject(member) === keyOf(ref));
    return known ?? getObject(kube, ref, signal);
  };
  const [deployment, found, cloudNativePg, maskSql, jobs, sets] = await Promise.all([
    isFresh ? undefined : deploymentThere(),
    Promise.all(readsOf(facts).map(({ ref }) => getObject(kube, ref, signal))),
    asksForCloudNativePg(facts) && knowsCloudNativePg(kube, signal),
    mask === undefined ? undefined : context.files.trusted(mask),
    isFresh || !(build || migrate) ? [] : list(job),
    isFresh || !database || preview.resetDatabase !== undefined ? [] : list(statefulSet),
  ]);
  const isOperated = cloudNativePg || database?.provider === 'cloudnative-pg';
  const operated =
    isOperated && !isFresh && preview.resetDatabase === undefined ? await list(cluster) : [];
  return {
    ...(deployment && { deployment }),
    found: found.filter((object) => object !== undefined),
    jobs,
    cloudNativePg,
    databaseReset: databaseResetOf([...sets, ...operated], facts, preview.resetDatabase),
    ...(maskSql !== undefined && { maskSql }),
  };
}

const job: Kind = { apiVersion: 'batch/v1', kind: 'Job' };
const statefulSet: Kind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
const cluster: Kind = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' };

/** Whether the operator's kind is there. */
async function knowsCloudNativePg(kube: Kube, signal: AbortSignal): Promise<boolean> {
  try {
    await kube.resource(cluster, signal);
    return true;
  } catch (cause) {
    if (cause instanceof UserError) return false;
    throw cause;
  }
}

/** Before anything else: a build that goes on would push an image that nobody wants. */
async function endStaleBuilds(
  facts: AppFacts,
  stages: readonly Stage[],
  { kube, signal }: Preparing,
): Promise<void> {
  const stale = staleBuilds(facts.live.jobs ?? [], facts, stages);
  // A run that was killed has left the token that its build was to read.
  const doomed = stale.flatMap((one) => {
    const source = foreignSource(one, facts);
    return source ? [refOf(one), source] : [refOf(one)];
  });
  await Promise.all(
    doomed.map((ref) => deleteObject(kube, ref, { propagation: 'Background' }, signal)),
  );
}

/** However they end: what is still needed is migrated by this deploy. Each has a time limit of its own. */
async function awaitMigrations(
  facts: AppFacts,
  stages: readonly Stage[],
  { kube, context, signal }: Preparing,
): Promise<void> {
  for (const migration of unfinishedMigrations(facts.live.jobs ?? [], facts, stages)) {
    for (let gap = 500; ; gap = Math.min(gap * 1.5, 5000)) {
      const live = await getObject(kube, refOf(migration), signal);
      if (!live || live.metadata.uid !== migration.metadata.uid || !isUnfinished(live)) break;
      await context.pause(gap, signal);
    }
  }
}

async function handOver(
  facts: AppFacts,
  stages: readonly Stage[],
  { kube, context, signal }: Preparing,
): Promise<void> {
  const objects = passingObjects(facts, stages, context.source.token);
  await Promise.all(objects.map((object) => applyObject(kube, object, { force: true, signal })));
}

async function takeBack(
  facts: AppFacts,
  stages: readonly Stage[],
  { kube, signal }: Preparing,
): Promise<void> {
  const objects = passingObjects(facts, stages, '');
  await Promise.all(
    objects.map((object) =>
      deleteObject(kube, refOf(object), { propagation: 'Background' }, signal),
    ),
  );
}
