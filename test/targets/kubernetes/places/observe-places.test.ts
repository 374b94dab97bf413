import { describe, expect, test } from '@jest/globals';
import type { Kube } from '../../../../src/targets/kubernetes/connect/kube.ts';
import { previewLabels } from '../../../../src/targets/kubernetes/marks.ts';
import { carriersOf } from '../../../../src/targets/kubernetes/places/observe-places.ts';

const key = { repository: 'octo-org/shop', previewId: '1d0fd508' };
const kube = {} as Kube;

function marked(kind: string, name: string, of = key) {
  const metadata = { name, labels: previewLabels(of) };
  return { kube, object: { apiVersion: 'v1', kind, metadata } };
}

describe('what carries the marks of a preview', () => {
  test('is its namespace, and in a shared one the ConfigMap of its name, not those of its sets', () => {
    const own = marked('Namespace', 'shop-pr-7');
    const shared = marked('ConfigMap', 'understudy-1d0fd508');
    const set = marked('ConfigMap', 'understudy-web-1d0fd508');
    const other = marked('Namespace', 'shop-pr-8', { ...key, previewId: 'f4436797' });
    expect(carriersOf([own, shared, set, other], key)).toEqual([own, shared]);
  });
});
