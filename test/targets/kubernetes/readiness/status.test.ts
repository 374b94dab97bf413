import { describe, expect, test } from '@jest/globals';
import { statusOf } from '../../../../src/targets/kubernetes/readiness/status.ts';
import { kubeObject } from './objects.ts';

const available = { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' };
const rolledOut = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const progressing = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };

function deployment(status: object, spec: object = {}) {
  return kubeObject('apps/v1', 'Deployment', {
    spec: { replicas: 2, progressDeadlineSeconds: 600, ...spec },
    status: { observedGeneration: 3, ...status },
    metadata: { generation: 3 },
  });
}

const all = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

describe('a Deployment', () => {
  test('is current once its rollout is complete and available', () => {
    expect(statusOf(deployment({ ...all, conditions: [available, rolledOut] }))).toEqual({
      state: 'current',
      detail: '2 of 2 replicas',
    });
  });

  test('is in progress while its controller has told of an older generation only', () => {
    const object = deployment({
      ...all,
      observedGeneration: 2,
      conditions: [available, rolledOut],
    });
    expect(statusOf(object).state).toBe('in-progress');
  });

  test('is in progress before its controller told anything, at no replicas too', () => {
    const object = kubeObject('apps/v1', 'Deployment', { spec: { replicas: 0 } });
    expect(statusOf(object).state).toBe('in-progress');
  });

  test('held at no replicas is current', () => {
    const object = deployment({ conditions: [available, rolledOut] }, { replicas: 0 });
    expect(statusOf(object)).toEqual({ state: 'current', detail: '0 of 0 replicas' });
  });

  test.each([
    ['1 of 2 replicas', { ...all, readyReplicas: 1, availableReplicas: 1 }],
    ['1 of 2 replicas', { ...all, updatedReplicas: 1 }],
    ['1 of 2 replicas', { ...all, replicas: 1, readyReplicas: 1 }],
    ['1 old replica is ending', { ...all, replicas: 3 }],
    ['its rollout is about to complete', { ...all, conditions: [available, progressing] }],
    ['not available yet', { ...all, conditions: [rolledOut] }],
  ])('in progress says %s', (detail, status) => {
    expect(statusOf(deployment(status))).toEqual({ state: 'in-progress', detail });
  });

  test('has failed when its progress deadline is over', () => {
    const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
    const message = 'ReplicaSet "web-1" has timed out progressing.';
    const object = deployment({ conditions: [{ ...late, message }] });
    expect(statusOf(object)).toEqual({ state: 'failed', detail: message });
  });

  test('whose pods are refused is stuck', () => {
    const failure = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: preview' };
    expect(statusOf(deployment({ conditions: [failure] }))).toEqual({
      state: 'in-progress',
      detail: 'pods cannot be created: exceeded quota: preview',
      stuck: true,
    });
  });

  test('that is paused before its pods are updated is stuck', () => {
    const object = deployment({ ...all, updatedReplicas: 0 }, { paused: true });
    expect(statusOf(object)).toMatchObject({ state: 'in-progress', stuck: true });
  });
});

describe('a Job', () => {
  const job = (status: object, spec: object = {}) =>
    kubeObject('batch/v1', 'Job', { spec, status });

  test('that merely started is in progress', () => {
    expect(statusOf(job({ startTime: '2026-11-21T10:00:00Z', active: 1 }))).toEqual({
      state: 'in-progress',
      detail: '0 of 1 complete',
    });
  });

  test('is current when complete', () => {
    const object = job({ succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] });
    expect(statusOf(object)).toEqual({ state: 'current', detail: 'complete' });
  });

  test('whose success is decided while a pod still runs is in progress', () => {
    const conditions = [{ type: 'SuccessCriteriaMet', status: 'True' }];
    expect(statusOf(job({ active: 1, succeeded: 1, conditions })).state).toBe('in-progress');
  });

  test('whose pod has ended and is not counted yet is not said to begin', () => {
    const uncountedTerminatedPods = { succeeded: ['a-uid'] };
    expect(statusOf(job({ uncountedTerminatedPods }))).toEqual({
      state: 'in-progress',
      detail: 'its pods end',
    });
    expect(statusOf(job({ uncountedTerminatedPods: {} })).detail).toBe('not started yet');
  });

  test.each(['Failed', 'FailureTarget'])('has failed by its condition %s', (type) => {
    const conditions = [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'limit' }];
    expect(statusOf(job({ failed: 1, conditions }))).toEqual({ state: 'failed', detail: 'limit' });
  });

  test('that is suspended waits for nobody', () => {
    expect(statusOf(job({}, { suspend: true })).state).toBe('current');
  });
});

describe('a Pod', () => {
  const pod = (status: object) => kubeObject('v1', 'Pod', { status });

  test.each([
    ['current', { phase: 'Succeeded' }],
    ['failed', { phase: 'Failed' }],
    ['current', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }],
    ['in-progress', { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] }],
    ['in-progress', {}],
  ])('is %s at %j', (state, status) => {
    expect(statusOf(pod(status)).state).toBe(state);
  });
});

describe('a StatefulSet', () => {
  const set = (status: object, spec: object = {}) =>
    kubeObject('apps/v1', 'StatefulSet', {
      spec: { replicas: 2, ...spec },
      status: { observedGeneration: 1, ...status },
    });
  const ready = { replicas: 2, readyReplicas: 2, currentReplicas: 2 };

  test.each([
    ['current', { ...ready, currentRevision: 'b', updateRevision: 'b' }],
    ['in-progress', { ...ready, currentRevision: 'a', updateRevision: 'b' }],
    ['in-progress', { ...ready, readyReplicas: 1, currentRevision: 'b', updateRevision: 'b' }],
    ['in-progress', { ...ready, replicas: 3, currentRevision: 'b', updateRevision: 'b' }],
  ])('is %s at %j', (state, status) => {
    expect(statusOf(set(status)).state).toBe(state);
  });

  test('with a partition waits for the pods above it only', () => {
    const spec = { updateStrategy: { rollingUpdate: { partition: 1 } } };
    expect(statusOf(set({ ...ready, updatedReplicas: 1 }, spec)).state).toBe('current');
    expect(statusOf(set({ ...ready, updatedReplicas: 0 }, spec)).state).toBe('in-progress');
  });

  test('that is updated on deletion is current', () => {
    expect(statusOf(set({}, { updateStrategy: { type: 'OnDelete' } })).state).toBe('current');
  });
});

test('a DaemonSet is current once every node has an updated, ready pod', () => {
  const counts = {
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
  };
  const set = (numberReady: number) =>
    kubeObject('apps/v1', 'DaemonSet', {
      status: { observedGeneration: 1, ...counts, numberReady },
    });
  expect(statusOf(set(1))).toEqual({ state: 'in-progress', detail: '1 of 2 nodes' });
  expect(statusOf(set(2)).state).toBe('current');
});

describe('what lets requests in', () => {
  const gateway = 'gateway.networking.k8s.io/v1';
  const parentRef = { name: 'public', namespace: 'infra' };
  const route = (parents: readonly object[], generation = 1) =>
    kubeObject(gateway, 'HTTPRoute', {
      metadata: { generation },
      spec: { parentRefs: [parentRef] },
      status: { parents },
    });
  const accepted = { type: 'Accepted', status: 'True', observedGeneration: 1 };
  const resolved = { type: 'ResolvedRefs', status: 'True', observedGeneration: 1 };

  test('a load balancer waits for its address', () => {
    const service = (status: object) =>
      kubeObject('v1', 'Service', {
        spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
        status,
      });
    expect(statusOf(service({ loadBalancer: {} })).state).toBe('in-progress');
    const ingress = [{ ip: '192.0.2.1' }];
    expect(statusOf(service({ loadBalancer: { ingress } })).state).toBe('current');
  });

  test('an Ingress is current at once and says that it has no address', () => {
    const object = kubeObject('networking.k8s.io/v1', 'Ingress', {});
    expect(statusOf(object)).toEqual({
      state: 'current',
      detail: 'its controller has told no address',
    });
  });

  test('a route is current once its gateway accepted it and found what it names', () => {
    const told = { parentRef, conditions: [accepted, resolved] };
    expect(statusOf(route([told])).state).toBe('current');
    expect(statusOf(route([{ ...told, conditions: [accepted] }])).state).toBe('in-progress');
  });

  test('a route that its gateway has not answered is stuck', () => {
    expect(statusOf(route([]))).toMatchObject({ state: 'in-progress', stuck: true });
  });

  test('a route that was accepted as it was before is in progress', () => {
    const told = { parentRef, conditions: [accepted, resolved] };
    expect(statusOf(route([told], 2)).state).toBe('in-progress');
  });

  test('a route that its gateway refuses says why', () => {
    const refused = {
      type: 'Accepted',
      status: 'False',
      reason: 'NotAllowedByListeners',
      message: 'no listener allows this namespace',
      observedGeneration: 1,
    };
    expect(statusOf(route([{ parentRef, conditions: [refused] }]))).toEqual({
      state: 'in-progress',
      detail: 'the gateway public: NotAllowedByListeners: no listener allows this namespace',
      stuck: true,
    });
  });

  test('a route asks each of its parents', () => {
    const told = { parentRef: { name: 'other' }, conditions: [accepted, resolved] };
    expect(statusOf(route([told])).state).toBe('in-progress');
  });

  test('a Gateway is current once it is programmed', () => {
    const object = (status: string) =>
      kubeObject(gateway, 'Gateway', {
        status: { conditions: [accepted, { type: 'Programmed', status, reason: 'Pending' }] },
      });
    expect(statusOf(object('True')).state).toBe('current');
    expect(statusOf(object('False'))).toEqual({ state: 'in-progress', detail: 'Pending' });
  });
});

describe('other kinds', () => {
  test.each([
    ['ConfigMap', 'v1', {}, 'current'],
    ['CronJob', 'batch/v1', {}, 'current'],
    ['PersistentVolumeClaim', 'v1', { phase: 'Bound' }, 'current'],
    ['PersistentVolumeClaim', 'v1', { phase: 'Pending' }, 'unknown'],
    ['PersistentVolumeClaim', 'v1', { phase: 'Lost' }, 'failed'],
    ['Widget', 'example.com/v1', {}, 'current'],
    ['Cluster', 'postgresql.cnpg.io/v1', { phase: 'Setting up primary' }, 'in-progress'],
    ['Certificate', 'cert-manager.io/v1', {}, 'in-progress'],
  ])('%s of %s at %j is %s', (kind, apiVersion, status, state) => {
    expect(statusOf(kubeObject(apiVersion, kind, { status })).state).toBe(state);
  });

  test.each([
    ['True', 'current'],
    ['False', 'in-progress'],
    ['Unknown', 'in-progress'],
  ])('whose condition Ready is %s are %s', (status, state) => {
    const object = kubeObject('example.com/v1', 'Widget', {
      status: { conditions: [{ type: 'Ready', status }] },
    });
    expect(statusOf(object).state).toBe(state);
  });

  test('a condition Ready of an older generation counts for nothing', () => {
    const object = kubeObject('example.com/v1', 'Widget', {
      metadata: { generation: 2 },
      status: { conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1 }] },
    });
    expect(statusOf(object).state).toBe('in-progress');
  });

  test('Stalled has failed, Reconciling is in progress', () => {
    const object = (type: string) =>
      kubeObject('example.com/v1', 'Widget', {
        status: { conditions: [{ type, status: 'True', message: 'it says so' }] },
      });
    expect(statusOf(object('Stalled'))).toEqual({ state: 'failed', detail: 'it says so' });
    expect(statusOf(object('Reconciling')).state).toBe('in-progress');
  });

  test('what is being deleted says what holds it', () => {
    const object = kubeObject('v1', 'ConfigMap', {
      metadata: { deletionTimestamp: '2026-11-21T10:00:00Z', finalizers: ['example.com/hold'] },
    });
    expect(statusOf(object)).toEqual({
      state: 'terminating',
      detail: 'being deleted, held by example.com/hold',
    });
  });

  test('a definition is current once it is established', () => {
    const object = (status: string, reason: string) =>
      kubeObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        status: { conditions: [{ type: 'Established', status, reason }] },
      });
    expect(statusOf(object('True', 'InitialNamesAccepted')).state).toBe('current');
    expect(statusOf(object('False', 'Installing')).state).toBe('in-progress');
    expect(statusOf(object('False', 'NotAccepted')).state).toBe('failed');
  });
});
