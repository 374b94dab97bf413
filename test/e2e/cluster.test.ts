import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster, NodeCluster } from '../cluster/cluster.ts';
import { clusterTimeout, hasNode, openCluster } from '../cluster/cluster.ts';
import { selfSign } from '../cluster/control-plane.ts';
import type { IngressStandIn } from '../cluster/ingress-controller.ts';
import { startIngressStandIn } from '../cluster/ingress-controller.ts';

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

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a control plane', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({ level: 'control-plane' });
  }, clusterTimeout);
  afterAll(() => cluster?.close());

  test('is Kubernetes 1.34, with controllers that act', async () => {
    expect(await cluster.kubectl(['version'])).toContain('Server Version: v1.34.4');
    await cluster.kubectl(['create', 'deployment', 'web', '--image=web']);
    const acted = '--for=jsonpath={.status.unavailableReplicas}=1';
    await cluster.kubectl(['wait', acted, 'deployment/web', '--timeout=20s']);
  });

  test('refuses a ServiceAccount what it may not do', async () => {
    const kubeconfig = await cluster.serviceAccount('previews', 'reader', reader);
    const asReader = [`--kubeconfig=${kubeconfig}`, '-n', 'previews'];
    expect(await cluster.kubectl([...asReader, 'get', 'configmaps'])).toContain('kube-root-ca.crt');
    const denied = cluster.kubectl([...asReader, 'create', 'configmap', 'mine']);
    await expect(denied).rejects.toThrow('configmaps is forbidden');
  });

  test('knows the kinds of Gateway API and CloudNativePG when it is told', async () => {
    await cluster.addKinds('gateway-api');
    await cluster.addKinds('cloudnative-pg');
    const kinds = await cluster.kubectl(['api-resources', '-o', 'name']);
    expect(kinds).toContain('httproutes.gateway.networking.k8s.io');
    expect(kinds).toContain('clusters.postgresql.cnpg.io');
  });

  test('ends whole, and leaves its folder to nobody', async () => {
    const pids = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
      (name) => Number(readFileSync(join(cluster.kubeconfig, '../pid', name), 'utf8')),
    );
    await cluster.close();
    // A busy machine takes its time to take them out of its list.
    for (const end = Date.now() + 10_000; pids.some(isThere) && Date.now() < end; ) await sleep(50);
    expect(pids.filter(isThere)).toEqual([]);
    expect(() => readFileSync(cluster.kubeconfig)).toThrow('ENOENT');
  });
});

if (hasNode())
  describe('a node', () => {
    let cluster: NodeCluster;
    let ingress: IngressStandIn;
    const folder = mkdtempSync(join(tmpdir(), 'understudy-cluster-test-'));

    beforeAll(async () => {
      cluster = await openCluster({ level: 'node' });
      await cluster.addKinds('gateway-api');
      ingress = await startIngressStandIn(cluster.admin);
    }, clusterTimeout);
    afterAll(async () => {
      await ingress?.close();
      await cluster?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('runs an image of ours, whose Service others in the cluster reach by name', async () => {
      writeFileSync(join(folder, 'server.js'), server);
      const image = await cluster.pushImage('web:1', {
        from: 'node:1',
        contents: { [join(folder, 'server.js')]: '/app/server.js' },
        command: ['node', '/app/server.js'],
        environment: { GREETING: 'hello' },
        user: '1000',
      });
      expect(image).toMatch(/^registry\.local:5000\/web@sha256:[0-9a-f]{64}$/);
      await cluster.kubectl(['apply', '-f', '-'], web(image));
      await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
      await cluster.kubectl(
        ['apply', '-f', '-'],
        job('ask', 'base:1', untilSo('wget -qO- http://web')),
      );
      await cluster.kubectl(['wait', '--for=condition=Complete', 'job/ask', '--timeout=60s']);
      expect(await cluster.kubectl(['logs', 'job/ask'])).toBe('hello of web');
    });

    test('runs a Job that builds an image, under the name that manifests use', async () => {
      const build = `echo made >/tmp/file && tar -C /tmp -cf /tmp/layer.tar file &&
        crane append -b registry.local:5000/base:1 -f /tmp/layer.tar -t registry.local:5000/built:1`;
      await cluster.kubectl(['apply', '-f', '-'], job('build', 'crane:1', build));
      await cluster.kubectl(['wait', '--for=condition=Complete', 'job/build', '--timeout=60s']);
      await cluster.kubectl(['apply', '-f', '-'], job('use', 'built:1', 'cat /file'));
      await cluster.kubectl(['wait', '--for=condition=Complete', 'job/use', '--timeout=60s']);
      expect(await cluster.kubectl(['logs', 'job/use'])).toBe('made\n');
    });

    test('runs PostgreSQL on a volume, as anybody and under the restricted standard', async () => {
      await cluster.kubectl(['apply', '-f', '-'], database);
      const [inData, ready] = [['-n', 'data'], '--timeout=90s'];
      await cluster.kubectl([...inData, 'rollout', 'status', 'statefulset/db', ready]);
      const ask = 'psql postgres://app:geheim@db.data/shop -Atc "select current_user, 6 * 7"';
      await cluster.kubectl(['apply', '-f', '-'], job('ask-db', 'postgres:15', untilSo(ask)));
      await cluster.kubectl(['wait', '--for=condition=Complete', 'job/ask-db', '--timeout=60s']);
      expect(await cluster.kubectl(['logs', 'job/ask-db'])).toBe('app|42\n');
    });

    test('has an ingress stand-in that routes by host, with the certificate that the Ingress names', async () => {
      selfSign(folder, 'wildcard', ['DNS:*.preview.example.com']);
      const [cert, key] = ['crt', 'key'].map((end) => join(folder, `wildcard.${end}`));
      await cluster.kubectl(['create', 'secret', 'tls', 'web', `--cert=${cert}`, `--key=${key}`]);
      await cluster.kubectl(['apply', '-f', '-'], ingressOfWeb);
      const address = '--for=jsonpath={.status.loadBalancer.ingress[0].ip}=127.0.0.1';
      await cluster.kubectl(['wait', address, 'ingress/web', '--timeout=20s']);
      const authority = readFileSync(String(cert), 'utf8');
      expect(await ask(ingress.https, 'web.preview.example.com', authority)).toEqual([
        200,
        'hello of web.preview.example.com',
      ]);
      const [status] = await ask(ingress.https, 'other.preview.example.com', authority);
      expect(status).toBe(404);
      const untrusted = ask(ingress.https, 'web.example.org', authority);
      await expect(untrusted).rejects.toThrow('self-signed certificate');
    });

    test('has it for Gateway API as well', async () => {
      await cluster.kubectl(['apply', '-f', '-'], routeOfWeb);
      const taken = '--for=jsonpath={.status.parents[0].conditions[0].status}=True';
      await cluster.kubectl(['wait', taken, 'httproute/web', '--timeout=20s']);
      const authority = readFileSync(join(folder, 'wildcard.crt'), 'utf8');
      expect(await ask(ingress.https, 'gw.preview.example.com', authority)).toEqual([
        200,
        'hello of gw.preview.example.com',
      ]);
    });

    test('says what an image is missing', async () => {
      await cluster.kubectl(['run', 'absent', '--image=registry.local:5000/absent:1']);
      const reason = '{.status.containerStatuses[0].state.waiting.reason}';
      const read = () => cluster.kubectl(['get', 'pod', 'absent', '-o', `jsonpath=${reason}`]);
      for (let tries = 0; tries < 60 && !/Pull/.test(await read()); tries += 1) await sleep(250);
      expect(await read()).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    });
  });

const server = `
const { createServer } = require('node:http');
createServer((asked, answered) => answered.end(process.env.GREETING + ' of ' + asked.headers.host))
  .listen(8080);
process.on('SIGTERM', () => process.exit(0));
`;

const web = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: ${image}
          readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`;

const job = (name: string, image: string, script: string) =>
  JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      backoffLimit: 3,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            { name, image: `registry.local:5000/${image}`, command: ['sh', '-c', script] },
          ],
        },
      },
    },
  });

/** A Service takes a moment to be known everywhere. */
const untilSo = (command: string) =>
  `for try in 1 2 3 4 5 6 7 8 9; do ${command} && exit; sleep 1; done; exit 1`;

const database = `
apiVersion: v1
kind: Namespace
metadata: { name: data, labels: { pod-security.kubernetes.io/enforce: restricted } }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: data }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: data }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      securityContext:
        { runAsNonRoot: true, runAsUser: 999, fsGroup: 999, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: postgres
          image: registry.local:5000/postgres:15
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
          env:
            - { name: POSTGRES_USER, value: app }
            - { name: POSTGRES_PASSWORD, value: geheim }
            - { name: POSTGRES_DB, value: shop }
            - { name: PGDATA, value: /var/lib/postgresql/data/pgdata }
          volumeMounts: [{ name: data, mountPath: /var/lib/postgresql/data }]
          readinessProbe:
            { exec: { command: [pg_isready, -h, 127.0.0.1, -U, app] }, periodSeconds: 1 }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

const ingressOfWeb = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  ingressClassName: nginx
  tls: [{ hosts: ["*.preview.example.com"], secretName: web }]
  rules:
    - host: web.preview.example.com
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }
`;

const routeOfWeb = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public }
spec:
  gatewayClassName: nginx
  listeners:
    - name: https
      hostname: "*.preview.example.com"
      port: 443
      protocol: HTTPS
      tls: { certificateRefs: [{ name: web }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec:
  parentRefs: [{ name: public }]
  hostnames: [gw.preview.example.com]
  rules: [{ backendRefs: [{ name: web, port: 80 }] }]
`;

/** Status and text of a GET, as for a host whose name leads to `url`. */
function ask(url: string, host: string, authority: string): Promise<[number, string]> {
  const options = { agent: false, ca: authority, servername: host, headers: { host } };
  return new Promise((resolve, reject) => {
    request(url, options, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve([response.statusCode ?? 0, text]);
    })
      .on('error', reject)
      .end();
  });
}
