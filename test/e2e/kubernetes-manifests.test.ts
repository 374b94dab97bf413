import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import type { KubernetesSettings } from '../../src/targets/kubernetes/settings.ts';
import { createKubernetesTarget } from '../../src/targets/kubernetes/target.ts';
import { pauseFor } from '../../src/targets/pause.ts';
import type { DesiredPreview, Target } from '../../src/targets/target.ts';
import { type Cluster, clusterTimeout, openCluster } from '../cluster/cluster.ts';

const { signal } = new AbortController();
const example = readFileSync('examples/kubernetes-manifests/deploy/shop.yaml', 'utf8');

/** One of nearly every kind that applications bring, referring to each other. */
const whole = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: api, namespace: production }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: api, namespace: production }
data: { DB_HOST: db, CACHE_URL: "redis://cache.production.svc:6379" }
---
apiVersion: v1
kind: Secret
metadata: { name: api, namespace: production }
stringData: { token: geheim-4711 }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: files, namespace: production }
spec: { accessModes: [ReadWriteOnce], volumeName: pv-production, resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: production, creationTimestamp: null }
spec:
  replicas: 4
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      serviceAccountName: api
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: api } } }
      containers:
        - name: api
          image: registry.example.com/api:1
          envFrom: [{ configMapRef: { name: api } }]
          env: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: api, key: token } } }, { name: URL, value: "https://api.example.com" }]
          volumeMounts: [{ name: files, mountPath: /files }]
          readinessProbe: { httpGet: { path: /, port: 8080 } }
      volumes: [{ name: files, persistentVolumeClaim: { claimName: files } }]
status: {}
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: production }
spec: { type: NodePort, selector: { app: api }, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: production }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: production }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: "postgres:17" }] }
  volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly, namespace: production }
spec:
  schedule: "0 3 * * *"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: api, image: "registry.example.com/api:1" }] } } } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: api, namespace: production }
spec: { minReplicas: 2, maxReplicas: 10, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: api, namespace: production }
spec: { minAvailable: 1, selector: { matchLabels: { app: api } } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: production }
spec: { podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: api } } }] }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: api, namespace: production, annotations: { cert-manager.io/cluster-issuer: letsencrypt } }
spec:
  tls: [{ hosts: [api.example.com], secretName: api-tls }]
  rules: [{ host: api.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } }] } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: api, namespace: production }
spec: { parentRefs: [{ name: public, namespace: infra }], hostnames: [api.example.com], rules: [{ backendRefs: [{ name: api, port: 80 }] }] }
`;

const settings: KubernetesSettings = {
  namespace: '{service}-pr-7',
  namespaceMode: 'own',
  nameSuffix: '-{id}',
  manifests: ['deploy'],
  images: {},
  env: {},
  clusterKinds: [],
  containerDefaults: { cpu: '50m', memory: '64Mi' },
  network: 'open',
  podSecurity: 'privileged',
  imagePullSecrets: [],
  force: false,
  detectDrift: false,
  rolloutTimeout: duration(60_000),
};

let cluster: Cluster;
let kubeconfig: string;

/** The target for a repository with this one file. */
function targetFor(name: string, text: string, own: Partial<KubernetesSettings>): Target {
  return createKubernetesTarget({
    repository: 'acme/shop',
    services: [{ name, settings: { ...settings, ...own } }],
    files: {
      at: async () => undefined,
      folderAt: async (_, __, wanted) => new Map(wanted?.('all.yaml') ? [['all.yaml', text]] : []),
      trusted: async () => undefined,
      trustedFolder: async () => new Map(),
    },
    environment: { KUBECONFIG: kubeconfig },
    source: { apiUrl: 'https://api.github.com', token: '' },
    operation: 'op-1',
    now: () => instant(Date.now()),
    random: Math.random,
    randomText: (length) => 'x'.repeat(length),
    pause: pauseFor,
  });
}

function preview(name: string, id: string, namespace: string, own: Partial<KubernetesSettings>) {
  const desired: DesiredPreview = {
    repository: 'acme/shop',
    previewId: id,
    pullRequest: 7,
    commit: 'c'.repeat(40),
    requested: false,
    fingerprint: 'f',
    services: [
      {
        name,
        host: `${id}.preview.example.com`,
        probe: { path: '/', within: duration(1000) },
        settings: { ...settings, ...own },
        names: { stackName: 'unused', namespace },
        values: { id, sha: 'c'.repeat(40), repository: 'shop' },
      },
    ],
  };
  return { occasion: desired, all: async () => [desired] };
}

const watch = { progress: () => {}, signal, wait: false };

/** The object as kubectl gives it. */
async function get(kind: string, name: string, namespace: string) {
  return JSON.parse(await cluster.kubectl(['get', kind, name, '-n', namespace, '-o', 'json']));
}

beforeAll(async () => {
  cluster = await openCluster({ level: 'control-plane' });
  await cluster.addKinds('gateway-api');
  await cluster.kubectl(['create', 'namespace', 'previews']);
  const roles = readFileSync('infra/kubernetes/deployer.yaml', 'utf8');
  kubeconfig = await cluster.serviceAccount('understudy', 'deployer', roles);
}, clusterTimeout);
afterAll(() => cluster?.close());

describe('manifests of production, as the deployer', () => {
  test('of the example become a preview in a namespace of its own, and the plan shows what was adapted', async () => {
    const own = {
      images: { shop: 'registry.example.com/shop:{sha}' },
      env: { PUBLIC_URL: 'https://{id}.preview.example.com' },
      replicas: 1,
    };
    const target = targetFor('shop', example, own);
    const desired = preview('shop', 'aaaa1111', 'shop-pr-7', own);
    const plan = await target.plan(desired, { dryRun: true, signal });
    expect(plan.changes.map(({ action }) => action)).toEqual(expect.arrayContaining(['add']));
    expect(plan.rendered.text).toContain('# Deployment shop: replicas 1, not 3\n');
    const result = await target.deploy(desired, watch);
    expect(result).toMatchObject({
      kind: 'accepted',
      services: [{ name: 'shop', url: 'http://aaaa1111.preview.example.com' }],
    });
    const { spec } = await get('deployment', 'shop', 'shop-pr-7');
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.containers[0]).toMatchObject({
      image: `registry.example.com/shop:${'c'.repeat(40)}`,
      env: [{ name: 'PUBLIC_URL', value: 'https://aaaa1111.preview.example.com' }],
    });
    const { rules } = (await get('ingress', 'shop', 'shop-pr-7')).spec;
    expect(rules[0].host).toBe('aaaa1111.preview.example.com');
  });

  test('of nearly every kind stand beside each other twice in a shared namespace, and go one by one', async () => {
    const own = { namespace: 'previews', namespaceMode: 'shared', replicas: 1 } as const;
    const ids = ['bbbb2222', 'cccc3333'];
    const target = targetFor('api', whole, own);
    for (const id of ids) {
      const desired = preview('api', id, 'previews', own);
      const plan = await target.plan(desired, { dryRun: true, signal });
      expect(plan.rendered.text).not.toContain('geheim-4711');
      const result = await target.deploy(desired, watch);
      expect(result).toMatchObject({ kind: 'accepted' });
    }
    const labelled = async (id: string) => {
      const kinds = 'all,cm,secret,sa,pvc,ingress,httproute,networkpolicy,pdb,hpa,cronjob';
      const label = `--selector=understudy.dev/preview=${id}`;
      const names = await cluster.kubectl(['get', kinds, '-n', 'previews', label, '-o', 'name']);
      return names.trim().split('\n').filter(Boolean);
    };
    const both = await Promise.all(ids.map(labelled));
    const written = whole.split('\n---\n').length;
    for (const names of both) expect(names.length).toBeGreaterThanOrEqual(written);
    const config = await get('configmap', 'api-bbbb2222', 'previews');
    expect(config.data).toEqual({
      DB_HOST: 'db-bbbb2222',
      CACHE_URL: 'redis://cache.production.svc:6379',
    });
    const scaler = await get('hpa', 'api-cccc3333', 'previews');
    expect(scaler.spec).toMatchObject({ maxReplicas: 1, scaleTargetRef: { name: 'api-cccc3333' } });
    const key = { repository: 'acme/shop', previewId: 'bbbb2222' };
    expect(await target.destroy(key, { ...watch, wait: true })).toEqual([]);
    expect(await labelled('bbbb2222')).toEqual([]);
    expect(await labelled('cccc3333')).toEqual(both[1]);
  });

  test('that no longer hold an object let it go, and what the server refuses is told with its line', async () => {
    const own = { namespaceMode: 'own' } as const;
    const objects = ['one', 'two'].map(
      (name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { A: b }\n`,
    );
    const desired = preview('api', 'dddd4444', 'api-pr-7', own);
    await targetFor('api', objects.join('---\n'), own).deploy(desired, watch);
    await targetFor('api', objects[0] ?? '', own).deploy(desired, watch);
    const names = await cluster.kubectl(['get', 'configmap', '-n', 'api-pr-7', '-o', 'name']);
    expect(names).toContain('configmap/one');
    expect(names).not.toContain('configmap/two');
    const slip = `${objects[0]}---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { portz: [] }\n`;
    const refused = await targetFor('api', slip, own)
      .plan(desired, { dryRun: true, signal })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    const [problem] = (refused as UserError).problems;
    expect(problem?.message).toContain('spec.portz');
    expect(problem?.location).toMatchObject({ file: 'deploy/all.yaml', line: 6 });
  });
});
