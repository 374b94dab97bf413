import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import {
  gatherManifests,
  type ManifestSource,
} from '../../../../src/targets/kubernetes/manifests/gather-manifests.ts';
import { readManifests } from '../../../../src/targets/kubernetes/manifests/read-manifests.ts';
import { temporaryManifests } from '../../../../src/targets/kubernetes/manifests/temporary-manifests.ts';

/** A repository with these files. */
function repository(files: Readonly<Record<string, string>>): ManifestSource {
  return {
    at: async (path) => files[path],
    folder: async (folder, wanted) => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = Object.entries(files)
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, text]): [string, string] => [path.slice(prefix.length), text]);
      return new Map(inside.filter(([path]) => wanted(path)));
    },
    outside: async (path) => [{ file: path, text: 'outside' }],
  };
}

async function gathered(paths: readonly string[], files: Readonly<Record<string, string>>) {
  return (await gatherManifests(paths, repository(files))).map(({ file }) => file);
}

async function problemsOf(run: Promise<unknown>): Promise<string[]> {
  const error: unknown = await run.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof UserError)) throw error;
  return error.problems.map(({ location, message, hint }) =>
    [location && `${location.file}:${location.line}`, message, hint].filter(Boolean).join(' | '),
  );
}

const app = {
  'deploy/web.yaml': 'a',
  'deploy/api.yml': 'b',
  'deploy/data.json': 'c',
  'deploy/README.md': 'd',
  'deploy/jobs/migrate.yaml': 'e',
};

describe('manifests are found', () => {
  test.each([
    [['deploy/web.yaml'], ['deploy/web.yaml']],
    [['./deploy/'], ['deploy/api.yml', 'deploy/data.json', 'deploy/web.yaml']],
    [['deploy/*.yaml'], ['deploy/web.yaml']],
    [['deploy/**/*.yaml'], ['deploy/jobs/migrate.yaml', 'deploy/web.yaml']],
    [['**/migrate.yaml'], ['deploy/jobs/migrate.yaml']],
    [
      ['deploy/jobs', 'deploy/{web,api}.*'],
      ['deploy/jobs/migrate.yaml', 'deploy/api.yml', 'deploy/web.yaml'],
    ],
    [['deploy/web.yaml', 'deploy/*.yaml'], ['deploy/web.yaml']],
    [['/tmp/x.yaml'], ['/tmp/x.yaml']],
  ])('by %j', async (paths, files) => {
    expect(await gathered(paths, app)).toEqual(files);
  });

  test('or each path that leads nowhere is told, with where they might be', async () => {
    const files = { 'deploy/base/web.yaml': 'a' };
    expect(await problemsOf(gathered(['deploy', 'none', 'x/*.yaml'], files))).toEqual([
      'preview.kubernetes.manifests: deploy leads to no file | Its folders hold manifests: write deploy/**/*.yaml.',
      'preview.kubernetes.manifests: none leads to no file | Write the path from the root of the repository, of a file that the commit has.',
      'preview.kubernetes.manifests: x/*.yaml leads to no file | Write the path from the root of the repository, of a file that the commit has.',
    ]);
  });
});

describe('a kustomization', () => {
  const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: other }
spec:
  replicas: 5
  template: { spec: { containers: [{ name: web, image: "web:1" }, { name: side, image: "registry:5000/side:1" }] } }
`;
  const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }\n';

  async function read(files: Readonly<Record<string, string>>, folder = 'overlays/preview') {
    return readManifests(await gatherManifests([folder], repository(files)));
  }

  test('is its resources and those of the bases that it names, with their places', async () => {
    const files = {
      'overlays/preview/kustomization.yaml': 'resources: [../../base, config.yaml]\n',
      'overlays/preview/config.yaml': config,
      'base/kustomization.yml': 'kind: Kustomization\nresources:\n  - ./web.yaml\n',
      'base/web.yaml': web,
      'base/unused.yaml': 'not: read',
    };
    const objects = await read(files);
    expect(objects.map(({ object, location }) => [object.kind, location?.file])).toEqual([
      ['Deployment', 'base/web.yaml'],
      ['ConfigMap', 'overlays/preview/config.yaml'],
    ]);
  });

  test('changes images and replicas as kustomize does, inner ones first, and leaves the namespace to the preview', async () => {
    const files = {
      'overlays/preview/kustomization.yaml': `resources: [../../base]
namespace: preview
images: [{ name: mirror/web, newTag: "3" }]
replicas: [{ name: web, count: 2 }]
`,
      'base/kustomization.yaml': `resources: [web.yaml]
images: [{ name: web, newName: mirror/web }, { name: registry:5000/side, digest: "sha256:ab" }]
`,
      'base/web.yaml': web,
    };
    const [{ object } = { object: undefined }] = await read(files);
    expect(object?.metadata).toEqual({ name: 'web' });
    expect(object?.spec).toMatchObject({
      replicas: 2,
      template: {
        spec: {
          containers: [{ image: 'mirror/web:3' }, { image: 'registry:5000/side@sha256:ab' }],
        },
      },
    });
  });

  test('with fields that kustomize alone can carry out says how to get there', async () => {
    const text =
      'resources: [web.yaml, github.com/acme/base?ref=v1, ../../../x]\npatches:\n  - path: p.yaml\n';
    const problems = await problemsOf(read({ 'overlays/preview/kustomization.yaml': text }));
    const place = 'overlays/preview/kustomization.yaml';
    expect(problems.map((one) => one.split(' | ').slice(0, 2))).toEqual([
      [`${place}:2`, 'patches of a kustomization can be carried out by kustomize only'],
      [`${place}:1`, 'github.com/acme/base?ref=v1 is no file or folder of this repository'],
      [`${place}:1`, '../../../x is no file or folder of this repository'],
    ]);
    expect(problems[0]).toContain(
      'kustomize build overlays/preview > "$RUNNER_TEMP/manifests.yaml"',
    );
  });

  test('that leads back to itself, or to nothing, is an error', async () => {
    const circle = {
      'a/kustomization.yaml': 'resources: [../b]',
      'b/kustomization.yaml': 'resources: [../a]',
    };
    expect(await problemsOf(read(circle, 'a'))).toEqual([
      'a/kustomization.yaml:1 | the kustomization a leads back to itself | Remove the circle of resources.',
    ]);
    expect(
      await problemsOf(read({ 'a/kustomization.yaml': 'resources:\n  - x.yaml' }, 'a')),
    ).toEqual([
      'a/kustomization.yaml:2 | x.yaml leads to no file | Correct it in a/kustomization.yaml.',
    ]);
  });
});

describe('what steps before have written', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'manifests-'));
    mkdirSync(join(folder, 'temp/rendered'), { recursive: true });
    writeFileSync(join(folder, 'secret.yaml'), 'secret');
    writeFileSync(join(folder, 'temp/all.yaml'), 'all');
    writeFileSync(join(folder, 'temp/rendered/b.yaml'), 'b');
    writeFileSync(join(folder, 'temp/rendered/a.yml'), 'a');
    writeFileSync(join(folder, 'temp/rendered/notes.txt'), 'notes');
    symlinkSync(join(folder, 'secret.yaml'), join(folder, 'temp/link.yaml'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is read below RUNNER_TEMP, a file or a folder', () => {
    const temp = join(folder, 'temp');
    const file = join(temp, 'all.yaml');
    expect(temporaryManifests(file, temp)).toEqual([{ file, text: 'all' }]);
    const texts = temporaryManifests(join(temp, 'rendered'), temp).map(({ text }) => text);
    expect(texts).toEqual(['a', 'b']);
  });

  test.each([
    ['outside', 'secret.yaml', /is outside of the repository and of RUNNER_TEMP/],
    ['by a way back', 'temp/../secret.yaml', /is outside/],
    ['by a link', 'temp/link.yaml', /is outside/],
    ['nowhere', 'temp/none.yaml', /there is no file/],
  ])('is refused %s', (_, path, message) => {
    expect(() => temporaryManifests(`${folder}/${path}`, join(folder, 'temp'))).toThrow(message);
  });

  test('is nowhere without RUNNER_TEMP', () => {
    expect(() => temporaryManifests(join(folder, 'secret.yaml'), undefined)).toThrow(UserError);
  });
});
