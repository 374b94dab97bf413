import { conditionOf, fieldsOf, numberOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { inState, type ReadinessStatus, type StatusRules } from './status-rules.ts';

/** Kinds that run pods. */
export const workloadRules: StatusRules = {
  'Deployment.apps': deploymentStatus,
  'StatefulSet.apps': statefulSetStatus,
  'DaemonSet.apps': daemonSetStatus,
  'ReplicaSet.apps': replicaSetStatus,
  'ReplicationController.': replicaSetStatus,
  'Job.batch': jobStatus,
  'Pod.': podStatus,
};

/** Counts of a status, zero where absent, and what is wanted: one where nothing is said. */
function countsOf(object: KubeObject) {
  const status = fieldsOf(object.status);
  const of = (name: string) => numberOf(status[name]);
  return { of, wanted: numberOf(fieldsOf(object.spec).replicas, 1) };
}

function replicas(count: number, wanted: number): ReadinessStatus {
  return inState('in-progress', `${Math.min(count, wanted)} of ${wanted} replicas`);
}

function ending(count: number, which: string): ReadinessStatus {
  const noun = count === 1 ? 'replica is' : 'replicas are';
  return inState('in-progress', `${count} ${which} ${noun} ending`);
}

function unseen(object: KubeObject): ReadinessStatus | undefined {
  return fieldsOf(object.status).observedGeneration === undefined
    ? inState('in-progress', 'its controller has not seen it yet')
    : undefined;
}

function deploymentStatus(object: KubeObject): ReadinessStatus {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return inState('failed', progressing.message || 'its progress deadline is over');
  return unseen(object) ?? refused(object) ?? rolloutStatus(object, progressing?.reason);
}

function rolloutStatus(object: KubeObject, progress: string | undefined): ReadinessStatus {
  const { of, wanted } = countsOf(object);
  const spec = fieldsOf(object.spec);
  if (of('updatedReplicas') < wanted && spec.paused === true)
    return inState('in-progress', 'its rollout is paused', true);
  const ready = Math.min(of('readyReplicas'), of('updatedReplicas'), of('availableReplicas'));
  if (of('replicas') < wanted || ready < wanted) return replicas(ready, wanted);
  const surplus = of('replicas') - wanted;
  if (surplus > 0) return ending(surplus, 'old');
  const hasDeadline = numberOf(spec.progressDeadlineSeconds, 2147483647) < 2147483647;
  const isComplete = !hasDeadline || progress === 'NewReplicaSetAvailable' || spec.paused === true;
  if (!isComplete) return inState('in-progress', 'its rollout is about to complete');
  return conditionOf(object, 'Available')?.status === 'True'
    ? inState('current', `${wanted} of ${wanted} replicas`)
    : inState('in-progress', 'not available yet');
}

/** Pods that the API server refuses to create: a quota, Pod Security, a missing service account. */
function refused(object: KubeObject): ReadinessStatus | undefined {
  const failure = conditionOf(object, 'ReplicaFailure');
  return failure?.status === 'True'
    ? inState('in-progress', `pods cannot be created: ${failure.message}`, true)
    : undefined;
}

function statefulSetStatus(object: KubeObject): ReadinessStatus {
  const { of, wanted } = countsOf(object);
  const strategy = fieldsOf(fieldsOf(object.spec).updateStrategy);
  if (strategy.type === 'OnDelete') return inState('current', 'updated as its pods are deleted');
  const early = unseen(object);
  if (early) return early;
  if (of('replicas') < wanted || of('readyReplicas') < wanted)
    return replicas(Math.min(of('replicas'), of('readyReplicas')), wanted);
  if (of('replicas') > wanted) return ending(of('replicas') - wanted, 'surplus');
  const partition = numberOf(fieldsOf(strategy.rollingUpdate).partition);
  const status = fieldsOf(object.status);
  const isUpdated =
    partition > 0
      ? of('updatedReplicas') >= wanted - partition
      : of('currentReplicas') >= wanted && status.currentRevision === status.updateRevision;
  return isUpdated
    ? inState('current', `${wanted} of ${wanted} replicas`)
    : inState('in-progress', `${of('updatedReplicas')} of ${wanted} replicas updated`);
}

function daemonSetStatus(object: KubeObject): ReadinessStatus {
  const { of } = countsOf(object);
  const wanted = of('desiredNumberScheduled');
  const counts = [
    'currentNumberScheduled',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberReady',
  ];
  const least = Math.min(...counts.map(of));
  const early = unseen(object);
  if (early) return early;
  return least < wanted
    ? inState('in-progress', `${least} of ${wanted} nodes`)
    : inState('current', `${wanted} of ${wanted} nodes`);
}

function replicaSetStatus(object: KubeObject): ReadinessStatus {
  const { of, wanted } = countsOf(object);
  const early = unseen(object) ?? refused(object);
  if (early) return early;
  const ready = Math.min(of('fullyLabeledReplicas'), of('availableReplicas'), of('readyReplicas'));
  if (ready < wanted) return replicas(ready, wanted);
  return of('replicas') > wanted
    ? ending(of('replicas') - wanted, 'surplus')
    : inState('current', `${wanted} of ${wanted} replicas`);
}

/** `FailureTarget` comes before `Failed`, which waits for its pods to end. */
function jobStatus(object: KubeObject): ReadinessStatus {
  for (const type of ['Failed', 'FailureTarget']) {
    const failed = conditionOf(object, type);
    if (failed?.status === 'True')
      return inState('failed', failed.message || failed.reason || 'it failed');
  }
  if (conditionOf(object, 'Complete')?.status === 'True') return inState('current', 'complete');
  const { of } = countsOf(object);
  const spec = fieldsOf(object.spec);
  if (spec.suspend === true) return inState('current', 'suspended');
  const wanted = numberOf(spec.completions, 1);
  const failures = of('failed') > 0 ? `, ${of('failed')} failed` : '';
  if (conditionOf(object, 'SuccessCriteriaMet')?.status === 'True' || of('succeeded') >= wanted)
    return inState('in-progress', 'its pods end');
  if (of('active') > 0 || of('failed') > 0)
    return inState('in-progress', `${of('succeeded')} of ${wanted} complete${failures}`);
  return inState('in-progress', hasEndedPods(object) ? 'its pods end' : 'not started yet');
}

/** For a moment they are no longer active, and neither succeeded nor failed. */
function hasEndedPods({ status }: KubeObject): boolean {
  const uncounted = fieldsOf(fieldsOf(status).uncountedTerminatedPods);
  return Object.values(uncounted).some((pods) => Array.isArray(pods) && pods.length > 0);
}

function podStatus(object: KubeObject): ReadinessStatus {
  const { phase, reason, message } = fieldsOf(object.status);
  if (phase === 'Succeeded') return inState('current', 'complete');
  if (phase === 'Failed')
    return inState('failed', textOf(message) || textOf(reason) || 'a container of it failed');
  const ready = conditionOf(object, 'Ready');
  if (phase === 'Running' && ready?.status === 'True') return inState('current', 'ready');
  return inState('in-progress', ready?.message || (textOf(phase) || 'Pending').toLowerCase());
}
