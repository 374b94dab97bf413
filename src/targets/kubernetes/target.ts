import type { Instant } from '../../core/time.ts';
import type { WorkloadReader } from '../../promotion/observe/ports.ts';
import { joinPlans, joinResults } from '../several-targets.ts';
import type {
  DeployResult,
  DesiredPreview,
  Leftover,
  PlanPurpose,
  PreviewKey,
  Target,
  TargetPlan,
  Watch,
} from '../target.ts';
import { type Connections, connections } from './connect/connections.ts';
import { getObject, mergePatch } from './connect/objects.ts';
import type { KubernetesContext } from './context.ts';
import { deployPlace } from './deploy-place.ts';
import { driftOf } from './drift.ts';
import { refOf } from './kube-object.ts';
import { expiryAnnotation, previewsIn } from './marks.ts';
import { openWorkloadReader, type WorkloadReading } from './observe-stage.ts';
import { closePlace } from './places/close-place.ts';
import { type Carrier, carriersOf, observePlaces } from './places/observe-places.ts';
import { placesOf, type ServedPlace } from './places/place.ts';
import { planPlace } from './plan-place.ts';

/** One run's work. */
interface Work {
  readonly context: KubernetesContext;
  readonly connections: Connections;
  /** What the last list showed; moments old when a plan looks. */
  seen: readonly Carrier[] | undefined;
  /** Places that the plan found nothing of; a deploy begins by making them. */
  readonly absent: Set<string>;
}

/** Previews in a Kubernetes cluster: manifests of the user's, or review apps. */
export function createKubernetesTarget(context: KubernetesContext): Target {
  const work: Work = {
    context,
    connections: connections(context),
    seen: undefined,
    absent: new Set(),
  };
  return {
    plan: ({ occasion }, purpose) => plan(work, occasion, purpose),
    deploy: ({ occasion }, watch) => deploy(work, occasion, watch),
    observe: async (repository) => {
      work.seen = await observe(work, repository, new AbortController().signal);
      return previewsIn(work.seen.map(({ object }) => object));
    },
    destroy: (key, watch) => destroy(work, key, watch),
    extend: (key, expiresAt) => extend(work, key, expiresAt),
    drift: (keys, watch) => drift(work, keys, watch),
  };
}

function observe({ context, connections }: Work, repository: string, signal: AbortSignal) {
  return observePlaces(context, connections, repository, signal);
}

async function plan(
  work: Work,
  preview: DesiredPreview,
  purpose: PlanPurpose,
): Promise<TargetPlan> {
  const { context } = work;
  const { seen } = work;
  work.seen = undefined;
  const plans = placesOf(preview).map(async (place) => {
    const kube = await work.connections.kube(place);
    // What is not ours was not listed; a deploy meets it, but a dry run would not.
    const live =
      (seen && seenCarrier(seen, place)) ??
      (seen && !purpose.dryRun ? undefined : await getObject(kube, place.carrier, purpose.signal));
    if (!live) work.absent.add(placeKey(place));
    return planPlace(place, preview, live, { kube, context, purpose });
  });
  return joinPlans(await Promise.all(plans));
}

function placeKey({ context = '', carrier }: ServedPlace): string {
  return `${context} ${carrier.namespace ?? ''} ${carrier.name}`;
}

function seenCarrier(seen: readonly Carrier[], { carrier }: ServedPlace) {
  const { kind, name, namespace } = carrier;
  return seen.find(
    ({ object }) =>
      object.kind === kind &&
      object.metadata.name === name &&
      object.metadata.namespace === namespace,
  )?.object;
}

async function deploy(work: Work, preview: DesiredPreview, watch: Watch): Promise<DeployResult> {
  const { context } = work;
  const results = placesOf(preview).map(async (place) => {
    const kube = await work.connections.kube(place);
    const isAbsent = work.absent.delete(placeKey(place));
    return deployPlace(place, preview, { kube, context, watch, isAbsent });
  });
  return joinResults(await Promise.all(results), preview);
}

async function destroy(work: Work, key: PreviewKey, watch: Watch): Promise<readonly Leftover[]> {
  const { now, pause } = work.context;
  const carriers = carriersOf(await observe(work, key.repository, watch.signal), key);
  const { signal, wait } = watch;
  const closing = { now, pause, signal, wait, progress: watch.progress.bind(watch) };
  const left = await Promise.all(carriers.map((carrier) => closePlace(carrier, key, closing)));
  return left.flat();
}

async function extend(work: Work, key: PreviewKey, expiresAt: Instant): Promise<void> {
  const { signal } = new AbortController();
  const carriers = carriersOf(await observe(work, key.repository, signal), key);
  const annotations = expiryAnnotation(expiresAt);
  for (const { kube, object } of carriers) {
    await mergePatch(kube, refOf(object), { metadata: { annotations } }, signal);
  }
}

/** Looks only where the configuration asks for it: each preview takes some requests. */
async function drift(
  work: Work,
  keys: readonly PreviewKey[],
  { signal }: Watch,
): Promise<ReadonlyMap<string, string>> {
  const [first] = keys;
  const found = new Map<string, string>();
  if (!first || !work.context.services.some(({ settings }) => settings.detectDrift)) return found;
  const carriers = await observe(work, first.repository, signal);
  for (const key of keys) {
    const own = carriersOf(carriers, key);
    const told = await Promise.all(own.map((carrier) => driftOf(carrier, key, signal)));
    const what = told.flat().join(', ');
    if (what !== '') found.set(key.previewId, what);
  }
  return found;
}

/** Workloads as stages of a pipeline; from this unit, so that the connection is in the download once. */
export function openWorkloadStages(reading: WorkloadReading): WorkloadReader {
  return openWorkloadReader(reading);
}
