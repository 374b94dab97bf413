import { duration } from '../../core/time.ts';
import { joinPlans } from '../several-targets.ts';
import type { DesiredPreview, PlanPurpose, TargetPlan } from '../target.ts';
import { diffSet } from './apply/diff.ts';
import type { Kube } from './connect/kube.ts';
import type { KubernetesContext } from './context.ts';
import type { KubeObject } from './kube-object.ts';
import { loadManifests } from './load-units.ts';
import { carrierAnnotations, carrierLabels, serviceMarksIn } from './marks.ts';
import { requireOurs } from './places/open-place.ts';
import type { ServedPlace } from './places/place.ts';
import { isSettled, statusOf } from './readiness/status.ts';
import { isEndedJob } from './review-app/job.ts';
import { probeService } from './service-health.ts';
import { type PreparedService, prepareService } from './service-stages.ts';

/** What planning takes. */
export interface PlanningPlace {
  readonly kube: Kube;
  readonly context: KubernetesContext;
  readonly purpose: PlanPurpose;
}

/** What a deploy would change at one place, whose carrier is `live`, and why. Throws a `UserError`. */
export async function planPlace(
  place: ServedPlace,
  preview: DesiredPreview,
  live: KubeObject | undefined,
  planning: PlanningPlace,
): Promise<TargetPlan> {
  const { kube, context, purpose } = planning;
  const { signal } = purpose;
  if (live) requireOurs(live, place, preview);
  const isFresh = live === undefined || live.metadata.deletionTimestamp !== undefined;
  const preparing = { kube, context, signal, isFresh };
  const plans = place.services.map(async (placed) => {
    const prepared = await prepareService(placed, place, preview, preparing);
    return planService(prepared, preview, live, planning);
  });
  return joinPlans(await Promise.all(plans));
}

async function planService(
  prepared: PreparedService,
  preview: DesiredPreview,
  live: KubeObject | undefined,
  planning: PlanningPlace,
): Promise<TargetPlan> {
  const { placed, adapted } = prepared;
  const { signal } = planning.purpose;
  const stale = prepared.set.stale.filter((member) => !isEndedJob(member));
  const set = { ...prepared.set, stale };
  const { changes, answers } = await diffSet(set, { force: placed.settings.force, signal });
  const objects = set.objects.map(({ object }) => object);
  const { toYaml } = await loadManifests();
  const comments = adapted.map((line) => `# ${line.replaceAll('\n', ' ')}\n`).join('');
  const rendered = { name: 'manifests.yaml', text: comments + toYaml(objects) };
  if (changes.length > 0) return { changes, rendered, outdated: 'its objects changed' };
  const outdated =
    outdatedMarks(prepared, preview, live) ??
    notReady(answers.map(({ object }) => object)) ??
    (await unhealthy(prepared, planning));
  return { changes, rendered, ...(outdated !== undefined && { outdated }) };
}

/** The marks say what was deployed to the end. */
function outdatedMarks(
  { placed }: PreparedService,
  preview: DesiredPreview,
  live: KubeObject | undefined,
): string | undefined {
  const mark = live && serviceMarksIn(live).get(placed.service.name);
  if (!live || !mark) return 'its last deploy did not end';
  if (mark.commit !== preview.commit) return 'the commit changed';
  if (mark.fingerprint !== preview.fingerprint) return 'the configuration changed';
  const { 'understudy.dev/expires-at': _, ...annotations } = carrierAnnotations(preview);
  const { metadata } = live;
  const isMarked =
    Object.entries(annotations).every(([key, value]) => metadata.annotations?.[key] === value) &&
    Object.entries(carrierLabels(preview)).every(
      ([key, value]) => metadata.labels?.[key] === value,
    );
  return isMarked ? undefined : 'its marks changed';
}

function notReady(objects: readonly KubeObject[]): string | undefined {
  for (const object of objects) {
    const status = statusOf(object);
    if (!isSettled(status))
      return `${object.kind} ${object.metadata.name} is not ready: ${status.detail}`;
  }
  return undefined;
}

/** One look: what is deployed should answer. */
function unhealthy(prepared: PreparedService, { kube, context, purpose }: PlanningPlace) {
  const { service } = prepared.placed;
  const probe = { ...service.probe, within: duration(Math.min(service.probe.within, 2000)) };
  const once = { ...prepared, placed: { ...prepared.placed, service: { ...service, probe } } };
  const quiet = { signal: purpose.signal, progress: () => {} };
  return probeService(once, { kube, context, watch: quiet });
}
