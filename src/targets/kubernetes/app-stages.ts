import { UserError } from '../../core/user-error.ts';
import type { DesiredPreview } from '../target.ts';
import type { Kube } from './connect/kube.ts';
import { applyObject, deleteObject, getObject, listObjects } from './connect/objects.ts';
import { refOf } from './kube-object.ts';
import { previewLabels } from './marks.ts';
import type { PlacedService, ServedPlace } from './places/place.ts';
import { appUrl } from './review-app/app-environment.ts';
import type { AppFacts, LiveApp } from './review-app/app-facts.ts';
import { isPartOf } from './review-app/app-metadata.ts';
import { appName, deploymentRef } from './review-app/app-names.ts';
import { staleBuilds } from './review-app/build-job.ts';
import { readsOf } from './review-app/copies.ts';
import { asksForCloudNativePg } from './review-app/database/database.ts';
import { renderApp } from './review-app/render-app.ts';
import { renderSourceSecret } from './review-app/source.ts';
import { servicePort } from './review-app/workload.ts';
import type { Preparing, ServiceStages } from './service-stages.ts';
import type { AppSettings } from './settings.ts';
import type { Stage } from './stage.ts';

/** The stages of a review app, from what is observed. Throws a `UserError`. */
export async function appStages(
  app: AppSettings,
  { service, settings }: PlacedService,
  place: ServedPlace,
  preview: DesiredPreview,
  preparing: Preparing,
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
  const facts = { ...known, live: await observeApp(known, preparing) };
  const stages = renderApp(facts);
  return {
    stages,
    adapted: [],
    url: appUrl(facts),
    backend: { namespace: place.namespace, name: appName(facts), port: servicePort },
    isServing: facts.live.deployment !== undefined,
    before: async () => {
      if (!app.build) return;
      await endStaleBuilds(facts, stages, preview, preparing);
      if (stages.some((stage) => isBuilding(stage, facts))) await handOverToken(facts, preparing);
    },
    after: async (signal) => {
      if (stages.some((stage) => isBuilding(stage, facts)))
        await takeTokenBack(facts, { ...preparing, signal });
    },
  };
}

async function observeApp(
  facts: Omit<AppFacts, 'live'>,
  { kube, context, signal, isFresh }: Preparing,
): Promise<LiveApp> {
  const mask = facts.app.database?.copyFrom?.mask;
  const [deployment, found, cloudNativePg, maskSql] = await Promise.all([
    isFresh ? undefined : getObject(kube, deploymentRef(facts), signal),
    Promise.all(readsOf(facts).map(({ ref }) => getObject(kube, ref, signal))),
    asksForCloudNativePg(facts) && knowsCloudNativePg(kube, signal),
    mask === undefined ? undefined : context.files.trusted(mask),
  ]);
  return {
    ...(deployment && { deployment }),
    found: found.filter((object) => object !== undefined),
    cloudNativePg,
    databaseReset: '',
    ...(maskSql !== undefined && { maskSql }),
  };
}

/** Whether the operator's kind is there. */
async function knowsCloudNativePg(kube: Kube, signal: AbortSignal): Promise<boolean> {
  try {
    await kube.resource({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' }, signal);
    return true;
  } catch (cause) {
    if (cause instanceof UserError) return false;
    throw cause;
  }
}

function isBuilding({ objects }: Stage, { service }: Pick<AppFacts, 'service'>): boolean {
  return objects.some(({ object }) => isPartOf(object, service.name, 'build'));
}

/** Before anything else: a build that goes on would push an image that nobody wants. */
async function endStaleBuilds(
  facts: AppFacts,
  stages: readonly Stage[],
  preview: DesiredPreview,
  { kube, signal }: Preparing,
): Promise<void> {
  const { namespace } = facts.place;
  const jobs = { apiVersion: 'batch/v1', kind: 'Job' };
  const found = await listObjects(
    kube,
    jobs,
    { namespace, labels: previewLabels(preview) },
    signal,
  );
  // Lists do not repeat the kind in each item.
  const stale = staleBuilds(found, facts, stages);
  await Promise.all(
    stale.map((job) => deleteObject(kube, refOf(job), { propagation: 'Background' }, signal)),
  );
}

async function handOverToken(facts: AppFacts, { kube, context, signal }: Preparing) {
  const secret = renderSourceSecret(facts, context.source.token);
  await applyObject(kube, secret, { force: true, signal });
}

async function takeTokenBack(facts: AppFacts, { kube, signal }: Preparing): Promise<void> {
  const secret = refOf(renderSourceSecret(facts, ''));
  await deleteObject(kube, secret, { propagation: 'Background' }, signal);
}
