import { fieldsOf, listOf, numberOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import type { KubeEvent } from './kube-event.ts';

/** What else of the namespace is known: where the reasons are found. */
export interface Surroundings {
  readonly pods: readonly KubeObject[];
  readonly replicaSets: readonly KubeObject[];
  /** Oldest first. */
  readonly events: readonly KubeEvent[];
}

/** The pods of the revision that a workload is to run, oldest first; those of earlier ones are nobody's concern. */
export function podsOf(object: KubeObject, around: Surroundings): readonly KubeObject[] {
  const pods = ownPods(object, around);
  return pods.toSorted((one, other) => bornAt(one).localeCompare(bornAt(other)));
}

function ownPods(object: KubeObject, around: Surroundings): readonly KubeObject[] {
  const { pods } = around;
  switch (object.kind) {
    case 'Pod':
      return pods.filter(({ metadata }) => metadata.uid === object.metadata.uid);
    case 'Deployment': {
      const set = currentReplicaSet(object, around);
      return set ? pods.filter((pod) => isOwnedBy(pod, set)) : [];
    }
    case 'StatefulSet':
    case 'DaemonSet':
      return pods.filter((pod) => isOwnedBy(pod, object) && isOfRevision(pod, object));
    default:
      return pods.filter((pod) => isOwnedBy(pod, object));
  }
}

/** Who creates the pods of a workload: a Deployment's current ReplicaSet, anything else itself. */
export function creatorOf(object: KubeObject, around: Surroundings): KubeObject | undefined {
  return object.kind === 'Deployment' ? currentReplicaSet(object, around) : object;
}

const revisionKey = 'deployment.kubernetes.io/revision';

function currentReplicaSet(
  deployment: KubeObject,
  { replicaSets }: Surroundings,
): KubeObject | undefined {
  const revisionOf = ({ metadata }: KubeObject) => metadata.annotations?.[revisionKey];
  // Not the latest that is known: they become known one after another.
  return replicaSets.find(
    (set) => isOwnedBy(set, deployment) && revisionOf(set) === revisionOf(deployment),
  );
}

function isOwnedBy({ metadata: { ownerReferences = [] } }: KubeObject, owner: KubeObject): boolean {
  return ownerReferences.some(({ uid }) => uid === owner.metadata.uid);
}

/** Where it cannot be told, it is. */
function isOfRevision({ metadata: { labels = {} } }: KubeObject, owner: KubeObject): boolean {
  if (owner.kind === 'StatefulSet') {
    const revision = textOf(fieldsOf(owner.status).updateRevision);
    return revision === '' || (labels['controller-revision-hash'] ?? revision) === revision;
  }
  const generation = owner.metadata.annotations?.['deprecated.daemonset.template.generation'];
  return (
    generation === undefined || (labels['pod-template-generation'] ?? generation) === generation
  );
}

function bornAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}

/** Whether an object is one that pods are made for, or one that a controller of its own reports on. */
export function isWork({ kind, spec, apiVersion }: KubeObject): boolean {
  const works = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod'];
  if (works.includes(kind)) return numberOf(fieldsOf(spec).replicas, 1) > 0;
  return /\.[a-z]/.test(apiVersion.split('/')[0] ?? '') && !/\.k8s\.io\//.test(apiVersion);
}

/** Whether a workload has containers for which running is being ready. */
export function isProbeless({ kind, spec }: KubeObject): boolean {
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(kind)) return false;
  const { replicas, template } = fieldsOf(spec);
  const containers = listOf(fieldsOf(fieldsOf(template).spec).containers);
  return numberOf(replicas, 1) > 0 && containers.some(({ readinessProbe }) => !readinessProbe);
}
