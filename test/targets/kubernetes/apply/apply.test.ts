import { describe, expect, test } from '@jest/globals';
import { applyOrder } from '../../../../src/targets/kubernetes/apply/apply-order.ts';
import {
  autoscaledIn,
  leaveReplicas,
} from '../../../../src/targets/kubernetes/apply/autoscaled.ts';
import {
  changedFields,
  describeFields,
} from '../../../../src/targets/kubernetes/apply/changed-fields.ts';
import { explainRefusal, isImmutable } from '../../../../src/targets/kubernetes/apply/conflicts.ts';
import { upgradedFields } from '../../../../src/targets/kubernetes/apply/managed-fields.ts';
import {
  hintsFor,
  hintsIn,
  isOurTooling,
  memberKindsIn,
  parentObject,
  setId,
  widened,
} from '../../../../src/targets/kubernetes/apply/set-labels.ts';
import { KubeError } from '../../../../src/targets/kubernetes/connect/kube.ts';
import { inParallel } from '../../../../src/targets/kubernetes/in-parallel.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';

function object(
  kind: string,
  apiVersion = 'v1',
  more: object = {},
  metadata: object = {},
): KubeObject {
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop', ...metadata }, ...more };
}

describe('the ApplySet', () => {
  const parent = { apiVersion: 'v1', kind: 'ConfigMap', name: 'understudy-web', namespace: 'shop' };

  test('has the id that kubectl makes of its parent', () => {
    // printf %s understudy-web.shop.ConfigMap. | openssl dgst -sha256 -binary | basenc --base64url
    expect(setId(parent)).toBe('applyset-eh4KMbrPbWMhSCU01f9WdDPUk7-NUwbTgSpvOmGzDQk-v1');
    expect(setId({ ...parent, apiVersion: 'example.com/v1', kind: 'Set' })).not.toBe(setId(parent));
  });

  test('is told by the labels and annotations of kubectl, sorted', () => {
    const hints = hintsFor(
      [
        object('Service'),
        object('Deployment', 'apps/v1'),
        object('Deployment', 'apps/v1', {}, { namespace: 'other' }),
        object('ClusterRole', 'rbac.authorization.k8s.io/v1', {}, { namespace: undefined }),
      ],
      parent,
    );
    const { metadata } = parentObject(parent, { mine: 'yes' }, hints);
    expect(metadata.labels).toEqual({ mine: 'yes', 'applyset.kubernetes.io/id': setId(parent) });
    expect(metadata.annotations).toEqual({
      'applyset.kubernetes.io/tooling': 'understudy/v1',
      'applyset.kubernetes.io/contains-group-kinds':
        'ClusterRole.rbac.authorization.k8s.io,Deployment.apps,Service',
      'applyset.kubernetes.io/additional-namespaces': 'other',
    });
    expect(hintsIn(parentObject(parent, {}, hints))).toEqual(hints);
  });

  test('knows versions of built-in kinds, and leaves those of others to the cluster', () => {
    const groupKinds = [
      'ConfigMap',
      'HorizontalPodAutoscaler.autoscaling',
      'HTTPRoute.gateway.networking.k8s.io',
    ];
    expect(memberKindsIn(parentObject(parent, {}, { groupKinds, namespaces: [] }))).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
      { apiVersion: 'gateway.networking.k8s.io/*', kind: 'HTTPRoute' },
    ]);
    expect(memberKindsIn(object('ConfigMap'))).toEqual([]);
  });

  test('is wide enough for old and new while it changes, and of any version of ours', () => {
    const one = { groupKinds: ['Service'], namespaces: ['b'] };
    const other = { groupKinds: ['ConfigMap', 'Service'], namespaces: ['a'] };
    expect(widened(one, other)).toEqual({
      groupKinds: ['ConfigMap', 'Service'],
      namespaces: ['a', 'b'],
    });
    expect([isOurTooling('understudy/v2'), isOurTooling('kubectl/v1.34.0')]).toEqual([true, false]);
  });
});

test('what others need is applied first, in no more rounds than that takes', () => {
  const kinds = [
    'Ingress',
    'Deployment',
    'Secret',
    'Toy',
    'Namespace',
    'Service',
    'ValidatingWebhookConfiguration',
  ];
  const order = applyOrder(kinds.map((kind) => ({ object: object(kind) })));
  expect(order.map((group) => group.map((staged) => staged.object.kind))).toEqual([
    ['Namespace'],
    ['Secret', 'Service'],
    ['Ingress', 'Deployment', 'Toy'],
    ['ValidatingWebhookConfiguration'],
  ]);
});

describe('replicas', () => {
  const deployment = object('Deployment', 'apps/v1', { spec: { replicas: 3, paused: true } });
  const scaler = (scaleTargetRef: object) => ({
    object: object('ScaledObject', 'keda.sh/v1alpha1', { spec: { scaleTargetRef } }),
  });
  const managed = (manager: string, subresource?: string) =>
    object(
      'Deployment',
      'apps/v1',
      {},
      {
        managedFields: [
          {
            manager,
            operation: 'Update',
            subresource,
            fieldsV1: { 'f:spec': { 'f:replicas': {} } },
          },
        ],
      },
    );

  test.each([
    ['an autoscaler of the same set', undefined, [scaler({ name: 'web' })], true],
    ['an autoscaler of something else', undefined, [scaler({ name: 'api' })], false],
    ['one that scaled the live object', managed('kube-controller-manager', 'scale'), [], true],
    ['a person who scaled it once', managed('kubectl', 'scale'), [], false],
    ['nobody', managed('understudy'), [], false],
  ])('are the say of %s', (_, live, set, isTheirs) => {
    const { spec } = leaveReplicas(deployment, live, autoscaledIn(set));
    expect(spec).toEqual(isTheirs ? { paused: true } : { replicas: 3, paused: true });
  });
});

describe('fields that kubectl applied', () => {
  const entry = (manager: string, operation: string, fields: object) => ({
    manager,
    operation,
    fieldsV1: fields,
  });

  test('become ours, together with those that are', () => {
    const live = object(
      'ConfigMap',
      'v1',
      {},
      {
        managedFields: [
          entry('kubectl-client-side-apply', 'Update', { 'f:data': { '.': {}, 'f:A': {} } }),
          entry('understudy', 'Apply', { 'f:data': { 'f:B': {} } }),
          entry('kubectl-edit', 'Update', { 'f:data': { 'f:C': {} } }),
        ],
      },
    );
    expect(upgradedFields(live)).toEqual([
      entry('kubectl-edit', 'Update', { 'f:data': { 'f:C': {} } }),
      entry('understudy', 'Apply', { 'f:data': { '.': {}, 'f:A': {}, 'f:B': {} } }),
    ]);
  });

  test('are none where kubectl never applied', () => {
    const managedFields = [entry('understudy', 'Apply', {}), entry('kubectl-edit', 'Update', {})];
    expect(upgradedFields(object('ConfigMap', 'v1', {}, { managedFields }))).toBeUndefined();
  });
});

describe('what changes', () => {
  const pods = (...containers: object[]) =>
    object('Deployment', 'apps/v1', { spec: { containers } });
  const told = (before: KubeObject, after: KubeObject) =>
    describeFields(after.kind, changedFields(before, after));

  test('is named by what things are called, not by where they stand', () => {
    const before = pods({ name: 'app', image: 'a:1' }, { name: 'proxy', image: 'p:1' });
    const after = pods({ name: 'proxy', image: 'p:1' }, { name: 'app', image: 'a:2', tty: true });
    expect(told(before, after)).toBe(
      'spec.containers[app].image: a:1 → a:2; spec.containers[app].tty: added',
    );
  });

  test('cuts digests to what tells them apart', () => {
    const [one, two] = ['a', 'b'].map((digit) =>
      pods({ name: 'app', image: `web@sha256:${digit.repeat(64)}` }),
    );
    if (!one || !two) throw new Error('two were made');
    expect(told(one, two)).toBe(
      'spec.containers[app].image: web@sha256:aaaaaaaaaaaa… → web@sha256:bbbbbbbbbbbb…',
    );
  });

  test('leaves out what the API server counts and controllers report', () => {
    const before = object(
      'Deployment',
      'apps/v1',
      { status: { replicas: 1 } },
      { generation: 1, resourceVersion: '1', labels: { a: '1' } },
    );
    const after = object(
      'Deployment',
      'apps/v1',
      { status: { replicas: 2 } },
      { generation: 2, resourceVersion: '2', labels: { a: '2' } },
    );
    expect(told(before, after)).toBe('metadata.labels.a: 1 → 2');
  });

  test('is cut where there is much of it', () => {
    const data = (value: string) => Object.fromEntries([...'abcdefgh'].map((key) => [key, value]));
    const many = told(
      object('ConfigMap', 'v1', { data: data('1') }),
      object('ConfigMap', 'v1', { data: data('2') }),
    );
    expect(many).toMatch(/^data\.a: 1 → 2; .*; 2 more$/);
    const long = told(
      object('ConfigMap', 'v1', { data: { a: 'x'.repeat(200) } }),
      object('ConfigMap', 'v1', { data: { a: 'y' } }),
    );
    expect(long).toBe('data.a: changed');
  });

  test('shows nothing of Secrets, nor of what is named like one', () => {
    const secret = (value: string) => object('Secret', 'v1', { data: { user: value } });
    expect(told(secret('first'), secret('second'))).toBe('data.user: changed');
    const variable = (name: string, value: string) => pods({ name: 'app', env: [{ name, value }] });
    expect(told(variable('DB_PASSWORD', 'first'), variable('DB_PASSWORD', 'second'))).toBe(
      'spec.containers[app].env[DB_PASSWORD].value: changed',
    );
    const config = (value: string) => object('ConfigMap', 'v1', { data: { url: value } });
    expect(told(config('postgres://a:first@db/'), config('postgres://a:second@db/'))).toBe(
      'data.url: changed',
    );
  });
});

describe('a refusal', () => {
  const refused = (status: number, message: string, causes: KubeError['causes'] = []) =>
    new KubeError(message, { status, reason: 'Invalid', causes });
  const staged = {
    object: object('Deployment', 'apps/v1'),
    location: { file: 'web.yaml', line: 4 },
  };
  const cause = (message: string) => [{ field: 'spec', message, reason: 'FieldValueInvalid' }];

  test.each([
    'Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals' and 'template' are forbidden",
    'Invalid value: []core.IPFamily{}: may not change once set',
    'Invalid value: rbac.RoleRef{}: cannot change roleRef',
  ])('tells of what cannot be changed: %s', (message) => {
    expect(isImmutable(refused(422, 'no', cause(message)))).toBe(true);
  });

  test.each([
    [422, 'Invalid value: -1: must be greater than or equal to 0'],
    [409, 'field is immutable'],
  ])('of status %i, %s, does not', (status, message) => {
    expect(isImmutable(refused(status, 'no', cause(message)))).toBe(false);
  });

  test('stands at the line of the manifest, with no value repeated', () => {
    const message = `Invalid value: {"matchLabels":{"a":"${'b'.repeat(500)}"}}: field is immutable`;
    expect(explainRefusal(refused(422, 'no', cause(message)), staged)).toMatchObject({
      problems: [
        {
          message: 'Deployment web is not valid: spec: field is immutable',
          location: staged.location,
        },
      ],
    });
    const untyped = refused(
      400,
      'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:\n  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema',
    );
    expect(explainRefusal(untyped, staged)).toMatchObject({
      problems: [
        {
          message:
            'Deployment web is not valid: spec.a: field not declared in schema; .spec.b: field not declared in schema',
        },
      ],
    });
  });

  test('that is none of the manifest’s is left as it is', () => {
    const fault = refused(500, 'etcd is away');
    expect(explainRefusal(fault, staged)).toBe(fault);
    const race = refused(409, 'the object has been modified');
    expect(explainRefusal(race, staged)).toBe(race);
  });
});

test('no more than so many are under way at a time, and all are begun before a failure is thrown', async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const act = async (item: number) => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    if (item === 1) throw new Error('no');
    return item * 2;
  };
  await expect(inParallel([0, 1, 2, 3, 4, 5, 6], 3, act)).rejects.toThrow('no');
  expect(begun).toHaveLength(7);
  expect(most).toBe(3);
  expect(await inParallel([3, 2], 8, act)).toEqual([6, 4]);
});
