import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { duration } from '../../../src/core/time.ts';
import type { UserError } from '../../../src/core/user-error.ts';
import { builtInKind } from '../../../src/targets/kubernetes/connect/known-kinds.ts';
import { KubeError } from '../../../src/targets/kubernetes/connect/kube.ts';
import { explainKube } from '../../../src/targets/kubernetes/connect/kube-errors.ts';
import type { KubeObject } from '../../../src/targets/kubernetes/kube-object.ts';
import { renderGuards } from '../../../src/targets/kubernetes/places/render-namespace.ts';
import { surroundingSources } from '../../../src/targets/kubernetes/readiness/sources.ts';
import { finalObjects, renderApp } from '../../../src/targets/kubernetes/review-app/render-app.ts';
import { build, factsOf, postgres } from './review-app/app-facts.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function shipped(name: string): KubeObject[] {
  const text = readFileSync(`infra/kubernetes/${name}.yaml`, 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}

function ofKind(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`there is no ${kind}`);
  return found;
}

function rulesOf(name: string): readonly Rule[] {
  return ofKind(shipped(name), 'ClusterRole').rules as unknown as readonly Rule[];
}

/** `resource.group` → verbs. */
function rightsOf(name: string): Map<string, readonly string[]> {
  const pairs = rulesOf(name).flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => [group ? `${resource}.${group}` : resource, verbs] as const),
    ),
  );
  return new Map(pairs);
}

const deployer = rightsOf('deployer');
const sweeper = rightsOf('sweeper');

const plurals: Readonly<Record<string, string>> = {
  'HTTPRoute gateway.networking.k8s.io': 'httproutes.gateway.networking.k8s.io',
  'Cluster postgresql.cnpg.io': 'clusters.postgresql.cnpg.io',
};

function resourceOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const plural = builtInKind({ apiVersion, kind })?.plural;
  if (plural) return group ? `${plural}.${group}` : plural;
  return plurals[`${kind} ${group}`] ?? `${kind} is not known here`;
}

const copyFrom = {
  secret: { name: 'db', key: 'url' },
  excludeTables: [],
  timeout: duration(1000),
};
const migrate = { command: ['bin/migrate'], timeout: duration(1000) };
const common = { build, migrate, envFrom: [{ secret: 'shared/env' }, { configMap: 'app' }] };
const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'env', namespace: 'shared', uid: 'u', resourceVersion: '1' },
  data: { url: Buffer.from('postgres://u:p@db/shop').toString('base64') },
};
const db = { ...secret, metadata: { ...secret.metadata, name: 'db', namespace: 'shop-pr-7' } };
const apps = [
  factsOf({
    app: {
      ...common,
      database: { ...postgres, copyFrom },
      ingress: { kind: 'ingress', annotations: {} },
    },
    live: { found: [secret, db] },
  }),
  factsOf({
    app: {
      ...common,
      database: postgres,
      ingress: { kind: 'gateway', parent: { namespace: 'infra', name: 'public' } },
    },
    live: { found: [secret], cloudNativePg: true },
  }),
];
const rendered = apps.flatMap((facts) =>
  finalObjects(renderApp(facts)).map(({ object }) => object),
);

describe('the rights of the deployer', () => {
  test.each([...new Set(rendered.map(resourceOf))])(
    'let it make, watch and remove %s of review apps',
    (resource) => {
      const verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
      expect(deployer.get(resource)).toEqual(verbs);
    },
  );

  test('let it make what guards a namespace, and the namespace', () => {
    const place = { namespace: 'shop-pr-7' } as Parameters<typeof renderGuards>[0];
    const marks = { repository: 'acme/shop', previewId: 'x', pullRequest: 7, commit: 'c' };
    const guards = renderGuards(place, marks as never, {
      quota: { pods: '1' },
      containerDefaults: { cpu: '1', memory: '1' },
      network: 'isolated',
    });
    expect(guards).toHaveLength(3);
    for (const resource of ['namespaces', ...guards.map(resourceOf)])
      expect(deployer.get(resource)).toEqual(expect.arrayContaining(['create', 'patch', 'delete']));
  });

  test('let it look at all that says why something is not ready', () => {
    const sources = surroundingSources({} as never, rendered);
    expect(sources.length).toBeGreaterThan(2);
    for (const { source } of sources)
      expect(deployer.get(resourceOf(source.kind))).toEqual(
        expect.arrayContaining(['list', 'watch']),
      );
    expect(deployer.get('pods/log')).toEqual(['get']);
    expect(deployer.get('services/proxy')).toEqual(['get']);
  });

  test('are none that would make it more', () => {
    const named = [...deployer].flatMap(([resource, verbs]) => [resource, ...verbs]).join(' ');
    expect(named).not.toMatch(/\*|escalate|bind|impersonate|rbac|token|exec|nodes|webhook|crd/);
    expect(deployer.get('pods')).not.toContain('create');
  });
});

describe('the rights of the sweeper', () => {
  test('let it find and remove, and make nothing', () => {
    expect([...sweeper.values()].flat()).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/create|patch|update|\*/)]),
    );
    expect(sweeper.get('namespaces')).toEqual(['get', 'list', 'delete']);
    expect(sweeper.get('configmaps')).toEqual(['get', 'list']);
    expect(sweeper.size).toBe(2);
  });
});

test.each(['deployer', 'sweeper'])('the role of the %s is that of its ServiceAccount', (name) => {
  const objects = shipped(name);
  const { name: account, namespace } = ofKind(objects, 'ServiceAccount').metadata;
  const binding = ofKind(objects, 'ClusterRoleBinding');
  expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', name: account, namespace }]);
  expect(binding.roleRef).toMatchObject({ name: ofKind(objects, 'ClusterRole').metadata.name });
  const guard = readFileSync('infra/kubernetes/guard.yaml', 'utf8');
  expect(guard).toContain(`'system:serviceaccount:${namespace}:${account}'`);
  expect(guard).toContain(`'understudy-${name}'`);
});

describe('the page about permissions', () => {
  const [, permissions = ''] = readFileSync('docs/kubernetes.md', 'utf8').split('\n## Permissions');
  const [section = ''] = permissions.split('\n## ');
  const rows = section
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 6 && cells[1]?.startsWith('`'));
  const told = (column: 2 | 3) =>
    Object.fromEntries(
      rows.flatMap((cells) =>
        cells[column] === ''
          ? []
          : [...(cells[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => [
              name,
              cells[column],
            ]),
      ),
    );
  const given = (rights: typeof deployer) =>
    Object.fromEntries(
      [...rights].map(([resource, verbs]) => [resource.split('.')[0], verbs.join(', ')]),
    );

  test('tells what the deployer may', () => {
    expect(told(2)).toEqual(given(deployer));
  });

  test('tells what the sweeper may', () => {
    expect(told(3)).toEqual(given(sweeper));
  });
});

test('who is no longer let in is told to make a token of the account that is shipped', () => {
  const cause = new KubeError('Unauthorized', { status: 401, reason: 'Unauthorized', causes: [] });
  const { problems } = explainKube(cause, 'list namespaces') as UserError;
  const { name, namespace } = ofKind(shipped('deployer'), 'ServiceAccount').metadata;
  const command = `kubectl create token ${name} --namespace ${namespace} --duration 720h`;
  expect(problems[0]?.hint).toContain(command);
  expect(readFileSync('docs/kubernetes.md', 'utf8')).toContain(command);
});
