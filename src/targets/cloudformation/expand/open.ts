import { type Instant, toIso } from '../../../core/time.ts';
import { UserError } from '../../../core/user-error.ts';
import { untilServicesHealthy } from '../../services-health.ts';
import type {
  DeployResult,
  DesiredPreviews,
  LeftOut,
  Leftover,
  ObservedPreview,
  ObservedService,
  PlanPurpose,
  PreviewKey,
  ProgressEvent,
  Target,
  TargetPlan,
  Watch,
} from '../../target.ts';
import type { CloudFormationContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { amendShared } from './shared-stack/amend-shared.ts';
import { deployShared } from './shared-stack/deploy-shared.ts';
import type { Amendment } from './shared-stack/goal.ts';
import { observeShared, previewsOf } from './shared-stack/observe-shared.ts';
import { planShared } from './shared-stack/plan-shared.ts';
import type { PreparedDraft } from './shared-stack/prepared-draft.ts';
import { readPlaces } from './shared-stack/read-places.ts';
import type { SharedPlace } from './shared-stack/shared-place.ts';
import type { Workshop } from './shared-stack/snapshot.ts';

/** One run's work: what its plan has prepared is what its deploy carries out. */
interface Run extends Workshop {
  readonly prepared: Map<string, PreparedDraft>;
}

/** Previews as further resources of shared templates. */
export function openExpand(context: CloudFormationContext, engine: Engine): Target {
  let operations = 0;
  const nextOperation = () => {
    operations += 1;
    return `${context.operation}-${operations}`;
  };
  const run: Run = { context, engine, nextOperation, prepared: new Map() };
  return {
    plan: (desired, purpose) => plan(run, desired, purpose),
    deploy: (desired, watch) => deploy(run, desired, watch),
    observe: (repository) => observe(run, repository),
    destroy: (key, watch) => destroy(run, key, watch),
    extend: (key, expiresAt) => extend(run, key, expiresAt),
  };
}

async function plan(run: Run, desired: DesiredPreviews, purpose: PlanPurpose): Promise<TargetPlan> {
  const discard = () => run.engine.dropChangeSets();
  try {
    const places = await placesFor(run, desired);
    return { ...(await planShared(run, places, desired, purpose, run.prepared)), discard };
  } catch (cause) {
    await discard();
    throw cause;
  }
}

/** The stacks in which the occasion has something; the others are left to runs of their own. */
async function placesFor({ context }: Run, { occasion }: DesiredPreviews) {
  const names = new Set(occasion.services.map(({ name }) => name));
  const places = await readPlaces(context);
  return places.filter(({ files }) =>
    files.some(({ parts }) => parts.some(({ service }) => names.has(service))),
  );
}

async function deploy(run: Run, desired: DesiredPreviews, watch: Watch): Promise<DeployResult> {
  const service = desired.occasion.services[0]?.name ?? '';
  const places = await placesFor(run, desired);
  const { signal, wait } = watch;
  const watching = {
    progress: (event: ProgressEvent) => watch.progress(event),
    leftOut: (preview: LeftOut) => watch.leftOut?.(preview),
    signal,
    wait,
    service,
  };
  let kind: 'accepted' | 'ready' = 'ready';
  for (const place of places) {
    const prepared = run.prepared.get(placeKey(place));
    run.prepared.delete(placeKey(place));
    const outcome = await deployShared(run, place, desired, watching, prepared);
    if (outcome.kind === 'failed') return outcome;
    if (outcome.kind === 'accepted') kind = 'accepted';
  }
  const services = await occasionServices(run, places, desired);
  if (kind === 'accepted') {
    return { kind, services: services.map((one) => ({ ...one, state: 'starting' })) };
  }
  return untilHealthy(run, services, desired, watch);
}

function placeKey({ region, stack }: SharedPlace): string {
  return `${region ?? ''} ${stack}`;
}

async function occasionServices(
  run: Run,
  places: readonly SharedPlace[],
  { occasion }: DesiredPreviews,
): Promise<readonly ObservedService[]> {
  const entries = [];
  for (const place of places) {
    entries.push(...(await observeShared(run, place, occasion.repository)));
  }
  const found = previewsOf(entries).find(({ previewId }) => previewId === occasion.previewId);
  return occasion.services.map(
    ({ name }) =>
      found?.services.find((service) => service.name === name) ?? {
        name,
        state: 'starting',
        url: '',
      },
  );
}

async function untilHealthy(
  { context }: Run,
  services: readonly ObservedService[],
  { occasion }: DesiredPreviews,
  watch: Watch,
): Promise<DeployResult> {
  const unhealthy = await untilServicesHealthy(services, occasion.services, context, watch);
  if (!unhealthy) {
    return { kind: 'ready', services: services.map((one) => ({ ...one, state: 'ready' })) };
  }
  const { service, url, detail } = unhealthy;
  return {
    kind: 'failed',
    service,
    reason: `the shared stack is complete, but ${url} is not healthy: ${detail}`,
    log: [],
    stillServing: false,
    hint: 'Look at the logs of the application; `preview.probe` says which path is asked, and how long.',
  };
}

async function observe(run: Run, repository: string): Promise<readonly ObservedPreview[]> {
  const entries = [];
  for (const place of await readPlaces(run.context)) {
    entries.push(...(await observeShared(run, place, repository)));
  }
  return previewsOf(entries);
}

async function destroy(run: Run, key: PreviewKey, watch: Watch): Promise<readonly Leftover[]> {
  return amendAll(run, { kind: 'remove', key }, watch);
}

async function extend(run: Run, key: PreviewKey, expiresAt: Instant): Promise<void> {
  const { signal } = new AbortController();
  const goal: Amendment = { kind: 'extend', key, expiresAt: toIso(expiresAt) };
  const left = await amendAll(run, goal, { signal, progress: () => {}, wait: true });
  const [first] = left;
  if (!first) return;
  throw new UserError(
    `the expiry of preview ${key.previewId} could not be moved: ${first.reason}`,
    'Run the job again; the preview stays as it is until then.',
  );
}

async function amendAll(run: Run, goal: Amendment, watch: Watch): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const place of await readPlaces(run.context)) {
    leftovers.push(...(await amendShared(run, place, goal, watch)));
  }
  return leftovers;
}
