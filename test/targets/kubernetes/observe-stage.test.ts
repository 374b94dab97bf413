import { afterEach, describe, expect, test } from '@jest/globals';
import { openWorkloadReader } from '../../../src/targets/kubernetes/observe-stage.ts';
import { connect, give, refuse, serve } from './connect/api-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const { signal } = new AbortController();
const web = { namespace: 'shop', kind: 'Deployment', name: 'web' } as const;

function deployment(status: object, conditions: readonly (readonly [string, string, string])[]) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', generation: 3 },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { 'app.kubernetes.io/version': 'v7' } },
        spec: {
          containers: [
            { name: 'web', image: 'registry:5000/shop/web:v7' },
            { name: 'proxy', image: 'envoy' },
          ],
        },
      },
    },
    status: {
      observedGeneration: 3,
      ...status,
      conditions: conditions.map(([type, value, reason]) => ({ type, status: value, reason })),
    },
  };
}

async function readWeb(
  object: object | undefined,
  kind: 'Deployment' | 'StatefulSet' = 'Deployment',
) {
  const server = await serve((_, answer) =>
    object ? give(answer, 200, object) : refuse(answer, 404, 'NotFound'),
  );
  closing.push(server.close);
  const { kube } = await connect(server.url, closing);
  let connections = 0;
  const reader = openWorkloadReader({
    environment: {},
    signal,
    connect: async () => {
      connections += 1;
      return kube;
    },
  });
  const seen = await reader.read({ ...web, kind });
  await reader.read({ ...web, kind });
  expect(connections).toBe(1);
  return seen;
}

const all = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const done = ['Progressing', 'True', 'NewReplicaSetAvailable'] as const;
const available = ['Available', 'True', 'MinimumReplicasAvailable'] as const;
const unavailable = ['Available', 'False', 'MinimumReplicasUnavailable'] as const;

describe('a workload that is a stage', () => {
  test('tells the images and labels of its pods', async () => {
    expect(await readWeb(deployment(all, [done, available]))).toEqual({
      state: 'well',
      detail: '2 of 2 replicas',
      images: { web: 'registry:5000/shop/web:v7', proxy: 'envoy' },
      labels: { 'app.kubernetes.io/version': 'v7' },
    });
  });

  test('is on its way while it is rolled out or scaled and still answers', async () => {
    const some = deployment({ ...all, updatedReplicas: 1 }, [available]);
    expect(await readWeb(some)).toMatchObject({ state: 'moving', detail: '1 of 2 replicas' });
    const unseen = deployment({ ...all, observedGeneration: 2 }, [done, available]);
    expect(await readWeb(unseen)).toMatchObject({ state: 'moving' });
  });

  test('is unwell when too few of its pods answer, or its rollout cannot go on', async () => {
    const down = deployment({ ...all, readyReplicas: 0, availableReplicas: 0 }, [
      done,
      unavailable,
    ]);
    expect(await readWeb(down)).toMatchObject({ state: 'unwell' });
    const stuck = deployment({ ...all, updatedReplicas: 1 }, [
      ['Progressing', 'False', 'ProgressDeadlineExceeded'],
      available,
    ]);
    expect(await readWeb(stuck)).toMatchObject({ state: 'unwell' });
  });

  test('that has no conditions is unwell when none of its pods is ready', async () => {
    const set = { ...deployment({ replicas: 2, readyReplicas: 0 }, []), kind: 'StatefulSet' };
    expect(await readWeb(set, 'StatefulSet')).toMatchObject({ state: 'unwell' });
    const some = { ...deployment({ replicas: 2, readyReplicas: 1 }, []), kind: 'StatefulSet' };
    expect(await readWeb(some, 'StatefulSet')).toMatchObject({ state: 'moving' });
  });

  test('that is not there is nothing', async () => {
    expect(await readWeb(undefined)).toBeUndefined();
  });
});
