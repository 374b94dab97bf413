import { describe, expect, test } from '@jest/globals';
import type { Place } from '../../../../src/targets/kubernetes/places/place.ts';
import {
  renderCarrier,
  renderGuards,
} from '../../../../src/targets/kubernetes/places/render-namespace.ts';
import type { KubernetesSettings } from '../../../../src/targets/kubernetes/settings.ts';

const place: Place = {
  mode: 'own',
  namespace: 'shop-pr-7',
  suffix: '',
  carrier: { apiVersion: 'v1', kind: 'Namespace', name: 'shop-pr-7' },
};
const marks = {
  repository: 'acme/shop',
  previewId: '1d0fd508',
  pullRequest: 7,
  requested: false,
  commit: '4f2c'.repeat(10),
  fingerprint: 'f',
};

function guards(settings: Partial<KubernetesSettings>) {
  const usual = {
    containerDefaults: { cpu: '100m', memory: '128Mi' },
    network: 'isolated' as const,
  };
  return renderGuards(place, marks, { ...usual, ...settings });
}

describe('what guards a namespace', () => {
  test('is a network policy alone where there is no quota, and nothing in an open network', () => {
    expect(guards({}).map(({ kind }) => kind)).toEqual(['NetworkPolicy']);
    expect(guards({ network: 'open' })).toEqual([]);
  });

  test('carries the labels of the preview and stands in its namespace', () => {
    for (const { metadata } of guards({ quota: { pods: '5' } }))
      expect(metadata).toMatchObject({
        name: 'understudy',
        namespace: 'shop-pr-7',
        labels: {
          'app.kubernetes.io/managed-by': 'understudy',
          'understudy.dev/preview': '1d0fd508',
        },
      });
  });

  test('gives containers the requests that a quota asks for, and no limit that it does not', () => {
    const limits = guards({ quota: { cpu: '2', memory: '2Gi' } }).find(
      ({ kind }) => kind === 'LimitRange',
    )?.spec;
    expect(limits).toEqual({
      limits: [{ type: 'Container', defaultRequest: { cpu: '100m', memory: '128Mi' } }],
    });
  });

  test('gives them the limit that a quota on limits asks for', () => {
    const limits = guards({ quota: { memory: '2Gi', 'limits.memory': '4Gi' } }).find(
      ({ kind }) => kind === 'LimitRange',
    )?.spec;
    expect(limits).toMatchObject({ limits: [{ default: { memory: '128Mi' } }] });
    expect(JSON.stringify(limits)).not.toContain('"default":{"cpu"');
  });
});

test('the namespace enforces its level of Pod Security, and a shared one is left as it is', () => {
  const own = renderCarrier(place, marks, { podSecurity: 'restricted' });
  expect(own.metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  const carrier = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'understudy-1d0fd508',
    namespace: 'previews',
  };
  const shared: Place = { ...place, mode: 'shared', namespace: 'previews', carrier };
  const { metadata } = renderCarrier(shared, marks, { podSecurity: 'restricted' });
  expect(metadata.name).toBe('understudy-1d0fd508');
  expect(JSON.stringify(metadata.labels)).not.toContain('pod-security');
});
