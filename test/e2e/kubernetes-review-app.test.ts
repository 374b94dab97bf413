import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duration } from '../../src/core/time.ts';
import type { KubeObject } from '../../src/targets/kubernetes/kube-object.ts';
import type { AppFacts } from '../../src/targets/kubernetes/review-app/app-facts.ts';
import { passingObjects } from '../../src/targets/kubernetes/review-app/passing-objects.ts';
import { finalObjects, renderApp } from '../../src/targets/kubernetes/review-app/render-app.ts';
import type { AppSettings } from '../../src/targets/kubernetes/settings.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { clusterTimeout, openCluster } from '../cluster/cluster.ts';
import { build, factsOf, postgres, tlsSecret } from '../targets/kubernetes/review-app/app-facts.ts';
import { podOf } from '../targets/kubernetes/review-app/rendered.ts';

const wildcard = tlsSecret(['*.preview.example.com']);
const source: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'staging', uid: 'u', resourceVersion: '1' },
  data: { url: Buffer.from('postgres://u:p@db.staging/shop').toString('base64') },
};
const env = { ...source, metadata: { ...source.metadata, name: 'env' } };
const copyFrom = {
  secret: { namespace: 'staging', name: 'db', key: 'url' },
  excludeTables: ['audit_*'],
  maxBytes: 1_000_000,
  mask: 'db/mask.sql',
  timeout: duration(600_000),
};
/** Everything that a review app can have. */
const everything: Partial<AppSettings> = {
  build: { ...build, env: { CACHE: 'none' } },
  command: ['bin/web'],
  args: ['--port', '3000'],
  env: { NAME: 'pr-{number}' },
  envFrom: [{ secret: 'staging/env' }, { configMap: 'app-config' }],
  health: { path: '/healthz' },
  resources: { limits: { memory: '256Mi' } },
  migrate: { command: ['bin/migrate'], timeout: duration(60_000) },
  database: { ...postgres, copyFrom },
  ingress: {
    kind: 'ingress',
    class: 'nginx',
    annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' },
    tls: { kind: 'copy', namespace: 'certificates', name: 'wildcard' },
  },
};
const live = { found: [wildcard, source, env], maskSql: 'UPDATE users SET email = NULL;' };
const gateway = {
  ingress: { kind: 'gateway', parent: { namespace: 'infra', name: 'public', section: 'https' } },
} as const;

describe('a real API server takes everything that a review app is rendered to', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({ level: 'control-plane' });
    for (const level of ['baseline', 'restricted', 'shared']) {
      await cluster.kubectl(['create', 'namespace', level]);
      const enforced = level === 'shared' ? 'baseline' : level;
      await cluster.kubectl([
        'label',
        'namespace',
        level,
        `pod-security.kubernetes.io/enforce=${enforced}`,
      ]);
      await cluster.kubectl([
        'wait',
        '--for=create',
        'serviceaccount/default',
        '-n',
        level,
        '--timeout=30s',
      ]);
    }
    await cluster.addKinds('gateway-api');
    await cluster.addKinds('cloudnative-pg');
  }, clusterTimeout);
  afterAll(() => cluster?.close());

  const apply = (objects: readonly KubeObject[], ...further: string[]) =>
    cluster.kubectl(
      [
        'apply',
        '--server-side',
        '--field-manager=understudy',
        '--validate=strict',
        ...further,
        '-f',
        '-',
      ],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    );
  const objectsOf = (facts: AppFacts) => {
    const stages = renderApp(facts);
    const objects = finalObjects(stages).map(({ object }) => object);
    return [...objects, ...passingObjects(facts, stages, 'ghs_token')];
  };
  /** Pod Security looks at pods alone, which no controller makes in a dry run. */
  const podsOf = (objects: readonly KubeObject[]): KubeObject[] =>
    objects
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
      .map((workload) => {
        const { metadata, spec } = podOf(workload);
        const { name, namespace = '' } = workload.metadata;
        const data = { name: 'data', emptyDir: {} };
        const volumes = [
          ...((spec.volumes as object[] | undefined) ?? []),
          ...(workload.kind === 'StatefulSet' ? [data] : []),
        ];
        const pod = { ...spec, volumes };
        return {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { ...metadata, name, namespace },
          spec: pod,
        };
      });

  const cases: [string, Parameters<typeof factsOf>[0]][] = [
    ['the least', {}],
    ['everything', { app: everything, live }],
    [
      'CloudNativePG and a Gateway',
      { app: { ...everything, ...gateway }, live: { ...live, cloudNativePg: true } },
    ],
    ['the longest service', { app: everything, live, service: { name: 'a'.repeat(63) } }],
  ];
  const places: [string, AppFacts['settings']['podSecurity'], AppFacts['place']][] = [
    ['baseline', 'baseline', { namespace: 'baseline', mode: 'own', suffix: '' }],
    ['restricted', 'restricted', { namespace: 'restricted', mode: 'own', suffix: '' }],
    [
      'a shared namespace',
      'baseline',
      { namespace: 'shared', mode: 'shared', suffix: '-1d0fd508' },
    ],
  ];
  for (const [where, podSecurity, place] of places) {
    test.each(cases)(`in ${where}: %s`, async (_, otherwise) => {
      const facts = factsOf({ ...otherwise, settings: { podSecurity }, place });
      const objects = objectsOf(facts);
      const applied = await apply(objects, '--dry-run=server');
      expect(applied.trim().split('\n')).toHaveLength(objects.length);
      await apply(podsOf(objects), '--dry-run=server');
    });
  }

  test('pods that Pod Security would refuse are seen by these tests', async () => {
    const place = { namespace: 'restricted' };
    const objects = objectsOf(factsOf({ place, settings: { podSecurity: 'baseline' } }));
    await expect(apply(podsOf(objects), '--dry-run=server')).rejects.toThrow(
      'violates PodSecurity "restricted',
    );
  });

  test('another commit, image, port, size of resources and minor version change nothing that cannot change', async () => {
    const place = { namespace: 'baseline' };
    await apply(objectsOf(factsOf({ place, app: everything, live })));
    const database = { ...postgres, image: 'postgres:15.8', version: '15.8', copyFrom };
    const changed = {
      ...everything,
      image: 'registry.example.com/other:{sha}',
      port: 8080,
      database,
      resources: {},
      env: {},
    };
    const facts = factsOf({ place, app: changed, live, marks: { commit: 'b'.repeat(40) } });
    await apply(
      objectsOf({
        ...facts,
        settings: { ...facts.settings, containerDefaults: { cpu: '10m', memory: '32Mi' } },
      }),
    );
  });

  test('what is applied again as it was is not changed by the API server', async () => {
    const facts = factsOf({
      place: { namespace: 'shared', mode: 'shared', suffix: '-x' },
      app: everything,
      live,
    });
    const objects = objectsOf(facts).filter(({ kind }) => kind !== 'Job');
    const versions = async () => {
      await apply(objects);
      const kinds = [...new Set(objects.map(({ kind }) => kind.toLowerCase()))].join(',');
      const path = '{range .items[*]}{.kind} {.metadata.name} {.metadata.generation}\n{end}';
      return cluster.kubectl(['get', kinds, '-n', 'shared', '-o', `jsonpath=${path}`]);
    };
    expect(await versions()).toBe(await versions());
  });
});
