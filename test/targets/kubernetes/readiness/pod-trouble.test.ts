import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import { readEvent } from '../../../../src/targets/kubernetes/readiness/kube-event.ts';
import {
  creationTrouble,
  podTroubles,
} from '../../../../src/targets/kubernetes/readiness/pod-trouble.ts';
import { crashLooping, deployment, event, pod, replicaSet, waiting } from './workloads.ts';

const set = replicaSet(deployment(0), 1);

function troubles(pods: readonly KubeObject[], events: readonly KubeObject[] = [], ofJob = false) {
  return podTroubles({ pods, events: events.map(readEvent), ofJob });
}

function troubleOf(container: object, status: object = {}, events: readonly KubeObject[] = []) {
  return troubles([pod(set, 'web-1-x', container, status)], events)[0];
}

const seconds = 1000;

describe('a container', () => {
  test.each([
    ['ErrImagePull', 'manifest unknown', 5],
    ['ImagePullBackOff', 'pull access denied', 5],
    ['ImagePullBackOff', 'dial tcp: i/o timeout', 20],
    ['InvalidImageName', 'couldn\'t parse image name "Web:1"', 0],
    ['ErrImageNeverPull', 'not present', 0],
    ['CreateContainerConfigError', 'secret "app" not found', 20],
    ['CreateContainerConfigError', 'container has runAsNonRoot and image will run as root', 0],
    ['CreateContainerError', 'exec: "x": executable file not found in $PATH', 0],
    ['RunContainerError', 'context deadline exceeded', 20],
  ])('that waits because of %s (%s) is given %i s', (reason, message, patience) => {
    expect(troubleOf(waiting(reason, message))).toMatchObject({
      cause: reason,
      patience: patience * seconds,
      container: 'web',
      detail: expect.stringContaining(message),
    });
  });

  test.each(['ContainerCreating', 'PodInitializing'])('that is at %s has no trouble', (reason) => {
    expect(troubleOf(waiting(reason))).toBeUndefined();
  });

  test('keeps its trouble while pulling is tried again', () => {
    const keys = ['ErrImagePull', 'ImagePullBackOff'].map(
      (reason) => troubleOf(waiting(reason, 'not found'))?.key,
    );
    expect(keys[0]).toBe(keys[1]);
  });

  test('that ended once has no trouble, twice is given time, three times none', () => {
    expect(troubleOf({ state: { terminated: { exitCode: 1 } } })).toBeUndefined();
    expect(troubleOf(crashLooping(1))).toMatchObject({ patience: 20 * seconds, mendable: true });
    expect(troubleOf(crashLooping(2))).toMatchObject({ patience: 0 });
  });

  test('that ended without a fault again and again is told too', () => {
    expect(troubleOf(crashLooping(2, 0, 'Completed'))?.detail).toContain('exit code 0');
  });

  test('that needs too much memory is told so', () => {
    expect(troubleOf(crashLooping(0, 137, 'OOMKilled'))).toMatchObject({
      cause: 'OOMKilled',
      detail: 'container web: it was killed because it needs more memory than its limit',
      mendable: false,
    });
  });

  test('whose command is not there is told at once', () => {
    const terminated = {
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: no such file or directory',
    };
    expect(troubleOf({ state: { terminated } })).toMatchObject({
      cause: 'StartError',
      patience: 0,
    });
  });

  test('that runs, or is ready after restarts, has no trouble', () => {
    expect(troubleOf({ restartCount: 1, state: { running: {} } })).toBeUndefined();
    expect(troubleOf({ restartCount: 9, ready: true, state: { running: {} } })).toBeUndefined();
  });

  test('of the preparation is called an init container', () => {
    const prepare = { name: 'prepare', ready: false, restartCount: 2, ...crashLooping(2) };
    const trouble = troubleOf(waiting('PodInitializing'), { initContainerStatuses: [prepare] });
    expect(trouble).toMatchObject({
      container: 'prepare',
      detail: expect.stringMatching(/^init container prepare: /),
    });
  });
});

describe('a pod', () => {
  const unschedulable = {
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes: Insufficient cpu.',
      },
    ],
    containerStatuses: [],
  };

  test('that fits no node is given a quarter of a minute', () => {
    expect(troubleOf({}, unschedulable)).toMatchObject({
      cause: 'Unschedulable',
      detail: 'pod web-1-x fits no node: 0/1 nodes: Insufficient cpu.',
      patience: 15 * seconds,
    });
  });

  test('for which a node is being added is waited for', () => {
    const one = pod(set, 'web-1-x', {}, unschedulable);
    const scaling = event(one, 'TriggeredScaleUp', 'pod triggered scale-up', { type: 'Normal' });
    expect(troubles([one], [scaling])).toEqual([]);
  });

  test('whose volume cannot be mounted is told by its event, until a container has begun', () => {
    const one = pod(set, 'web-1-x', waiting('ContainerCreating'));
    const failed = event(one, 'FailedMount', 'MountVolume.SetUp failed: secret "tls" not found');
    expect(troubles([one], [failed])[0]).toMatchObject({ cause: 'FailedMount', mendable: true });
    const begun = pod(set, 'web-1-x', { state: { running: {} } });
    expect(troubles([begun], [failed])).toEqual([]);
  });

  test('that was evicted counts only where nothing else is there', () => {
    const evicted = pod(
      set,
      'web-1-a',
      {},
      { phase: 'Failed', reason: 'Evicted', message: 'low on disk' },
    );
    expect(troubles([evicted])[0]).toMatchObject({
      cause: 'Evicted',
      detail: 'pod web-1-a: low on disk',
    });
    expect(troubles([evicted, pod(set, 'web-1-b', { state: { running: {} } })])).toEqual([]);
  });

  test('that is being deleted counts for nothing', () => {
    const one = pod(set, 'web-1-x', waiting('InvalidImageName', 'x'));
    const going = {
      ...one,
      metadata: { ...one.metadata, deletionTimestamp: '2026-11-21T10:00:00Z' },
    };
    expect(troubles([going])).toEqual([]);
  });

  test('of a Job is judged by the Job when it ends, but not when it cannot begin', () => {
    expect(troubles([pod(set, 'x', crashLooping(9))], [], true)).toEqual([]);
    expect(troubles([pod(set, 'x', waiting('ErrImagePull', 'not found'))], [], true)).toHaveLength(
      1,
    );
  });

  test('the least patient trouble comes first', () => {
    const slow = pod(set, 'a', waiting('CreateContainerConfigError', 'secret "app" not found'));
    const fast = pod(set, 'b', waiting('InvalidImageName', 'x'));
    expect(troubles([slow, fast]).map(({ cause }) => cause)).toEqual([
      'InvalidImageName',
      'CreateContainerConfigError',
    ]);
  });
});

describe('pods that cannot be created', () => {
  const refused = (message: string, at?: string) =>
    event(set, 'FailedCreate', message, at ? { at } : {});
  const look = (...events: KubeObject[]) => creationTrouble(set, events.map(readEvent));

  test('for a quota are given time, for Pod Security none', () => {
    expect(look(refused('exceeded quota: preview'))).toMatchObject({ patience: 20 * seconds });
    expect(look(refused('violates PodSecurity "restricted:latest"'))).toMatchObject({
      patience: 0,
    });
  });

  test('are no trouble once one was created', () => {
    const created = event(set, 'SuccessfulCreate', 'Created pod', {
      type: 'Normal',
      at: '2026-11-21T10:00:09Z',
    });
    expect(look(refused('exceeded quota'), created)).toBeUndefined();
    expect(look(created, refused('exceeded quota', '2026-11-21T10:00:10Z'))).toBeDefined();
  });

  test('of something of the same name before are no trouble', () => {
    const before = { ...set, metadata: { ...set.metadata, uid: 'before' } };
    expect(look(event(before, 'FailedCreate', 'exceeded quota'))).toBeUndefined();
  });
});
