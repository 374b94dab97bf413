import { UserError } from '../../../core/user-error.ts';
import type { DesiredPreview, Watch } from '../../target.ts';
import type { Kube } from '../connect/kube.ts';
import { isAlreadyExists } from '../connect/kube-errors.ts';
import {
  applyObject,
  createObject,
  deleteObject,
  getObject,
  mergePatch,
} from '../connect/objects.ts';
import type { KubernetesContext } from '../context.ts';
import { describeRef, type KubeObject, type ObjectRef } from '../kube-object.ts';
import { carrierAnnotations, carrierLabels, isMarkedAs, serviceAnnotation } from '../marks.ts';
import { holding } from './close-place.ts';
import type { ServedPlace } from './place.ts';
import { guardRefs, renderCarrier, renderGuards } from './render-namespace.ts';

/** What opening a place takes. */
export interface OpeningPlace extends Pick<KubernetesContext, 'pause' | 'now'> {
  readonly kube: Kube;
  readonly watch: Pick<Watch, 'signal' | 'progress'>;
  /** A moment ago there was no such place, so that it is made without another look. */
  readonly isAbsent?: boolean;
}

/**
 * Makes the namespace ready for a deploy of its services, whose own marks are taken away until that has ended.
 * A namespace that is still on its way out is waited for. Answers whether it was made just now. Throws a `UserError` where
 * it is someone else's.
 */
export async function openPlace(
  place: ServedPlace,
  preview: DesiredPreview,
  opening: OpeningPlace,
): Promise<boolean> {
  const { kube, watch, isAbsent = false } = opening;
  const { signal } = watch;
  const [{ settings }] = place.services;
  const isMade =
    (isAbsent && (await madeCarrier(kube, place, preview, signal))) ||
    (await bringCarrier(place, preview, opening));
  if (place.mode === 'own') {
    const guards = renderGuards(place, preview, settings);
    const dropped = isMade ? [] : guardRefs(place, guards);
    await Promise.all([
      ...guards.map((guard) => applyObject(kube, guard, { force: true, signal })),
      ...dropped.map((ref) => removeGuard(kube, ref, preview, signal)),
    ]);
  }
  return isMade && place.mode === 'own';
}

/** What an earlier configuration asked for. */
async function removeGuard(
  kube: Kube,
  ref: ObjectRef,
  preview: DesiredPreview,
  signal: AbortSignal,
) {
  const live = await getObject(kube, ref, signal);
  if (live && isMarkedAs(live, preview))
    await deleteObject(kube, ref, { propagation: 'Background' }, signal);
}

/** Whether it was made; if not, something of that name came meanwhile. */
async function madeCarrier(
  kube: Kube,
  place: ServedPlace,
  preview: DesiredPreview,
  signal: AbortSignal,
): Promise<boolean> {
  const [{ settings }] = place.services;
  try {
    const made = await createObject(kube, renderCarrier(place, preview, settings), signal);
    return isMarkedAs(made, preview) && made.metadata.deletionTimestamp === undefined;
  } catch (cause) {
    if (isAlreadyExists(cause)) return false;
    throw cause;
  }
}

/** As it is to be, whatever is there; answers whether it was made. */
async function bringCarrier(
  place: ServedPlace,
  preview: DesiredPreview,
  { kube, watch, pause, now }: OpeningPlace,
): Promise<boolean> {
  const { signal } = watch;
  const [{ settings }] = place.services;
  const live = await settledCarrier(kube, place, preview, { watch, pause, now });
  if (live) {
    requireOurs(live, place, preview);
    await remark(kube, place, preview, live, signal);
    return false;
  }
  await applyObject(kube, renderCarrier(place, preview, settings), { force: true, signal });
  return true;
}

/** The carrier as it is, once it is not on its way out any more; `undefined` = there is none. */
async function settledCarrier(
  kube: Kube,
  { carrier }: ServedPlace,
  { previewId }: DesiredPreview,
  { watch: { signal, progress }, pause, now }: Omit<OpeningPlace, 'kube'>,
): Promise<KubeObject | undefined> {
  const step = `wait until ${describeRef(carrier)} is gone`;
  let said = '';
  for (let gap = 200; ; gap = Math.min(gap * 1.5, 2000)) {
    const live = await getObject(kube, carrier, signal);
    if (live?.metadata.deletionTimestamp === undefined) return live;
    const detail = holding(live);
    if (detail !== said)
      progress({ kind: 'step', service: previewId, step, at: now(), state: 'running', detail });
    said = detail;
    await pause(gap, signal);
  }
}

/** Only what the deploy changes, so that marks of services that another run deploys stay. */
async function remark(
  kube: Kube,
  { carrier, mode, services }: ServedPlace,
  preview: DesiredPreview,
  live: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const [{ settings }] = services;
  const annotations = {
    ...carrierAnnotations(preview),
    ...Object.assign({}, ...services.map(({ service }) => serviceAnnotation(service.name, null))),
  };
  const labels = {
    ...carrierLabels(preview),
    ...(mode === 'own' && { 'pod-security.kubernetes.io/enforce': settings.podSecurity }),
  };
  if (isAsWanted(live, labels, annotations)) return;
  await mergePatch(kube, carrier, { metadata: { labels, annotations } }, signal);
}

function isAsWanted(
  { metadata }: KubeObject,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string | null>>,
): boolean {
  return (
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value) &&
    Object.entries(annotations).every(
      ([key, value]) => (metadata.annotations?.[key] ?? null) === value,
    )
  );
}

/** Throws a `UserError` where what is to carry the marks of the preview is someone else's. */
export function requireOurs(
  live: KubeObject,
  { mode, namespace }: ServedPlace,
  preview: DesiredPreview,
): void {
  if (isMarkedAs(live, preview)) return;
  const what = mode === 'own' ? 'namespace' : 'ConfigMap of marks in the namespace';
  throw new UserError(
    `the ${what} ${namespace} is there already and is not this preview's: it does not carry its marks`,
    'Delete it, or set `preview.kubernetes.namespace` to names that nothing else has, as "{repository}-preview-{id}".',
  );
}
