import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../src/core/time.ts';
import type { Kube } from '../../src/targets/kubernetes/connect/kube.ts';
import { applyObject } from '../../src/targets/kubernetes/connect/objects.ts';
import { openKube } from '../../src/targets/kubernetes/connect/open-kube.ts';
import type { KubeObject } from '../../src/targets/kubernetes/kube-object.ts';
import { awaitReady } from '../../src/targets/kubernetes/readiness/await-ready.ts';
import type { ReadinessFailure } from '../../src/targets/kubernetes/readiness/post-mortem.ts';
import { pauseFor } from '../../src/targets/pause.ts';
import type { ProgressEvent } from '../../src/targets/target.ts';
import { clusterTimeout, hasNode, type NodeCluster, openCluster } from '../cluster/cluster.ts';

const { signal } = new AbortController();
const image = 'registry.local:5000/base:1';

let cluster: NodeCluster;
let kube: Kube;

interface Waited {
  readonly failure: ReadinessFailure | undefined;
  readonly seconds: number;
  readonly events: readonly ProgressEvent[];
  readonly requests: readonly string[];
}

/** Applies the objects and waits for them, as the deployer. */
async function deploy(objects: readonly KubeObject[], follow = false): Promise<Waited> {
  const requests: string[] = [];
  const counted: Kube = {
    ...kube,
    send: (request, on) => {
      requests.push(`${request.method} ${request.path}`);
      return kube.send(request, on);
    },
    lines: (request, on) => {
      requests.push(`STREAM ${request.path}`);
      return kube.lines(request, on);
    },
  };
  const live: KubeObject[] = [];
  for (const object of objects) live.push(await applyObject(kube, object, { signal }));
  const begun = Date.now();
  const events: ProgressEvent[] = [];
  const result = await awaitReady({
    kube: counted,
    objects: live.map((object) => ({ object })),
    watch: { progress: (event) => events.push(event), signal },
    service: 'shop',
    timeout: duration(60_000),
    now: () => instant(Date.now()),
    pause: pauseFor,
    follow,
  });
  const seconds = (Date.now() - begun) / 1000;
  return { failure: result.ok ? undefined : result.failure, seconds, events, requests };
}

function template(container: object, rest: object = {}) {
  return (name: string) => ({
    metadata: { labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'web', image, command: ['sleep', '600'], ...container }],
      ...rest,
    },
  });
}

type Template = ReturnType<typeof template>;

function workload(kind: string, name: string, pods: Template, namespace = 'waits'): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: pods(name),
      ...(kind === 'StatefulSet' && { serviceName: name }),
    },
  };
}

const web = (name: string, container: object, rest: object = {}, namespace = 'waits') =>
  workload('Deployment', name, template(container, rest), namespace);

function job(name: string, script: string): KubeObject {
  const command = ['sh', '-c', script];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'waits' },
    spec: { backoffLimit: 0, template: template({ command }, { restartPolicy: 'Never' })(name) },
  };
}

const namespaces = `
apiVersion: v1
kind: Namespace
metadata: { name: waits }
---
apiVersion: v1
kind: Namespace
metadata: { name: full }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: preview, namespace: full }
spec: { hard: { pods: "0" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: strict, labels: { pod-security.kubernetes.io/enforce: restricted } }
`;

if (hasNode())
  describe('on a real node, as the deployer', () => {
    beforeAll(async () => {
      cluster = await openCluster({ level: 'node' });
      await cluster.kubectl(['apply', '-f', '-'], namespaces);
      const roles = readFileSync('infra/kubernetes/deployer.yaml', 'utf8');
      const kubeconfig = await cluster.serviceAccount('understudy', 'deployer', roles);
      kube = await openKube({ environment: { KUBECONFIG: kubeconfig } });
    }, clusterTimeout);
    afterAll(() => cluster?.close());

    test('what comes up is ready as soon as it is, with one request for each kind that is not', async () => {
      const probe = { exec: { command: ['true'] }, periodSeconds: 1 };
      const service: KubeObject = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'up', namespace: 'waits' },
        spec: { selector: { app: 'up' }, ports: [{ port: 80 }] },
      };
      const waited = await deploy([web('up', { readinessProbe: probe }), service]);
      expect(waited.failure).toBeUndefined();
      expect(waited.requests[0]).toBe('STREAM /apis/apps/v1/namespaces/waits/deployments');
      // Pods, ReplicaSets and events are asked for where it takes longer.
      expect([1, 4]).toContain(waited.requests.length);
      expect(waited.events[0]).toMatchObject({
        detail: expect.stringContaining('1 of 2 ready, Deployment up: '),
      });
      const again = await deploy([web('up', { readinessProbe: probe }), service]);
      expect(again).toMatchObject({
        failure: undefined,
        requests: [],
        events: [{ state: 'done' }],
      });
    });

    test.concurrent.each([
      [
        'an image that is not there',
        { image: 'registry.local:5000/nope:1' },
        /nope:1 cannot be pulled/,
      ],
      ['a name that is none', { image: 'Nope:1' }, /cannot be pulled/],
      [
        'a Secret that is not there',
        { envFrom: [{ secretRef: { name: 'app' } }] },
        /secret "app" not found/,
      ],
      ['a command that is not there', { command: ['/no/such'] }, /\/no\/such/],
      [
        'too many wishes',
        { resources: { requests: { cpu: '900' } } },
        /fits no node: .*Insufficient cpu/,
      ],
    ])('%s is named within half a minute', async (title, container, words) => {
      const { failure, seconds } = await deploy([
        web(title.replaceAll(' ', '-').toLowerCase(), container),
      ]);
      expect(failure?.reason).toMatch(words);
      expect(seconds).toBeLessThan(30);
      expect(failure?.events.length).toBeGreaterThan(0);
    });

    test.concurrent('a volume of a Secret that is not there is named within half a minute', async () => {
      const volumes = [{ name: 'tls', secret: { secretName: 'tls' } }];
      const mounted = { volumeMounts: [{ name: 'tls', mountPath: '/tls' }] };
      const { failure, seconds } = await deploy([web('volume', mounted, { volumes })]);
      expect(failure?.reason).toMatch(/secret "tls" not found/);
      expect(seconds).toBeLessThan(30);
    });

    test.concurrent('a container that ends again and again gives its last lines', async () => {
      const command = ['sh', '-c', 'echo no DATABASE_URL; exit 3'];
      const { failure, seconds } = await deploy([web('loop', { command })]);
      expect(failure).toMatchObject({
        reason: expect.stringMatching(/^Deployment loop: container web: it ended with exit code 3/),
        log: ['no DATABASE_URL'],
        container: 'web',
      });
      expect(seconds).toBeLessThan(30);
    });

    test.concurrent('an init container that fails is named', async () => {
      const command = ['sh', '-c', 'echo no schema; exit 4'];
      const initContainers = [{ name: 'prepare', image, command }];
      const { failure } = await deploy([web('init', {}, { initContainers })]);
      expect(failure).toMatchObject({
        reason: expect.stringContaining('init container prepare: it ended with exit code 4'),
        log: ['no schema'],
        container: 'prepare',
      });
    });

    test.concurrent('a change that breaks says so although the old pods are well', async () => {
      await deploy([web('change', {})]);
      const { failure } = await deploy([web('change', { image: 'registry.local:5000/nope:2' })]);
      expect(failure?.reason).toMatch(/nope:2 cannot be pulled/);
    });

    test.concurrent.each(['Deployment', 'StatefulSet'])(
      'a %s that the quota refuses is named',
      async (kind) => {
        const { failure, seconds } = await deploy([workload(kind, 'full', template({}), 'full')]);
        expect(failure?.reason).toMatch(/pods cannot be created: .*exceeded quota: preview/);
        expect(seconds).toBeLessThan(30);
      },
    );

    test.concurrent('pods that Pod Security refuses are named at once', async () => {
      const { failure, seconds } = await deploy([web('strict', {}, {}, 'strict')]);
      expect(failure?.reason).toMatch(/violates PodSecurity "restricted/);
      expect(seconds).toBeLessThan(10);
    });

    test.concurrent('a Job that fails gives exit code and log', async () => {
      const { failure } = await deploy([job('bad', 'echo relation users; exit 5')]);
      expect(failure).toMatchObject({
        reason: 'Job bad failed: container web ended with exit code 5',
        log: ['relation users'],
      });
    });

    test.concurrent('the log of a Job is streamed to its last line', async () => {
      const script = 'for i in 1 2 3; do echo line $i; sleep 1; done; echo end';
      const { failure, events } = await deploy([job('good', script)], true);
      expect(failure).toBeUndefined();
      const lines = events.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
      expect(lines).toEqual(['line 1', 'line 2', 'line 3', 'end']);
    });
  });
