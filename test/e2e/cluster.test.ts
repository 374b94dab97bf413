import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster } from '../cluster/cluster.ts';
import { clusterTimeout, openCluster } from '../cluster/cluster.ts';

const reader = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: previews }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: previews }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: previews }]
`;

describe('a control plane', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({ level: 'control-plane' });
  }, clusterTimeout);
  afterAll(() => cluster?.close());

  test('is Kubernetes 1.34, with controllers that act', async () => {
    expect(await cluster.kubectl(['version'])).toContain('Server Version: v1.34.4');
    await cluster.kubectl(['create', 'deployment', 'web', '--image=web']);
    const acted = '--for=jsonpath={.status.observedGeneration}=1';
    await cluster.kubectl(['wait', acted, 'deployment/web', '--timeout=20s']);
    expect(await cluster.kubectl(['get', 'pods', '-l', 'app=web'])).toContain('Pending');
  });

  test('refuses a ServiceAccount what it may not do', async () => {
    const kubeconfig = await cluster.serviceAccount('previews', 'reader', reader);
    const asReader = ['--kubeconfig', kubeconfig, '-n', 'previews'];
    expect(await cluster.kubectl([...asReader, 'get', 'configmaps'])).toContain('kube-root-ca.crt');
    const denied = cluster.kubectl([...asReader, 'create', 'configmap', 'mine']);
    await expect(denied).rejects.toThrow('configmaps is forbidden');
  });
});
