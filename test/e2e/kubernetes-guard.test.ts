import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import type { Kube } from '../../src/targets/kubernetes/connect/kube.ts';
import {
  applyObject,
  createObject,
  deleteObject,
  mergePatch,
} from '../../src/targets/kubernetes/connect/objects.ts';
import { openKube } from '../../src/targets/kubernetes/connect/open-kube.ts';
import type { KubeObject } from '../../src/targets/kubernetes/kube-object.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { clusterTimeout, openCluster } from '../cluster/cluster.ts';

const shipped = (name: string) => readFileSync(`infra/kubernetes/${name}.yaml`, 'utf8');
const { signal } = new AbortController();
const ours = { 'app.kubernetes.io/managed-by': 'understudy' };
const refused = /Understudy may act only in namespaces that carry the label/;

function namespace(name: string, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function settings(where: string): KubeObject {
  const metadata = { name: 'settings', namespace: where, labels: ours };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} };
}

async function messageOf(acting: Promise<unknown>): Promise<string> {
  const thrown = await acting.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return thrown instanceof UserError ? (thrown.problems[0]?.message ?? '') : String(thrown);
}

describe('the guard that is shipped, on a real API server', () => {
  let cluster: Cluster;
  let deployer: Kube;
  let sweeper: Kube;

  const as = async (name: string) => {
    const KUBECONFIG = await cluster.serviceAccount('understudy', name, shipped(name));
    return openKube({ environment: { KUBECONFIG } });
  };

  beforeAll(async () => {
    cluster = await openCluster({ level: 'control-plane' });
    [deployer, sweeper] = [await as('deployer'), await as('sweeper')];
    await cluster.kubectl(['apply', '-f', '-'], shipped('guard'));
    await cluster.kubectl(['create', 'namespace', 'production']);
    await cluster.kubectl([
      'create',
      'service',
      'clusterip',
      'web',
      '--tcp=80',
      '-n',
      'production',
    ]);
    // A policy holds a moment after it is there.
    for (let tries = 0; tries < 100; tries += 1) {
      const said = await messageOf(createObject(deployer, settings('production'), signal));
      if (refused.test(said)) break;
      // By the administrator: the policy may hold from between the two on.
      const made = ['configmap', 'settings', '-n', 'production', '--ignore-not-found'];
      await cluster.kubectl(['delete', ...made]);
      await new Promise((done) => setTimeout(done, 100));
    }
  }, clusterTimeout);
  afterAll(() => cluster?.close());

  test('lets the deployer make namespaces with our label, work in them, and the sweeper remove them', async () => {
    await applyObject(deployer, namespace('shop-pr-7', ours), { force: true, signal });
    await applyObject(deployer, settings('shop-pr-7'), { force: true, signal });
    const annotations = { 'understudy.dev/requested': 'false' };
    const place = { apiVersion: 'v1', kind: 'Namespace', name: 'shop-pr-7' };
    await mergePatch(deployer, place, { metadata: { annotations } }, signal);
    await deleteObject(sweeper, place, { propagation: 'Background' }, signal);
  });

  test.each<[string, (kube: Kube) => Promise<unknown>]>([
    ['make a namespace without our label', (kube) => createObject(kube, namespace('mine'), signal)],
    [
      'put our label on a namespace of others',
      (kube) => applyObject(kube, namespace('production', ours), { force: true, signal }),
    ],
    [
      'remove a namespace of others',
      (kube) =>
        deleteObject(
          kube,
          { apiVersion: 'v1', kind: 'Namespace', name: 'production' },
          { propagation: 'Background' },
          signal,
        ),
    ],
    [
      'make something in a namespace of others',
      (kube) => createObject(kube, settings('production'), signal),
    ],
    [
      'apply something there',
      (kube) => applyObject(kube, settings('production'), { force: true, signal }),
    ],
    [
      'ask a service there',
      (kube) =>
        kube.send(
          { method: 'GET', path: '/api/v1/namespaces/production/services/http:web:80/proxy/' },
          signal,
        ),
    ],
  ])('does not let the deployer %s', async (_, act) => {
    expect(await messageOf(act(deployer))).toMatch(refused);
  });

  test('does not let the sweeper remove a namespace of others', async () => {
    const place = { apiVersion: 'v1', kind: 'Namespace', name: 'production' };
    expect(
      await messageOf(deleteObject(sweeper, place, { propagation: 'Background' }, signal)),
    ).toMatch(refused);
  });

  test('does not let users of its groups do either, who a cloud has signed in', async () => {
    await cluster.kubectl([
      'create',
      'clusterrolebinding',
      'cloud',
      '--clusterrole=understudy-deployer',
      '--group=understudy-deployer',
    ]);
    const impersonated = [
      '--as=arn:aws:sts::123456789012:assumed-role/preview/session',
      '--as-group=understudy-deployer',
    ];
    const making = cluster.kubectl([
      'create',
      'configmap',
      'settings',
      '-n',
      'production',
      ...impersonated,
    ]);
    await expect(making).rejects.toThrow(refused);
  });

  test('is in nobody else’s way', async () => {
    await cluster.kubectl(['create', 'configmap', 'settings', '-n', 'production']);
    await cluster.kubectl(['delete', 'namespace', 'production', '--wait=false']);
  });
});
