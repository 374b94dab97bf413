import { conditionOf, fieldsOf, groupOf, numberOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { networkRules } from './network-status.ts';
import {
  inState,
  type ReadinessStatus,
  type StatusRule,
  type StatusRules,
} from './status-rules.ts';
import { storageRules } from './storage-status.ts';
import { workloadRules } from './workload-status.ts';

/**
 * The status of a live object by the rules of kstatus (fluxcd/cli-utils), with its holes closed: Jobs wait for
 * completion, failed pods have failed, load balancers wait for an address, routes and gateways for their controller,
 * what is told of an older generation counts for nothing. An Ingress is current at once: many controllers never
 * write an address, and the probe of the URL tells.
 */
export function statusOf(object: KubeObject): ReadinessStatus {
  return commonStatus(object) ?? ruleOf(object)?.(object) ?? readyCondition(object);
}

function ruleOf(object: KubeObject): StatusRule | undefined {
  const key = `${object.kind}.${groupOf(object)}`;
  const rules = [workloadRules, storageRules, networkRules, reportingRules];
  return rules.find((some) => Object.hasOwn(some, key))?.[key];
}

/** Whether nobody waits for the object: it is ready, or others will tell. */
export function isSettled({ state }: ReadinessStatus): boolean {
  return state === 'current' || state === 'unknown';
}

/** Whether its controller tells of the object as it is now, as far as it tells of which it does. */
export function isSeen({ status, metadata: { generation } }: KubeObject): boolean {
  const observed = fieldsOf(status).observedGeneration;
  return typeof observed !== 'number' || generation === undefined || observed === generation;
}

/** What holds for every kind, before its own rule. */
function commonStatus(object: KubeObject): ReadinessStatus | undefined {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const held = finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : '';
    return inState('terminating', `being deleted${held}`);
  }
  if (!isSeen(object))
    return inState('in-progress', 'its controller has not seen this version yet');
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True')
    return inState('in-progress', reconciling.message || 'being reconciled');
  const stalled = conditionOf(object, 'Stalled');
  return stalled?.status === 'True'
    ? inState('failed', stalled.message || stalled.reason || 'stalled')
    : undefined;
}

/** The condition `Ready`, where there is one: false may become true. */
function readyCondition(object: KubeObject): ReadinessStatus {
  const ready = conditionOf(object, 'Ready');
  if (!ready) return inState('current', 'there');
  const { observedGeneration, status, message, reason } = ready;
  if (numberOf(observedGeneration, Infinity) < numberOf(object.metadata.generation))
    return inState('in-progress', 'its controller has not seen this version yet');
  return status === 'True'
    ? inState('current', 'ready')
    : inState('in-progress', message || reason || 'not ready');
}

/** Kinds that always come to have a condition `Ready`: without one they were not looked at yet. */
const reportingKinds = [
  'Cluster.postgresql.cnpg.io',
  'Pooler.postgresql.cnpg.io',
  'Certificate.cert-manager.io',
  'Issuer.cert-manager.io',
  'ClusterIssuer.cert-manager.io',
  'ExternalSecret.external-secrets.io',
  'SecretStore.external-secrets.io',
  'Kustomization.kustomize.toolkit.fluxcd.io',
  'HelmRelease.helm.toolkit.fluxcd.io',
  'Service.serving.knative.dev',
] as const;

const reportingRules: StatusRules = Object.fromEntries(
  reportingKinds.map((kind) => [kind, reportedStatus]),
);

function reportedStatus(object: KubeObject): ReadinessStatus | undefined {
  if (!conditionOf(object, 'Ready'))
    return inState('in-progress', 'its controller has not seen it yet', !object.status);
  // Of a certificate that could not be issued; cert-manager tries again after an hour.
  const attempts = numberOf(fieldsOf(object.status).failedIssuanceAttempts);
  const failed = conditionOf(object, 'Issuing');
  return attempts > 0 && failed?.status === 'False' && readyCondition(object).state !== 'current'
    ? inState('in-progress', failed.message || 'it could not be issued', true)
    : undefined;
}
