import { duration } from '../../../core/time.ts';
import { conditionOf, fieldsOf, listOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { containerTrouble } from './container-trouble.ts';
import { isAbout, type KubeEvent } from './kube-event.ts';
import { brief, noPatience, somePatience, type Trouble } from './trouble.ts';

/** The pods of one workload, of its current revision only, and all events that are known. */
export interface PodsSight {
  readonly pods: readonly KubeObject[];
  readonly events: readonly KubeEvent[];
  /** Pods of a Job fail as often as the Job lets them: how they end is for the Job to judge. */
  readonly ofJob: boolean;
}

/** The scheduler tries again as soon as something changes. */
const schedulingPatience = duration(15_000);
/** Volumes are made in the meantime. */
const volumePatience = duration(25_000);

/** What keeps pods from becoming ready, the least patient first, then the oldest pod's. */
export function podTroubles(sight: PodsSight): readonly Trouble[] {
  const pods = sight.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ended = pods.filter(isEnded);
  const others = pods.filter((pod) => !isEnded(pod));
  const found = others.flatMap((pod) => livePodTroubles(pod, sight));
  // A pod that ended is replaced; it tells something where nothing else does, or where it is not the first.
  if (!sight.ofJob && (others.length === 0 || ended.length > 1))
    found.push(...ended.map(endTrouble));
  return found.toSorted((one, other) => one.patience - other.patience);
}

function isEnded({ status }: KubeObject): boolean {
  return fieldsOf(status).phase === 'Failed';
}

function livePodTroubles(pod: KubeObject, { events, ofJob }: PodsSight): Trouble[] {
  const own = events.filter((event) => isAbout(event, pod));
  const containers = containerTroubles(pod).filter(({ cause }) => !(ofJob && isEnd(cause)));
  return [unschedulable(pod, own), ...containers, stuckInPreparation(pod, own)].filter(
    (trouble) => trouble !== undefined,
  );
}

function isEnd(cause: string): boolean {
  return cause === 'CrashLoopBackOff' || cause === 'OOMKilled';
}

function containerTroubles({ metadata: { name, uid = name }, status }: KubeObject): Trouble[] {
  const { initContainerStatuses, containerStatuses } = fieldsOf(status);
  const look = (list: unknown, init: boolean) =>
    listOf(list).map((one) => containerTrouble({ pod: { name, uid }, init, status: one }));
  return [...look(initContainerStatuses, true), ...look(containerStatuses, false)].filter(
    (trouble) => trouble !== undefined,
  );
}

function endTrouble({ metadata: { name, uid = name }, status }: KubeObject): Trouble {
  const { reason, message } = fieldsOf(status);
  const cause = textOf(reason) || 'Failed';
  const words = brief(textOf(message)) || 'it ended';
  return {
    key: `${uid}/${cause}`,
    cause,
    detail: `pod ${name}: ${words}`,
    patience: somePatience,
    mendable: false,
    pod: name,
  };
}

/** Where an autoscaler has said that it adds a node, it is waited for. */
function unschedulable(pod: KubeObject, own: readonly KubeEvent[]): Trouble | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  if (own.some(({ reason }) => reason === 'TriggeredScaleUp' || reason === 'Nominated'))
    return undefined;
  const { name, uid = name } = pod.metadata;
  const isVolume = /volume|PersistentVolumeClaim/i.test(scheduled.message);
  return {
    key: `${uid}/Unschedulable`,
    cause: 'Unschedulable',
    detail: `pod ${name} fits no node: ${brief(scheduled.message)}`,
    patience: isVolume ? volumePatience : schedulingPatience,
    mendable: false,
  };
}

/** Volumes and networks that cannot be prepared are told by events alone. */
function stuckInPreparation(pod: KubeObject, own: readonly KubeEvent[]): Trouble | undefined {
  const { name, uid = name } = pod.metadata;
  if (!isPreparing(pod)) return undefined;
  const event = own
    .filter(({ reason }) => /^Failed(Mount|AttachVolume|MapVolume|CreatePodSandBox)$/.test(reason))
    .at(-1);
  if (!event) return undefined;
  const isMissing = /(secret|configmap) "[^"]*" not found|references non-existent/.test(
    event.message,
  );
  return {
    key: `${uid}/${event.reason}`,
    cause: event.reason,
    detail: `pod ${name}: ${brief(event.message)}`,
    patience: isMissing ? somePatience : volumePatience,
    mendable: isMissing,
  };
}

/** No container, nor init container, has been begun. */
function isPreparing({ status }: KubeObject): boolean {
  const { phase, initContainerStatuses, containerStatuses } = fieldsOf(status);
  const begun = [...listOf(initContainerStatuses), ...listOf(containerStatuses)].some(
    ({ state, lastState }) =>
      !fieldsOf(state).waiting || Object.keys(fieldsOf(lastState)).length > 0,
  );
  return phase === 'Pending' && !begun;
}

/**
 * Pods that the API server refused to create for a workload (its ReplicaSet, where it is a Deployment), unless one
 * was created since.
 */
export function creationTrouble(
  owner: KubeObject,
  events: readonly KubeEvent[],
): Trouble | undefined {
  const own = events.filter((event) => isAbout(event, owner));
  const failed = own.filter(({ reason }) => reason === 'FailedCreate').at(-1);
  const created = own.filter(({ reason }) => reason === 'SuccessfulCreate').at(-1);
  if (!failed || (created && created.at >= failed.at)) return undefined;
  const { name, uid = name } = owner.metadata;
  return {
    key: `${uid}/FailedCreate`,
    cause: 'FailedCreate',
    detail: `pods cannot be created: ${brief(failed.message)}`,
    patience: /violates PodSecurity/.test(failed.message) ? noPatience : somePatience,
    mendable: false,
  };
}
