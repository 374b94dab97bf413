import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import { readsOf } from '../../../../src/targets/kubernetes/review-app/copies.ts';
import { renderApp } from '../../../../src/targets/kubernetes/review-app/render-app.ts';
import { factsOf, tlsSecret } from './app-facts.ts';
import { containerOf, lastOf, names, objectsOf, podOf } from './rendered.ts';

const tls = { kind: 'copy', namespace: 'certificates', name: 'wildcard' } as const;
const ingress = { kind: 'ingress', annotations: {}, tls } as const;
const wildcard = tlsSecret(['*.preview.example.com']);

function thrown(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a copied certificate', () => {
  test('is asked for, copied with its type, and served', () => {
    const facts = factsOf({ app: { ingress }, live: { found: [wildcard] } });
    expect(readsOf(facts)).toEqual([
      expect.objectContaining({ copied: true, host: '1d0fd508.preview.example.com' }),
    ]);
    const stages = renderApp(facts);
    const copy = lastOf(stages, 'Secret');
    expect(copy).toMatchObject({
      type: 'kubernetes.io/tls',
      data: wildcard.data,
      metadata: { name: 'web-wildcard', namespace: 'shop-pr-7' },
    });
    expect(lastOf(stages, 'Ingress').spec).toMatchObject({ tls: [{ secretName: 'web-wildcard' }] });
  });

  test('follows its source: another version of that makes another copy', () => {
    const renewed = { ...wildcard, metadata: { ...wildcard.metadata, resourceVersion: '8' } };
    const copyOf = (source: KubeObject) =>
      lastOf(renderApp(factsOf({ app: { ingress }, live: { found: [source] } })), 'Secret');
    expect(copyOf(renewed).metadata.annotations).not.toEqual(copyOf(wildcard).metadata.annotations);
    expect(copyOf(wildcard).metadata.annotations).toMatchObject({
      'understudy.dev/copied-from': 'certificates/wildcard',
    });
  });

  test('that is not there is named with its namespace', () => {
    expect(thrown(() => renderApp(factsOf({ app: { ingress } }))).message).toBe(
      'Secret wildcard, which the preview is to have a copy of, is not in the namespace certificates',
    );
  });

  test('for one label is none for a host two labels deep, and the hint says how to write it', () => {
    const host = '1d0fd508.web.preview.example.com';
    const facts = factsOf({ app: { ingress }, service: { host }, live: { found: [wildcard] } });
    const [problem] = thrown(() => renderApp(facts)).problems;
    expect(problem?.message).toContain('is for *.preview.example.com, not for 1d0fd508.web');
    expect(problem?.hint).toContain('"{id}-{service}.preview.example.com"');
  });

  test('for another domain asks for one of this domain', () => {
    const found = [tlsSecret(['*.other.example.com', 'other.example.com'])];
    const [problem] = thrown(() =>
      renderApp(factsOf({ app: { ingress }, live: { found } })),
    ).problems;
    expect(problem?.message).toContain('*.other.example.com, other.example.com');
    expect(problem?.hint).toContain('*.preview.example.com');
  });

  test('that is over is not copied', () => {
    const facts = factsOf({ app: { ingress }, live: { found: [wildcard] } });
    const later = { ...facts, now: (facts.now + 20 * 365 * 86_400_000) as typeof facts.now };
    expect(thrown(() => renderApp(later)).message).toContain('was good until 20');
  });

  test.each([
    ['no certificate', {}],
    ['no key', { 'tls.crt': 'aGVsbG8=' }],
    ['something else', { 'tls.crt': 'aGVsbG8=', 'tls.key': 'aGVsbG8=' }],
  ])('with %s is said to be none', (_, data) => {
    const facts = factsOf({ app: { ingress }, live: { found: [{ ...wildcard, data }] } });
    expect(thrown(() => renderApp(facts)).message).toContain('holds no certificate and key');
  });
});

describe('Secrets and ConfigMaps with variables', () => {
  const source = (kind: string, name: string, resourceVersion: string): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'staging', uid: name, resourceVersion },
    data: { A: 'Yg==' },
  });
  const envFrom = [{ secret: 'staging/app-env' }, { configMap: 'app-config' }];

  test('of another namespace are copied, those of this one are used as they are', () => {
    const live = { found: [source('Secret', 'app-env', '1')] };
    const stages = renderApp(factsOf({ app: { envFrom }, live }));
    expect(names(stages)[0]).toBe('copy secrets and settings');
    expect(objectsOf(stages, 'copy secrets and settings')).toHaveLength(1);
    expect(containerOf(lastOf(stages, 'Deployment'))).toMatchObject({
      envFrom: [{ secretRef: { name: 'web-app-env' } }, { configMapRef: { name: 'app-config' } }],
    });
  });

  test('roll the app out anew when what they hold changes, and only then', () => {
    const templateOf = (version: string) => {
      const live = { found: [source('Secret', 'app-env', version)] };
      return podOf(lastOf(renderApp(factsOf({ app: { envFrom }, live })), 'Deployment'));
    };
    expect(templateOf('1')).toEqual(templateOf('1'));
    expect(templateOf('2')).not.toEqual(templateOf('1'));
  });

  test('all that are missing are told at once', () => {
    const missing = [{ secret: 'staging/one' }, { secret: 'staging/two' }];
    expect(thrown(() => renderApp(factsOf({ app: { envFrom: missing } }))).problems).toHaveLength(
      2,
    );
  });

  test('a token of a ServiceAccount is not handed on', () => {
    const token = {
      ...source('Secret', 'app-env', '1'),
      type: 'kubernetes.io/service-account-token',
    };
    const facts = factsOf({ app: { envFrom }, live: { found: [token] } });
    expect(thrown(() => renderApp(facts)).message).toContain('token of a ServiceAccount');
  });

  test('Secrets for pulling are copied and named by every pod', () => {
    const pull = { ...source('Secret', 'harbor', '1'), type: 'kubernetes.io/dockerconfigjson' };
    const settings = { imagePullSecrets: ['staging/harbor', 'there'] };
    const stages = renderApp(factsOf({ settings, live: { found: [pull] } }));
    expect(podOf(lastOf(stages, 'Deployment')).spec.imagePullSecrets).toEqual([
      { name: 'web-harbor' },
      { name: 'there' },
    ]);
    expect(lastOf(stages, 'Secret').type).toBe('kubernetes.io/dockerconfigjson');
  });
});
