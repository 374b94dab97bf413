import { conditionOf, fieldsOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { inState, type ReadinessStatus, type StatusRules } from './status-rules.ts';

/** Kinds that hold or define data. */
export const storageRules: StatusRules = {
  'PersistentVolumeClaim.': claimStatus,
  'CustomResourceDefinition.apiextensions.k8s.io': definitionStatus,
  'APIService.apiregistration.k8s.io': serviceStatus,
  'Namespace.': namespaceStatus,
};

/** A claim whose class waits for the first consumer stays pending until a pod uses it, which the pod then tells. */
function claimStatus({ status }: KubeObject): ReadinessStatus {
  const { phase } = fieldsOf(status);
  if (phase === 'Bound') return inState('current', 'bound');
  if (phase === 'Lost') return inState('failed', 'the volume that it was bound to is gone');
  return inState('unknown', 'not bound; it may wait for its first pod');
}

function definitionStatus(object: KubeObject): ReadinessStatus {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False')
    return inState('failed', names.message || 'its names are not accepted');
  const established = conditionOf(object, 'Established');
  if (established?.status === 'True') return inState('current', 'established');
  return established?.status === 'False' && established.reason !== 'Installing'
    ? inState('failed', established.message || 'it could not be established')
    : inState('in-progress', 'not established yet');
}

function serviceStatus(object: KubeObject): ReadinessStatus {
  const available = conditionOf(object, 'Available');
  return available?.status === 'True'
    ? inState('current', 'available')
    : inState('in-progress', available?.message || 'not available yet');
}

function namespaceStatus({ status }: KubeObject): ReadinessStatus {
  const { phase } = fieldsOf(status);
  return phase === 'Terminating'
    ? inState('terminating', 'being deleted')
    : inState('current', 'there');
}
