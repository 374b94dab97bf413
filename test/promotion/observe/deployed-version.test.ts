import { describe, expect, test } from '@jest/globals';
import type { Edit } from '../../../src/promotion/edits/edit.ts';
import {
  isOfVersion,
  namingEdit,
  versionsMadeInto,
} from '../../../src/promotion/observe/deployed-version.ts';
import { valuesAt } from '../../../src/promotion/observe/file-values.ts';
import { observeStage } from '../../../src/promotion/observe/observe-stage.ts';
import type { Effect, Promotion } from '../../../src/promotion/records/record.ts';
import { at } from '../../builders/promotion.ts';
import { deployed, looking, sha, states, view, world } from './fake-repository.ts';

const commit = sha('version');

describe('a text that a template was made into', () => {
  test.each([
    ['{version}', 'v1.2', ['v1.2']],
    ['registry:5000/app:{version}', 'registry:5000/app:v1.2', ['v1.2']],
    ['ghcr.io/{repository}:{version}', 'ghcr.io/acme/shop:v1', ['v1']],
    ['{commit}', commit, [commit]],
    ['app-{short-version}', 'app-1234567', ['1234567']],
    ['{version}@{commit}', `v1@${commit}`, ['v1']],
    ['{version} {version}', 'v1 v1', ['v1']],
    ['{version}-{attempt}', 'v1-rc.1-2', ['v1-rc.1']],
    ['{tag}:{version}', '{tag}:v1', ['v1']],
    ['{version}+(a|b)', 'v1+(a|b)', ['v1']],
  ])('%s, %s', (template, text, versions) => {
    expect(versionsMadeInto(template, text)).toEqual(versions);
  });

  test.each([
    ['registry/app:{version}', 'registry/other:v1'],
    ['registry.io/app:{version}', 'registry-io/app:v1'],
    ['{version}', 'v1 v2'],
    ['{version} {version}', 'v1 v2'],
    ['{commit}', 'v1'],
    ['{previous}', 'v1'],
  ])('is of no version where %s cannot be %s', (template, text) => {
    expect(versionsMadeInto(template, text)).toEqual([]);
  });

  test('is of several where nothing says which', () => {
    expect(versionsMadeInto('{name}-{version}', 'a-b-v1')).toHaveLength(2);
  });
});

test('the edit that names a version is the first that does', () => {
  const edits = ['{previous}', '{stage}-{commit}', '{version}'].map((value) => ({
    file: `${value}.yaml`,
    edit: { kind: 'path', path: 'tag', value } as const,
  }));
  expect(namingEdit(edits)).toBe(edits[1]);
  expect(namingEdit(edits.slice(0, 1))).toBeUndefined();
});

function promoted(version: string, effect: Partial<Effect>): Promotion {
  const made = { kind: 'pull-request', reference: '1', at: at('09:00'), ...effect };
  const lease = { effect: 'key', holder: 'one', until: '2026-11-24T09:00:00Z' };
  return {
    id: `app.web.${version}`,
    version,
    generation: 0,
    kind: 'forward',
    phase: 'running',
    createdAt: at('09:00'),
    reason: 'running',
    attempts: [{ number: 1, lease: { ...lease } as never, effect: made }],
  };
}

describe('a deployment of the version itself', () => {
  const { id: _, task: __, ...deployment } = { ...deployed(1, 'version', '10:00'), ref: commit };
  const merged = [promoted(commit, { doneAt: at('09:30') })];
  const none = new Map<string, string>();

  test('is one of its commit or tag, made once its pull request was merged', () => {
    expect(isOfVersion(deployment, 'main', merged, none)).toBe(true);
    const tagged = [promoted('v1', { doneAt: at('09:30') })];
    expect(isOfVersion(deployment, 'main', tagged, new Map([['v1', commit]]))).toBe(true);
    expect(isOfVersion({ ...deployment, ref: 'v1' }, 'main', tagged, none)).toBe(true);
  });

  test('is none of a branch, of another commit, or before the merge', () => {
    expect(isOfVersion({ ...deployment, ref: 'main' }, 'main', merged, none)).toBe(false);
    expect(isOfVersion({ ...deployment, sha: sha('m') }, 'main', [], none)).toBe(false);
    expect(isOfVersion({ ...deployment, createdAt: at('09:10') }, 'main', merged, none)).toBe(
      false,
    );
    expect(isOfVersion(deployment, 'main', [promoted(commit, {})], none)).toBe(false);
  });
});

describe('a stage that goes by pull request, by its deployments', () => {
  const path: Edit = { kind: 'path', path: 'image.tag', value: '{version}' };
  interface Given {
    readonly text?: string;
    readonly edit?: Edit;
    readonly promotions?: readonly Promotion[];
    readonly ref?: string;
    readonly state?: string;
  }

  async function observe({ text, edit = path, promotions = [], ref = 'main', state }: Given) {
    const { looking: given, ...rest } = looking(
      world({
        deployments: { web: [{ ...deployed(1, 'merge', '10:00'), ref }] },
        statuses: { 1: states([state ?? 'success', '10:10']) },
        ...(text !== undefined && { files: { 'web.yaml': text } }),
      }),
      { readValues: async (...each) => valuesAt(...each) },
    );
    const seen = view({ from: 'deployments' }, { via: 'pull-request' }, { promotions });
    const way = {
      via: 'pull-request',
      edits: [{ file: 'web.yaml', edit }],
      base: 'main',
      labels: [],
      reviewers: [],
      draft: false,
    } as const;
    const settings = { ...seen.settings, way };
    return { observation: await observeStage({ ...seen, settings }, given), ...rest };
  }

  test('runs what the file says at the deployed commit, by one request more', async () => {
    const { observation, asked } = await observe({ text: 'image: { tag: v2 }\n' });
    expect(observation).toMatchObject({ health: 'healthy', version: 'v2', since: at('10:10') });
    expect(observation).not.toHaveProperty('ref');
    expect(asked).toEqual(['deployments web', 'statuses of 1', `web.yaml on ${sha('merge')}`]);
    const failed = await observe({ text: 'image: { tag: v2 }\n', state: 'failure' });
    expect(failed.observation).toMatchObject({ health: 'unhealthy', version: 'v2' });
  });

  test.each<[string, Edit, string]>([
    ['a whole reference', { ...path, value: 'r/app:{version}' }, 'image: { tag: "r/app:v2" }'],
    ['the tag of a reference', { ...path, part: 'tag' }, 'image: { tag: "r:5000/app:v2" }'],
    ['a marker', { kind: 'marker', marker: 'ours', value: '{version}' }, 'a: v1\nb: v2 # ours'],
    [
      'an image of a kustomization',
      { kind: 'kustomize', image: 'r/app', set: 'newTag', value: '{version}' },
      'images:\n  - name: r/other\n    newTag: v1\n  - name: r/app\n    newTag: v2\n',
    ],
    [
      'one of several documents',
      { ...path, where: { kind: 'B' } },
      'kind: A\nimage: { tag: v1 }\n---\nkind: B\nimage: { tag: v2 }\n',
    ],
  ])('runs what %s says', async (_, edit, text) => {
    expect((await observe({ edit, text })).observation).toMatchObject({ version: 'v2' });
  });

  test('runs what is no version of ours where the file says so', async () => {
    const edit = { ...path, value: 'r/app:{version}' };
    const { observation } = await observe({ edit, text: 'image: { tag: "r/old:v2" }' });
    expect(observation).toMatchObject({ health: 'healthy', version: 'r/old:v2' });
  });

  test.each<[string, string, Edit]>([
    ['no value', 'image: {}\n', path],
    ['two values', 'image: { tag: v1 }\n---\nimage: { tag: v2 }\n', path],
    ['a text that is no YAML', 'a: [\n', path],
    ['a tag beside a digest', 'image: { tag: "r/app:v1@sha256:abc" }', { ...path, part: 'tag' }],
    ['several versions', 'image: { tag: a-b-v1 }', { ...path, value: '{name}-{version}' }],
  ])('is unknown where the file has %s', async (_, text, edit) => {
    expect((await observe({ text, edit })).observation).toMatchObject({ health: 'unknown' });
  });

  test('runs the commit where it has no such file, or no edit names a version', async () => {
    const { observation } = await observe({});
    expect(observation).toMatchObject({ health: 'healthy', version: sha('merge'), ref: 'main' });
    const unnamed = await observe({ edit: { ...path, value: 'x' }, text: 'image: { tag: v1 }' });
    expect(unnamed.observation).toMatchObject({ version: sha('merge') });
  });

  test('runs the version that was deployed by itself once it was merged', async () => {
    const version = sha('merge');
    const promotions = [promoted(version, { doneAt: at('09:30') })];
    const text = 'image: { tag: v1 }';
    const itself = await observe({ text, promotions, ref: version });
    expect(itself.observation).toMatchObject({ version });
    const pushed = await observe({ text, promotions });
    expect(pushed.observation).toMatchObject({ version: 'v1' });
  });
});
