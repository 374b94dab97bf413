import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import { kubeObject } from './objects.ts';

const revisionKey = 'deployment.kubernetes.io/revision';

const containers = [{ name: 'web', readinessProbe: { httpGet: { path: '/' } } }];

/** A Deployment of one replica with so many ready, as its controller tells it. */
export function deployment(ready: number, name = 'web', revision = 1): KubeObject {
  return kubeObject('apps/v1', 'Deployment', {
    metadata: {
      name,
      labels: { 'understudy.dev/preview': 'aa', app: name },
      annotations: { [revisionKey]: String(revision) },
    },
    spec: { replicas: 1, progressDeadlineSeconds: 600, template: { spec: { containers } } },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions: [
        { type: 'Available', status: ready > 0 ? 'True' : 'False' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    },
  });
}

/** The ReplicaSet of a revision of the Deployment. */
export function replicaSet(of: KubeObject, revision: number): KubeObject {
  const name = `${of.metadata.name}-${revision}`;
  return kubeObject('apps/v1', 'ReplicaSet', {
    metadata: {
      name,
      annotations: { [revisionKey]: String(revision) },
      ownerReferences: [owner(of)],
    },
  });
}

/** A pod of a workload with one container `web` in this state. */
export function pod(
  of: KubeObject,
  name: string,
  container: object,
  status: object = {},
): KubeObject {
  return kubeObject('v1', 'Pod', {
    metadata: { name, ownerReferences: [owner(of)] },
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: 'web', image: 'web:nope', ready: false, restartCount: 0, ...container },
      ],
      ...status,
    },
  });
}

function owner({ apiVersion, kind, metadata: { name, uid = '' } }: KubeObject) {
  return { apiVersion, kind, name, uid };
}

/** A Job with this status. */
export function job(status: object, name = 'migrate'): KubeObject {
  return kubeObject('batch/v1', 'Job', { metadata: { name }, spec: {}, status });
}

/** An Event about an object. */
export function event(
  about: KubeObject,
  reason: string,
  message: string,
  { type = 'Warning', at = '2026-11-21T10:00:01Z' } = {},
): KubeObject {
  const { name, uid, namespace } = about.metadata;
  return {
    ...kubeObject('v1', 'Event', { metadata: { name: `${name}.${reason}.${at}` } }),
    type,
    reason,
    message,
    lastTimestamp: at,
    count: 1,
    involvedObject: { kind: about.kind, name, uid, namespace },
  };
}

/** Of a container that waits. */
export function waiting(reason: string, message = ''): object {
  return { state: { waiting: { reason, message } } };
}

/** Of a container that has ended so often, and waits to be started again. */
export function crashLooping(restartCount: number, exitCode = 1, reason = 'Error'): object {
  return {
    restartCount,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
    lastState: { terminated: { exitCode, reason } },
  };
}
