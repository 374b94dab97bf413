import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instant } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import { applyObjects } from '../../src/targets/kubernetes/apply/apply-objects.ts';
import {
  closeSet,
  openSet,
  readSet,
  type SetOfObjects,
} from '../../src/targets/kubernetes/apply/apply-set.ts';
import { diffSet } from '../../src/targets/kubernetes/apply/diff.ts';
import { memberKindsIn, setOf } from '../../src/targets/kubernetes/apply/set-labels.ts';
import type { Kube } from '../../src/targets/kubernetes/connect/kube.ts';
import {
  applyObject,
  createObject,
  deleteObject,
  getObject,
  listObjects,
  mergePatch,
} from '../../src/targets/kubernetes/connect/objects.ts';
import { openKube } from '../../src/targets/kubernetes/connect/open-kube.ts';
import { watchObjects } from '../../src/targets/kubernetes/connect/watch-objects.ts';
import type { KubeObject } from '../../src/targets/kubernetes/kube-object.ts';
import { openPlace } from '../../src/targets/kubernetes/places/open-place.ts';
import type { ServedPlace } from '../../src/targets/kubernetes/places/place.ts';
import type { KubernetesSettings } from '../../src/targets/kubernetes/settings.ts';
import type { StagedObject } from '../../src/targets/kubernetes/stage.ts';
import { pauseFor } from '../../src/targets/pause.ts';
import type { DesiredPreview, DesiredService } from '../../src/targets/target.ts';
import { type Cluster, clusterTimeout, openCluster } from '../cluster/cluster.ts';
import { kubeProgram } from '../cluster/kube-program.ts';

let cluster: Cluster;
let kube: Kube;
const requests: string[] = [];
const { signal } = new AbortController();

beforeAll(async () => {
  cluster = await openCluster({ level: 'control-plane' });
  kube = counted(await openKube({ environment: { KUBECONFIG: cluster.kubeconfig } }));
}, clusterTimeout);
afterAll(() => cluster?.close());

/** Notes what is sent. */
function counted(connection: Kube): Kube {
  const resource: Kube['resource'] = (kind, ending) => connection.resource(kind, ending);
  return {
    ...connection,
    resource,
    send(request, ending) {
      requests.push(`${request.method} ${request.path}`);
      return connection.send(request, ending);
    },
  };
}

async function namespace(name: string): Promise<string> {
  await createObject(kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
  return name;
}

const pod = (labels: object, image: string) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'app', image }] },
});

function deployment(where: string, spec: object = {}, image = 'web:1', name = 'web'): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: where },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: pod(labels, image), ...spec },
  };
}

const service = (where: string, port = 80): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: where },
  spec: { selector: { app: 'web' }, ports: [{ port }] },
});

const configMap = (where: string, name: string, data: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: where },
  data,
});

const job = (where: string, image: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace: where },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image }] } } },
});

const staged = (objects: readonly KubeObject[]): StagedObject[] =>
  objects.map((object) => ({ object }));

function setOfObjects(where: string, objects: readonly StagedObject[], name = 'web'): SetOfObjects {
  const parent = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: `understudy-${name}`,
    namespace: where,
  };
  const labels = { 'app.kubernetes.io/managed-by': 'understudy' };
  return { kube, parent, labels, objects };
}

/** The whole of a deploy: what it did, and the requests that it took. */
async function deploy(set: SetOfObjects, force = false) {
  const before = requests.length;
  const opened = await openSet(await readSet(set, signal), signal);
  const applied = await applyObjects(set.objects, { set: opened, force, signal });
  await closeSet(opened, signal);
  return { applied, requests: requests.slice(before) };
}

const diff = async (set: SetOfObjects, force = false) =>
  (await diffSet(await readSet(set, signal), { force, signal })).changes;

async function problemsOf(promise: Promise<unknown>) {
  const thrown = await promise.catch((cause: unknown) => cause);
  if (!(thrown instanceof UserError)) throw thrown;
  return thrown.problems;
}

describe('a set of objects', () => {
  test('is applied to a new namespace with one request for each object and one for its parent', async () => {
    const where = await namespace('fresh');
    const objects = staged([deployment(where), service(where), configMap(where, 'settings')]);
    const set = { ...setOfObjects(where, objects), isFresh: true };
    expect(await diff(set)).toEqual([
      { action: 'add', type: 'Deployment', id: 'web', replacement: false },
      { action: 'add', type: 'Service', id: 'web', replacement: false },
      { action: 'add', type: 'ConfigMap', id: 'settings', replacement: false },
    ]);
    const { applied, requests: sent } = await deploy(set);
    expect(sent).toHaveLength(4);
    expect(applied.map(({ object }) => [object.kind, object.metadata.generation])).toEqual([
      ['Deployment', 1],
      ['Service', undefined],
      ['ConfigMap', undefined],
    ]);
    const parent = await getObject(kube, set.parent, signal);
    expect(parent?.metadata.annotations).toEqual({
      'applyset.kubernetes.io/tooling': 'understudy/v1',
      'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,Deployment.apps,Service',
      'applyset.kubernetes.io/additional-namespaces': '',
    });
    const again = await deploy({ ...set, isFresh: false });
    expect(again.requests.map((request) => request.split(' ')[0])).toEqual(Array(4).fill('GET'));
    expect(again.applied[0]?.object.metadata.generation).toBe(1);
    const before = requests.length;
    expect(await diff({ ...set, isFresh: false })).toEqual([]);
    expect(requests.slice(before)).toHaveLength(4);
  });

  test('that others took something from, or added to, is what it was again where it is to be', async () => {
    const where = await namespace('touched');
    const secret: KubeObject = {
      ...configMap(where, 'env', {}),
      kind: 'Secret',
      data: { KEY: Buffer.from('value').toString('base64') },
    };
    const objects = [configMap(where, 'settings', { A: '1', B: '2' }), secret, service(where)];
    const set = setOfObjects(where, staged([...objects, deployment(where)]));
    await deploy(set);
    const patch = (what: string, operations: object[]) =>
      cluster.kubectl(
        ['patch', ...what.split(' '), '-n', where, '--type=json', '-p'].concat(
          JSON.stringify(operations),
        ),
      );
    await patch('configmap settings', [{ op: 'remove', path: '/data/B' }]);
    await patch('secret env', [{ op: 'remove', path: '/data/KEY' }]);
    await patch('service web', [
      { op: 'add', path: '/spec/ports/-', value: { name: 'more', port: 81 } },
      { op: 'add', path: '/spec/ports/0/name', value: 'http' },
    ]);
    await cluster.kubectl(['label', 'deployment', 'web', '-n', where, 'team=one']);
    expect(await diff(set)).toEqual([
      expect.objectContaining({ type: 'ConfigMap', detail: 'data.B: added' }),
      expect.objectContaining({ type: 'Secret', detail: expect.stringContaining('data') }),
    ]);
    const { requests: sent } = await deploy(set);
    expect(sent.filter((request) => request.startsWith('PATCH'))).toEqual([
      expect.stringContaining('/configmaps/settings'),
      expect.stringContaining('/secrets/env'),
      expect.stringContaining('/services/web'),
    ]);
    const [, kept] = await Promise.all([
      expect(diff(set)).resolves.toEqual([]),
      getObject(kube, { ...set.parent, kind: 'Secret', name: 'env' }, signal),
    ]);
    expect(kept?.data).toEqual(secret.data);
  });

  test('of thirty objects takes no more than one request for each, one for the parent, and one for each kind', async () => {
    const where = await namespace('thirty');
    const names = Array.from({ length: 14 }, (_, index) => `part-${index}`);
    const objects = staged([
      ...names.map((name) => deployment(where, {}, 'web:1', name)),
      ...names.map((name) => configMap(where, name)),
      service(where),
      job(where, 'migrate:1'),
    ]);
    const set = setOfObjects(where, objects);
    const { requests: sent } = await deploy({ ...set, isFresh: true });
    expect(sent).toHaveLength(31);
    expect((await deploy(set)).requests).toHaveLength(5);
    const patches = sent.filter((request) => request.startsWith('PATCH'));
    const lastConfig = patches.findLastIndex((request) => request.includes('/configmaps/'));
    expect(patches.findIndex((request) => request.includes('/deployments/'))).toBeGreaterThan(
      lastConfig,
    );
  });

  test('changes, loses and makes anew what the plan said', async () => {
    const where = await namespace('changing');
    const first = staged([
      deployment(where),
      service(where),
      configMap(where, 'settings', { A: '1', B: '2' }),
      configMap(where, 'old'),
      job(where, 'migrate:1'),
    ]);
    await deploy(setOfObjects(where, first));
    const template = pod({ app: 'web', tier: 'front' }, 'web:1');
    const second = setOfObjects(
      where,
      staged([
        deployment(where, { selector: { matchLabels: { app: 'web', tier: 'front' } }, template }),
        service(where, 8080),
        configMap(where, 'settings', { A: '2' }),
        job(where, 'migrate:2'),
        configMap(where, 'new'),
      ]),
    );
    expect(await diff(second)).toEqual([
      expect.objectContaining({
        type: 'Deployment',
        replacement: true,
        detail: expect.stringMatching(/^deleted and made anew: spec\.selector: field is immutable/),
      }),
      expect.objectContaining({
        action: 'modify',
        type: 'Service',
        replacement: false,
        detail: 'spec.ports[0].port: 80 → 8080; spec.ports[0].targetPort: 80 → 8080',
      }),
      expect.objectContaining({ type: 'ConfigMap', detail: 'data.A: 1 → 2; data.B: removed' }),
      expect.objectContaining({ type: 'Job', replacement: true }),
      expect.objectContaining({ action: 'add', id: 'new' }),
      expect.objectContaining({ action: 'remove', type: 'ConfigMap', id: 'old' }),
    ]);
    const before = await getObject(
      kube,
      { ...second.parent, apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      signal,
    );
    const { applied } = await deploy(second);
    expect(applied[0]?.object.metadata.uid).not.toBe(before?.metadata.uid);
    const left = await listObjects(kube, second.parent, { namespace: where }, signal);
    const names = left
      .map(({ metadata }) => metadata.name)
      .filter((name) => !name.includes('kube-root'));
    expect(names).toEqual(['new', 'settings', 'understudy-web']);
    expect(await diff(second)).toEqual([]);
    await deploy(
      setOfObjects(
        where,
        staged([
          deployment(where, { selector: { matchLabels: { app: 'web', tier: 'front' } }, template }),
        ]),
      ),
    );
    const parent = await getObject(kube, second.parent, signal);
    expect(parent && memberKindsIn(parent)).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment' },
    ]);
    expect(
      await getObject(kube, { ...second.parent, kind: 'Service', name: 'web' }, signal),
    ).toBeUndefined();
  });

  test('leaves alone what is made once', async () => {
    const where = await namespace('once');
    const secret = (password: string): StagedObject => ({
      how: 'once',
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'db', namespace: where },
        stringData: { password },
      },
    });
    await deploy(setOfObjects(where, [secret('first')]));
    expect(await diff(setOfObjects(where, [secret('second')]))).toEqual([]);
    const { applied } = await deploy(setOfObjects(where, [secret('second')]));
    const data = applied[0]?.object.data as { password: string };
    expect(Buffer.from(data.password, 'base64').toString()).toBe('first');
  });

  test('waits for what is on its way out, which would take along what is applied to it', async () => {
    const where = await namespace('leaving');
    const held = configMap(where, 'settings', { A: '1' });
    const metadata = { ...held.metadata, finalizers: ['example.com/held'] };
    await deploy(setOfObjects(where, staged([{ ...held, metadata }])));
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', namespace: where };
    const old = await getObject(kube, ref, signal);
    await deleteObject(kube, ref, { propagation: 'Background' }, signal);
    const applying = deploy(setOfObjects(where, staged([held])));
    await mergePatch(kube, ref, { metadata: { finalizers: null } }, signal);
    const [made] = (await applying).applied;
    expect(made?.object.metadata.uid).not.toBe(old?.metadata.uid);
    expect(await getObject(kube, ref, signal)).toMatchObject({ data: { A: '1' } });
  });

  test('never shows what is secret', async () => {
    const where = await namespace('secret');
    const objects = (value: string) => {
      const { spec, ...rest } = deployment(where);
      const env = [
        { name: 'API_TOKEN', value },
        { name: 'MODE', value: value.slice(0, 1) },
      ];
      const containers = [{ name: 'app', image: 'web:1', env }];
      const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
      return staged([
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'api', namespace: where },
          stringData: { token: value },
        },
        { ...rest, spec: { ...(spec as object), template } },
      ]);
    };
    await deploy(setOfObjects(where, objects('a-hidden-one')));
    const changes = await diff(setOfObjects(where, objects('b-hidden-two')));
    expect(changes.map(({ detail }) => detail)).toEqual([
      'data.token: changed',
      'spec.template.spec.containers[app].env[API_TOKEN].value: changed; spec.template.spec.containers[app].env[MODE].value: a → b',
    ]);
  });
});

describe('others', () => {
  test('keep what belongs to their set, and what their controller made', async () => {
    const where = await namespace('foreign');
    await deploy(setOfObjects(where, staged([configMap(where, 'shared')]), 'api'));
    const owned = await applyObject(kube, deployment(where, {}, 'web:1', 'owner'), { signal });
    const ownerReferences = [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'owner',
        uid: owned.metadata.uid ?? '',
        controller: true,
      },
    ];
    const made = configMap(where, 'made');
    await createObject(kube, { ...made, metadata: { ...made.metadata, ownerReferences } }, signal);
    const location = { file: 'deploy/app.yaml', line: 3 };
    const set = setOfObjects(where, [
      { object: configMap(where, 'shared', { A: '1' }), location },
      { object: made },
      { object: configMap(where, 'mine') },
    ]);
    const problems = await problemsOf(deploy(set, true));
    expect(problems).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^ConfigMap shared is there already and belongs to another ApplySet/,
        ),
        location,
      }),
      expect.objectContaining({
        message: 'ConfigMap made is there already and is controlled by Deployment owner',
      }),
    ]);
    expect(await getObject(kube, { ...set.parent, name: 'mine' }, signal)).toBeUndefined();
    expect(await getObject(kube, set.parent, signal)).toBeUndefined();
  });

  test('who manage a field are named, and it can be left to them or taken', async () => {
    const where = await namespace('conflict');
    await deploy(setOfObjects(where, staged([deployment(where), service(where)])));
    await cluster.kubectl(['set', 'image', 'deployment/web', 'app=web:9', '-n', where]);
    const set = setOfObjects(where, staged([deployment(where, {}, 'web:2'), service(where)]));
    for (const refused of [diff(set), deploy(set)]) {
      const [problem] = await problemsOf(refused);
      expect(problem?.message).toBe(
        'Deployment web has fields that others manage: spec.template.spec.containers[name="app"].image (kubectl-set)',
      );
      expect(problem?.hint).toMatch(/Leave these fields out.*force: true/);
    }
    expect(await diff(set, true)).toEqual([
      expect.objectContaining({
        detail: 'spec.template.spec.containers[app].image: web:9 → web:2',
      }),
    ]);
    await deploy(set, true);
    expect(await diff(set)).toEqual([]);
  });

  test('who scale have the say of replicas', async () => {
    const where = await namespace('scaled');
    const hpa: KubeObject = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: where },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 5,
      },
    };
    const set = setOfObjects(where, staged([deployment(where, { replicas: 3 }), hpa]));
    const { applied } = await deploy(set);
    expect(applied[0]?.object.spec).toMatchObject({ replicas: 1 });
    await cluster.kubectl(['scale', 'deployment/web', '--replicas=4', '-n', where]);
    expect(await diff(set)).toEqual([]);
    await deploy(set);
    const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: where };
    expect((await getObject(kube, web, signal))?.spec).toMatchObject({ replicas: 4 });
  });

  test('who applied with kubectl before leave no field behind', async () => {
    const where = await namespace('before');
    const old = configMap(where, 'settings', { KEPT: '1', GONE: '2' });
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(old));
    const set = setOfObjects(where, staged([configMap(where, 'settings', { KEPT: '3' })]));
    const changes = await diff(set);
    expect(changes).toEqual([expect.objectContaining({ action: 'modify' })]);
    const { applied } = await deploy(set);
    expect(applied[0]?.object.data).toEqual({ KEPT: '3' });
    const { annotations = {} } = applied[0]?.object.metadata ?? {};
    expect(Object.keys(annotations)).toEqual(['understudy.dev/applied']);
    expect(await diff(set)).toEqual([]);
  });

  test('as kubectl can take the set over, and it is theirs then', async () => {
    const where = await namespace('handed');
    const set = setOfObjects(
      where,
      staged([deployment(where), service(where), configMap(where, 'settings')]),
    );
    await deploy(set);
    const version = /v[\d.]+/.exec(await cluster.kubectl(['version', '--client']))?.[0];
    const annotation = `applyset.kubernetes.io/tooling=kubectl/${version}`;
    await cluster.kubectl([
      'annotate',
      'configmap',
      'understudy-web',
      '-n',
      where,
      '--overwrite',
      annotation,
    ]);
    const left = JSON.stringify(deployment(where));
    const args = [
      'apply',
      '--server-side',
      '--force-conflicts',
      '--prune',
      '--applyset=configmaps/understudy-web',
      '-n',
      where,
      '-f',
      '-',
    ];
    const told = execFileSync(
      kubeProgram(),
      ['kubectl', `--kubeconfig=${cluster.kubeconfig}`, ...args],
      {
        input: left,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: tmpdir(), KUBECTL_APPLYSET: 'true' },
        stdio: 'pipe',
      },
    );
    expect(told).toContain('service/web pruned');
    expect(told).toContain('configmap/settings pruned');
    const [problem] = await problemsOf(deploy(set));
    expect(problem?.message).toMatch(/is looked after by kubectl\/v1/);
    expect(problem?.hint).toContain('applyset.kubernetes.io/tooling=understudy/v1');
    const members = await listObjects(kube, deployment(where), { namespace: where }, signal);
    const id = members[0] && setOf(members[0]);
    expect(id).toMatch(/^applyset-[\w-]{43}-v1$/);
  });
});

describe('what the API server refuses', () => {
  test('is said of all objects at once, at their lines', async () => {
    const where = await namespace('refused');
    const misspelt = deployment(where, { replica: 2 });
    const set = setOfObjects(where, [
      { object: misspelt, location: { file: 'deploy/web.yaml', line: 1 } },
      { object: service(where, 0), location: { file: 'deploy/web.yaml', line: 20 } },
      { object: configMap(where, 'settings') },
    ]);
    const problems = await problemsOf(diff(set));
    expect(problems).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^Deployment web is not valid: .*spec\.replica: field not declared in schema/,
        ),
        location: { file: 'deploy/web.yaml', line: 1 },
      }),
      expect.objectContaining({
        message: expect.stringMatching(
          /^Service web is not valid: spec\.ports\[0\]\.port: .*between 1 and 65535/,
        ),
        location: { file: 'deploy/web.yaml', line: 20 },
      }),
    ]);
  });

  test('for want of a right is mended by the very rule that the hint gives', async () => {
    const where = await namespace('rights');
    const granted: object[] = [];
    const role = () =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name: 'deployer', namespace: where },
            rules: granted,
          },
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'deployer', namespace: where },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
            subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: where }],
          },
        ],
      });
    const limited = await openKube({
      environment: { KUBECONFIG: await cluster.serviceAccount(where, 'deployer', role()) },
    });
    const set = { ...setOfObjects(where, staged([deployment(where)])), kube: limited };
    for (let round = 0; round < 8; round += 1) {
      const thrown = await deploy(set).catch((cause: unknown) => cause);
      if (!(thrown instanceof UserError)) {
        expect(thrown).toMatchObject({ requests: [] });
        break;
      }
      const rule = /: (\{.*\})$/.exec(thrown.problems[0]?.hint ?? '')?.[1];
      granted.push(JSON.parse(rule ?? ''));
      await cluster.kubectl(['apply', '-f', '-'], role());
    }
    expect(granted.map((rule) => JSON.stringify(rule))).toEqual([
      '{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}',
      '{"apiGroups":["apps"],"resources":["deployments"],"verbs":["get"]}',
      '{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}',
      '{"apiGroups":[""],"resources":["configmaps"],"verbs":["create"]}',
      '{"apiGroups":["apps"],"resources":["deployments"],"verbs":["patch"]}',
      '{"apiGroups":["apps"],"resources":["deployments"],"verbs":["list"]}',
      '{"apiGroups":["apps"],"resources":["deployments"],"verbs":["create"]}',
    ]);
  });
});

test('kinds of the cluster’s own are found, and defined and used in one go', async () => {
  const where = await namespace('custom');
  const definition: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'toys.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Toy', plural: 'toys' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  };
  const toy = (size: number): KubeObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Toy',
    metadata: { name: 'bear', namespace: where },
    spec: { size },
  });
  const set = setOfObjects(where, staged([toy(1), definition]));
  expect((await diff(set)).map(({ action, type }) => `${action} ${type}`)).toEqual([
    'add Toy',
    'add CustomResourceDefinition',
  ]);
  await deploy(set);
  const next = setOfObjects(where, staged([toy(2), definition]));
  expect(await diff(next)).toEqual([
    expect.objectContaining({ type: 'Toy', detail: 'spec.size: 1 → 2' }),
  ]);
  await deploy(setOfObjects(where, staged([definition])));
  expect(
    await getObject(
      kube,
      { apiVersion: 'example.com/v1', kind: 'Toy', name: 'bear', namespace: where },
      signal,
    ),
  ).toBeUndefined();
  await deploy(setOfObjects(where, []));
  const live = await getObject(
    kube,
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'toys.example.com',
    },
    signal,
  );
  // It goes once its objects have gone.
  expect(live === undefined || live.metadata.deletionTimestamp !== undefined).toBe(true);
});

test('a watch tells what happens, from where a list ended', async () => {
  const where = await namespace('watched');
  const stop = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const { type, object } of watchObjects(
      kube,
      configMap(where, 'x'),
      { namespace: where },
      stop.signal,
    )) {
      if (type === 'BOOKMARK' || object.metadata.name.startsWith('kube-')) continue;
      seen.push(`${type} ${object.metadata.name}`);
      if (type === 'ADDED') {
        await mergePatch(
          kube,
          { ...configMap(where, 'x'), name: 'x', namespace: where },
          { data: { A: '1' } },
          signal,
        );
      }
      if (type === 'MODIFIED') {
        await deleteObject(
          kube,
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: where },
          { propagation: 'Background' },
          signal,
        );
      }
      if (type === 'DELETED') stop.abort(new Error('enough'));
    }
  })();
  await createObject(kube, configMap(where, 'x'), signal);
  await expect(watching).rejects.toThrow('enough');
  expect(seen).toEqual(['ADDED x', 'MODIFIED x', 'DELETED x']);
});

describe('a place', () => {
  const settings = {
    podSecurity: 'baseline',
    network: 'isolated',
    containerDefaults: { cpu: '100m', memory: '128Mi' },
  } as KubernetesSettings;
  const service = { name: 'web' } as DesiredService;
  const preview = (repository: string) =>
    ({ repository, previewId: '1d0fd508', pullRequest: 7, requested: false }) as DesiredPreview;
  const open = async (
    isAbsent: boolean,
    repository = 'acme/shop',
    changed: Partial<KubernetesSettings> = {},
  ) => {
    const place: ServedPlace = {
      mode: 'own',
      namespace: 'placed',
      suffix: '',
      carrier: { apiVersion: 'v1', kind: 'Namespace', name: 'placed' },
      services: [{ service, settings: { ...settings, ...changed } }],
    };
    const before = requests.length;
    const watch = { signal, progress: () => {} };
    const now = () => instant(Date.now());
    const opening = { kube, watch, now, pause: pauseFor, isAbsent };
    const isMade = await openPlace(place, preview(repository), opening);
    const methods = requests.slice(before).map((request) => request.split(' ')[0]);
    return { isMade, methods };
  };

  test('that was just found to be absent is made without another look', async () => {
    expect(await open(true)).toEqual({ isMade: true, methods: ['POST', 'PATCH'] });
    expect(await open(false)).toEqual({ isMade: false, methods: ['GET', 'PATCH', 'GET', 'GET'] });
  });

  test('that came meanwhile is taken as it is, where it is ours', async () => {
    expect(await open(true)).toEqual({
      isMade: false,
      methods: ['POST', 'GET', 'PATCH', 'GET', 'GET'],
    });
    const [problem] = await problemsOf(open(true, 'acme/other'));
    expect(problem?.message).toMatch(/^the namespace placed is there already/);
  });

  test('loses the guards that its configuration no longer asks for', async () => {
    const guards = async () => {
      const kinds = 'resourcequotas,limitranges,networkpolicies';
      const listed = await cluster.kubectl(['get', kinds, '-n', 'placed', '-o', 'name']);
      return listed.trim().split('\n').filter(Boolean).sort();
    };
    await open(false, 'acme/shop', { quota: { pods: '5' } });
    expect(await guards()).toEqual([
      'limitrange/understudy',
      'networkpolicy.networking.k8s.io/understudy',
      'resourcequota/understudy',
    ]);
    await open(false, 'acme/shop', { network: 'open' });
    expect(await guards()).toEqual([]);
  });
});
