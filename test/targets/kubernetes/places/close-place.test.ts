import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import { holding } from '../../../../src/targets/kubernetes/places/close-place.ts';

function going(more: { finalizers?: string[]; conditions?: object[] }): KubeObject {
  const { finalizers = [], conditions = [] } = more;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop-pr-7', finalizers },
    status: { phase: 'Terminating', conditions },
  };
}

describe('what holds an object that is being deleted', () => {
  test('is what the API server tells of it', () => {
    const message =
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances';
    const conditions = [
      { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'all is well' },
      { type: 'NamespaceFinalizersRemaining', status: 'True', message },
    ];
    expect(holding(going({ conditions }))).toBe(message);
  });

  test('is its finalizer, where nothing more is told', () => {
    expect(holding(going({ finalizers: ['example.com/hold'] }))).toBe(
      'it is held by the finalizer example.com/hold',
    );
  });

  test('is nothing but time, else', () => {
    expect(holding(going({}))).toBe('it is being deleted');
  });
});
