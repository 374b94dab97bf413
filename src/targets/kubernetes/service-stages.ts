import type { DesiredPreview } from '../target.ts';
import { appStages } from './app-stages.ts';
import { type KnownSet, readSet, readSetMembers, type SetMembers } from './apply/apply-set.ts';
import type { Kube } from './connect/kube.ts';
import type { KubernetesContext } from './context.ts';
import { fieldsOf, numberOf } from './fields.ts';
import type { KubeObject } from './kube-object.ts';
import { manifestStages } from './manifest-stages.ts';
import { previewLabels } from './marks.ts';
import { type PlacedService, parentName, type ServedPlace } from './places/place.ts';
import type { ProbedService } from './readiness/proxy-probe.ts';
import { finalObjects } from './review-app/render-app.ts';
import type { Stage } from './stage.ts';

/** What a service is made of, and what goes with its deploy. */
export interface ServiceStages {
  readonly stages: readonly Stage[];
  /** What was changed in manifests of the user's, one line each. */
  readonly adapted: readonly string[];
  /** Something of an earlier deploy answers; absent = what is there of the objects tells. */
  readonly isServing?: boolean;
  /** Before the first stage. */
  before(): Promise<void>;
  /** After the last stage, however that ended. */
  after(signal: AbortSignal): Promise<void>;
  /** Empty where it cannot be reached from outside. */
  readonly url: string;
  /** The Service that the address leads to. */
  readonly backend?: ProbedService;
}

/** A service that is ready to be deployed, and what of it is there. */
export interface PreparedService extends ServiceStages {
  readonly placed: PlacedService;
  readonly set: KnownSet;
  readonly isServing: boolean;
}

/** What preparing takes. */
export interface Preparing {
  readonly kube: Kube;
  readonly context: KubernetesContext;
  readonly signal: AbortSignal;
  /** The place is not there yet, or was made just now. */
  readonly isFresh: boolean;
}

/** What rendering takes. */
export interface RenderingService extends Preparing {
  /** What is there of the service already. */
  readonly remembered: SetMembers;
}

/** Reads or renders what the service is made of, and looks what of it is there. Throws a `UserError`. */
export async function prepareService(
  placed: PlacedService,
  place: ServedPlace,
  preview: DesiredPreview,
  preparing: Preparing,
): Promise<PreparedService> {
  const { kube, signal, isFresh } = preparing;
  const { app } = placed.settings;
  const { namespace } = place;
  const parent = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: parentName(place, placed.service.name, preview.previewId),
    namespace,
  };
  const remembered = await readSetMembers({ kube, parent, isFresh }, signal);
  const rendering = { ...preparing, remembered };
  const made = app
    ? await appStages(app, placed, place, preview, rendering)
    : await manifestStages(placed, place, preview, rendering);
  const labels = previewLabels(preview);
  const objects = finalObjects(made.stages);
  const set = await readSet({ kube, parent, labels, objects, isFresh }, signal, remembered);
  const isServing = made.isServing ?? [...set.live.values()].some(isAvailable);
  return { ...made, placed, set, isServing };
}

/** A workload has pods that serve. */
function isAvailable({ status }: KubeObject): boolean {
  const { availableReplicas, numberAvailable } = fieldsOf(status);
  return numberOf(availableReplicas) + numberOf(numberAvailable) > 0;
}
