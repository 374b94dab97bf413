import { fieldsOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import type { ManagedFields } from './managed-fields.ts';

/** Kinds that scale others: Kubernetes' own, and KEDA's. */
const scalers = ['HorizontalPodAutoscaler', 'ScaledObject'];

/** `Deployment/web` of all that an autoscaler among the objects scales. */
export function autoscaledIn(objects: readonly StagedObject[]): ReadonlySet<string> {
  const scaled = objects
    .filter(({ object }) => scalers.includes(object.kind))
    .map(({ object }) => fieldsOf(fieldsOf(object.spec).scaleTargetRef))
    .map(({ kind, name }) => `${textOf(kind) || 'Deployment'}/${textOf(name)}`);
  return new Set(scaled);
}

/**
 * The object without `replicas` where an autoscaler has the say of them: one of the same set, or one that scaled the
 * live object.
 */
export function leaveReplicas(
  object: KubeObject,
  live: KubeObject | undefined,
  autoscaled: ReadonlySet<string>,
): KubeObject {
  const { replicas, ...spec } = fieldsOf(object.spec);
  if (replicas === undefined) return object;
  const isScaled = autoscaled.has(`${object.kind}/${object.metadata.name}`);
  return isScaled || (live && wasScaled(live)) ? { ...object, spec } : object;
}

/** Autoscalers write by the subresource `scale`, as the controller manager. A person's `kubectl scale` does not count. */
function wasScaled({ metadata }: KubeObject): boolean {
  const entries = (metadata.managedFields ?? []) as readonly ManagedFields[];
  return entries.some(
    ({ manager, subresource, fieldsV1 }) =>
      manager === 'kube-controller-manager' &&
      subresource === 'scale' &&
      'f:replicas' in fieldsOf(fieldsV1?.['f:spec']),
  );
}
