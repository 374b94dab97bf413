import { describe, expect, test } from '@jest/globals';
import {
  appliedKey,
  isAsApplied,
  noted,
} from '../../../../src/targets/kubernetes/apply/as-applied.ts';
import { changedFields } from '../../../../src/targets/kubernetes/apply/changed-fields.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';

const containers = [{ name: 'app', image: 'web:1', env: [{ name: 'COLOUR', value: 'red' }] }];
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', annotations: { mine: 'yes' } },
  spec: { replicas: 2, template: { spec: { containers } } },
};

/** As the API server has it: with defaults, a status, and what it counts. */
function live(object: KubeObject, more: object = {}): KubeObject {
  const { metadata, ...rest } = structuredClone(noted(object));
  return {
    ...rest,
    metadata: { ...metadata, uid: 'u', resourceVersion: '7', generation: 1, ...more },
    status: { replicas: 2 },
  };
}

const withSpec = (spec: object): KubeObject => ({ ...deployment, spec });
const secret = (more: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'env' },
  ...more,
});
const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('what was applied is as it is to be', () => {
  const there = live(deployment);

  test('whatever the API server added, and in whatever order it is written', () => {
    const spec = structuredClone(there.spec) as { template: { spec: { dnsPolicy?: string } } };
    spec.template.spec.dnsPolicy = 'ClusterFirst';
    expect(isAsApplied({ ...there, spec }, noted(deployment))).toBe(true);
    const { metadata, kind, apiVersion } = deployment;
    const turned = { metadata, spec: deployment.spec, kind, apiVersion };
    expect(isAsApplied(there, noted(turned))).toBe(true);
  });

  test('but not once a value changed, here or there', () => {
    expect(isAsApplied(there, noted(withSpec({ replicas: 3 })))).toBe(false);
    const scaled = { ...there, spec: { ...(there.spec as object), replicas: 5 } };
    expect(isAsApplied(scaled, noted(deployment))).toBe(false);
  });

  test('but not where something is to be taken away, which the live object does not tell', () => {
    expect(isAsApplied(there, noted(withSpec({ replicas: 2 })))).toBe(false);
    const list = [{ name: 'app', image: 'web:1', env: [] }];
    const fewer = withSpec({ replicas: 2, template: { spec: { containers: list } } });
    expect(isAsApplied(there, noted(fewer))).toBe(false);
  });

  test('but not where someone else took something away, or put something into a list', () => {
    expect(isAsApplied({ ...there, spec: { replicas: 2 } }, noted(deployment))).toBe(false);
    const spec = structuredClone(deployment.spec) as {
      template: { spec: { containers: object[] } };
    };
    spec.template.spec.containers.push({ name: 'sidecar' });
    expect(isAsApplied({ ...there, spec }, noted(deployment))).toBe(false);
    const { annotations } = there.metadata;
    const { mine: _, ...others } = annotations ?? {};
    const unmarked = { ...there, metadata: { ...there.metadata, annotations: others } };
    expect(isAsApplied(unmarked, noted(deployment))).toBe(false);
  });

  test('but not on its way out, nor where kubectl applied it', () => {
    const leaving = live(deployment, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(isAsApplied(leaving, noted(deployment))).toBe(false);
    const managedFields = [{ manager: 'kubectl-client-side-apply', operation: 'Update' }];
    expect(isAsApplied(live(deployment, { managedFields }), noted(deployment))).toBe(false);
  });

  test('but not without the note of what was applied last', () => {
    const { metadata, ...rest } = deployment;
    expect(isAsApplied({ ...rest, metadata }, noted(deployment))).toBe(false);
  });
});

describe('of a Secret', () => {
  test('the values are no part of the note, and are compared all the same', () => {
    const one = noted(secret({ data: { KEY: encoded('one') } }));
    const two = noted(secret({ data: { KEY: encoded('two') } }));
    expect(one.metadata.annotations?.[appliedKey]).toBe(two.metadata.annotations?.[appliedKey]);
    expect(isAsApplied(one, one)).toBe(true);
    expect(isAsApplied(one, two)).toBe(false);
  });

  test('a key that goes is seen, and so is text that is not yet encoded', () => {
    const both = secret({ data: { A: encoded('a'), B: encoded('b') } });
    expect(isAsApplied(live(both), noted(secret({ data: { A: encoded('a') } })))).toBe(false);
    const plain = noted(secret({ stringData: { A: 'a' } }));
    const kept = { ...plain, stringData: undefined, data: { A: encoded('a') } };
    expect(isAsApplied(kept, plain)).toBe(true);
    expect(isAsApplied({ ...kept, data: { A: encoded('b') } }, plain)).toBe(false);
  });
});

test('the note is shown to nobody as a change', () => {
  const bare = { ...deployment, metadata: { name: 'web' } };
  expect(changedFields(bare, noted(bare))).toEqual([]);
  expect(changedFields(deployment, noted(withSpec({ replicas: 1 })))).not.toContainEqual(
    expect.objectContaining({ path: expect.stringContaining(appliedKey) }),
  );
});
