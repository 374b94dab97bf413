import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { parseConfiguration } from '../../src/config/parse.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);
const schema = JSON.parse(readFileSync(at('schema/understudy.schema.json'), 'utf8'));
const validate = new Ajv({ strict: true, strictTypes: false }).compile(schema);

function sections(
  node: Record<string, unknown>,
  path: string,
): [string, Record<string, unknown>][] {
  const properties = (node.properties ?? {}) as Record<string, Record<string, unknown>>;
  const forms = [node.items, node.additionalProperties, ...((node.anyOf ?? []) as unknown[])];
  const below = forms.filter((form) => typeof form === 'object') as Record<string, unknown>[];
  return [
    ...Object.entries(properties).flatMap(([key, child]) => [
      [`${path}${key}`, child] as [string, Record<string, unknown>],
      ...sections(child, `${path}${key}.`),
    ]),
    ...below.flatMap((form) => sections(form, path)),
  ];
}

describe('the published schema', () => {
  test.each([
    ['{}'],
    ['preview: {}'],
    ['preview: { eligible: { base: main, paths: [a, b] }, expire-after: never }'],
    ['preview: { services: { web: { probe: { within: 1h30m } } }, local: { env: { A: b } } }'],
    ['preview: { target: { app: local } }'],
    [
      'preview: { cloudformation: { template: a.yaml, capabilities: CAPABILITY_IAM, parameters: { A: 1, B: [x, 2], C: { d: [1] }, D: true, E: { file: x } } } }',
    ],
    [
      'preview: { cloudformation: { mode: expand, expand: { stack: t, resources: A, domain: "{id}.x.org", priorities: 1-9, containers: [a], root: { folder: a, template: b } } } }',
    ],
    [
      'preview: { kubernetes: { manifests: [a, b], images: { web: "{image}" }, quota: { cpu: 2, memory: 2Gi, pods: 10 }, cluster-kinds: PersistentVolume } }',
    ],
    [
      'preview: { host: "{id}.x.org", kubernetes: { app: { image: "web:{sha}", args: [a, 1], env-from: [{ secret: a }], ingress: { tls: { copy-from: a/b } }, database: { postgres: { version: 15 } } } } }',
    ],
    [
      'pipelines: { app: { versions: { branch: main }, stages: [{ name: a, via: { dispatch: a.yml } }, { name: b, after: a, need: all, observe: { http: { url: "https://x.org", version: v } } }] } }',
    ],
    [
      'pipelines: { app: { versions: { tags: "v*", checks: build }, order: queue, stages: [{ name: a, gates: { windows: { allow: Sat, deny: [{ rrule: FREQ=DAILY, start: 2026-11-02, length: 1h }] }, verification: { runs: [{ name: b, command: [a, 1] }] } }, via: { pull-request: { edits: [{ file: a.yaml, path: b, value: "{version}", where: { a: 1 } }], auto-merge: squash } } }] } }',
    ],
  ])('accepts what the parser accepts: %s', (text) => {
    expect(parseConfiguration(text, 'x')).toBeDefined();
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
  });

  test.each([
    ['previw: {}'],
    ['preview: { id: uuid }'],
    ['preview: { eligible: { drafts: "yes" } }'],
    ['preview: { eligible: { max: 0 } }'],
    ['preview: { expire-after: 7 }'],
    ['preview: { expire-after: 7 days }'],
    ['preview: { probe: { path: up } }'],
    ['preview: { services: { web: { max: 1 } } }'],
    ['preview: { local: { env: { A: 1 } } }'],
    ['preview: { target: cloud }'],
    ['preview: { target: { app: cloud } }'],
    ['preview: { cloudformation: { template: [a.yaml] } }'],
    ['preview: { cloudformation: { template: a.yaml, stackname: x } }'],
    ['preview: { cloudformation: { template: a.yaml, parameters: [A] } }'],
    ['preview: { cloudformation: { template: a.yaml, parameters: { A: ~ } } }'],
    ['preview: { cloudformation: { template: a.yaml, parameters: { A: [[x]] } } }'],
    ['preview: { cloudformation: { template: a.yaml, capabilities: [IAM] } }'],
    ['preview: { cloudformation: { template: a.yaml, empty-buckets: "yes" } }'],
    ['preview: { cloudformation: { mode: expand, expand: { attempts: 0 } } }'],
    ['preview: { kubernetes: { manifests: { a: b } } }'],
    ['preview: { kubernetes: { app: { image: "web:{sha}", command: npm start } } }'],
    ['preview: { kubernetes: { app: { image: "web:{sha}", env-from: [{ secrets: a }] } } }'],
    ['preview: { kubernetes: { manifests: a, pod-security: none } }'],
    ['pipelines: { app: { stages: [a] } }'],
    ['pipelines: { app: { versions: { branch: main }, stages: { a: {} } } }'],
    ['pipelines: { app: { versions: { branch: main }, stages: [{ name: a, fleet: {} }] } }'],
    ['pipelines: { app: { versions: { branch: main }, stages: [{ name: a, via: output }] } }'],
    ['pipelines: { app: { versions: { branch: main }, stages: [{ name: a, observe: fleet }] } }'],
    ['pipelines: { app: { versions: { branch: main }, stages: [{ name: a, via: { pr: {} } }] } }'],
    ['pipelines: { app: { versions: { releases: all }, stages: [{ name: a }] } }'],
    ['pipelines: { app: { versions: { branch: main }, stages: [{ name: a, timeout: 5 }] } }'],
    [
      'pipelines: { app: { versions: { branch: main }, stages: [{ name: a, retry: { attempts: 0 } }] } }',
    ],
  ])('refuses what the parser refuses: %s', (text) => {
    expect(() => parseConfiguration(text, 'x')).toThrow();
    expect(validate(parse(text))).toBe(false);
  });

  test('describes every key, for editors', () => {
    const bare = sections(schema, '').filter(([, { description }]) => !description);
    expect(bare.map(([key]) => key)).toEqual([]);
  });

  test('the example of the reference page is a good file', () => {
    const [, example = ''] =
      /```yaml\n(.*?)```/s.exec(readFileSync(at('docs/configuration.md'), 'utf8')) ?? [];
    const { services } = parseConfiguration(example, 'x').preview;
    expect(services.map(({ name }) => name)).toEqual(['web', 'api']);
  });
});
