import type { KubeObject } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';

/**
 * What has to be there first. Within a group the order does not matter; each group is one round trip, so that there are
 * no more of them than needed.
 */
const groups: readonly (readonly string[])[] = [
  ['Namespace'],
  [
    'CustomResourceDefinition',
    'StorageClass',
    'PriorityClass',
    'IngressClass',
    'ResourceQuota',
    'LimitRange',
    'NetworkPolicy',
    'ServiceAccount',
    'Secret',
    'ConfigMap',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'ClusterRole',
    'Role',
    'ClusterRoleBinding',
    'RoleBinding',
    // Pods are given the addresses of Services that are there when they start.
    'Service',
  ],
];
/** They watch over requests: of ours they need not. */
const last = [
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'APIService',
];

/** The objects in the groups that they are applied in; all that is not named is between. */
export function applyOrder(objects: readonly StagedObject[]): StagedObject[][] {
  const ordered: StagedObject[][] = [];
  for (const staged of objects) {
    const rank = rankOf(staged.object);
    const group = ordered[rank] ?? [];
    group.push(staged);
    ordered[rank] = group;
  }
  return ordered.filter((group) => group.length > 0);
}

function rankOf({ kind }: KubeObject): number {
  if (last.includes(kind)) return groups.length + 1;
  const found = groups.findIndex((kinds) => kinds.includes(kind));
  return found < 0 ? groups.length : found;
}
