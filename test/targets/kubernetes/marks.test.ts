import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instant } from '../../../src/core/time.ts';
import type { KubeObject } from '../../../src/targets/kubernetes/kube-object.ts';
import {
  carrierAnnotations,
  carrierLabels,
  isMarkedAs,
  previewIn,
  previewLabels,
  previewsIn,
  serviceAnnotation,
} from '../../../src/targets/kubernetes/marks.ts';
import type { PreviewMarks } from '../../../src/targets/target.ts';

const marks: PreviewMarks = {
  repository: 'octo-org/Shop',
  previewId: '1d0fd508',
  pullRequest: 7,
  commit: 'a'.repeat(40),
  expiresAt: instant(Date.parse('2026-12-01T00:00:00Z')),
  requested: false,
};
const web = {
  commit: marks.commit,
  fingerprint: 'f1',
  url: 'https://1d0fd508.example.com',
};

function carrier(
  own: Partial<KubeObject['metadata']> = {},
  services: Record<string, typeof web> = { web },
): KubeObject {
  const annotations = Object.assign(
    {},
    carrierAnnotations(marks),
    ...Object.entries(services).map(([name, mark]) => serviceAnnotation(name, mark)),
  );
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'shop-pr-7',
      labels: carrierLabels(marks),
      annotations,
      creationTimestamp: '2026-11-21T10:00:00Z',
      ...own,
    },
  };
}

describe('marks of a preview', () => {
  test('are read back as they were written', () => {
    expect(previewIn(carrier())).toEqual({
      ...marks,
      fingerprint: 'f1',
      createdAt: Date.parse('2026-11-21T10:00:00Z'),
      services: [{ name: 'web', state: 'ready', url: web.url }],
    });
  });

  test('say of no commit while a deploy is under way, so that a run that was cut off is never taken for one that ended', () => {
    expect(previewIn(carrier({}, {}))).toMatchObject({ commit: '', fingerprint: '', services: [] });
  });

  test('of services at different commits are nowhere as they should be', () => {
    const api = { ...web, commit: 'b'.repeat(40) };
    expect(previewIn(carrier({}, { web, api }))).toMatchObject({ commit: '', fingerprint: 'f1' });
  });

  test('of a namespace that is going say of nothing that is ready', () => {
    const going = previewIn(carrier({ deletionTimestamp: '2026-11-21T11:00:00Z' }));
    expect(going).toMatchObject({ fingerprint: '', services: [{ state: 'unknown' }] });
  });

  test.each([
    ['no labels', { labels: {} }],
    ['no annotations', { annotations: {} }],
    [
      'the label of another repository',
      { labels: { ...carrierLabels(marks), 'understudy.dev/repository': 'x' } },
    ],
    [
      'a number that is none',
      { labels: { ...carrierLabels(marks), 'understudy.dev/pull-request': '-1' } },
    ],
    [
      'another manager',
      { labels: { ...carrierLabels(marks), 'app.kubernetes.io/managed-by': 'Helm' } },
    ],
  ])('are not ours with %s', (_, own) => {
    expect(previewIn(carrier(own))).toBeUndefined();
  });

  test('with a garbled expiry or service are read as far as they go, or not at all', () => {
    const { annotations = {} } = carrier().metadata;
    const never = { ...annotations, 'understudy.dev/expires-at': 'soon' };
    expect(previewIn(carrier({ annotations: never }))).toBeUndefined();
    const garbled = { ...annotations, 'service.understudy.dev/web': '{"commit":1}' };
    expect(previewIn(carrier({ annotations: garbled }))).toMatchObject({ services: [] });
  });

  test('of one preview in two namespaces are one preview', () => {
    const other = carrier({ name: 'shop-api-pr-7' }, { api: { ...web, url: 'https://api' } });
    expect(previewsIn([carrier(), other])).toMatchObject([
      { previewId: '1d0fd508', services: [{ name: 'web' }, { name: 'api' }] },
    ]);
  });

  test('find their preview whatever case the repository is written in', () => {
    expect(isMarkedAs(carrier(), { repository: 'OCTO-org/shop', previewId: '1d0fd508' })).toBe(
      true,
    );
    expect(isMarkedAs(carrier(), { repository: 'octo-org/shop', previewId: '1d0fd509' })).toBe(
      false,
    );
  });

  test('are labels that Kubernetes takes, different for different repositories', () => {
    const owner = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/);
    const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/);
    const repository = fc.tuple(owner, name).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(repository, repository, (one, other) => {
        const [first, second] = [one, other].map(
          (text) =>
            previewLabels({ repository: text, previewId: 'x' })['understudy.dev/repository'],
        );
        expect(first).toMatch(/^(?=.{1,63}$)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/);
        expect(first === second).toBe(one.toLowerCase() === other.toLowerCase());
      }),
    );
  });
});
