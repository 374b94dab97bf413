import { type Problem, UserError } from '../../../core/user-error.ts';
import { type Fields, fieldsOf, listOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import type { ManifestSource } from './gather-manifests.ts';
import { withImages } from './image-names.ts';
import { type ManifestDocument, parseManifestFile } from './manifest-document.ts';
import type { ManifestText, ObjectChange } from './read-manifests.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Whether a file is what makes its folder a kustomization. */
export function isKustomization(name: string): boolean {
  return fileNames.includes(name);
}

/** Fields that are carried out here exactly as kustomize does. */
const known = [
  'apiVersion',
  'kind',
  'metadata',
  'resources',
  'bases',
  'namespace',
  'images',
  'replicas',
];

/**
 * The files of a kustomization and of those that it names, with what it changes in them. Throws a `UserError` for
 * every field that only kustomize itself can carry out.
 */
export async function readKustomization(
  folder: string,
  source: ManifestSource,
  trail: readonly string[] = [],
): Promise<ManifestText[]> {
  const { document, file } = await open(folder, source);
  const fields = fieldsOf(document.value);
  const problems = problemsOf(fields, document, folder, trail);
  if (problems.length > 0) throw UserError.all(problems);
  const texts: ManifestText[] = [];
  const entries = ['resources', 'bases'].flatMap((key) => entriesOf(fields, key));
  for (const { key, index, path } of entries) {
    const place = joined(folder, path) ?? '';
    const found = await readResource(place, source, [...trail, folder]);
    if (!found) {
      const location = document.at([key, index]);
      throw new UserError(`${path} leads to no file`, `Correct it in ${file}.`, { location });
    }
    texts.push(...found);
  }
  const change = changeOf(fields);
  return texts.map((text) => ({ ...text, changes: [...(text.changes ?? []), change] }));
}

async function open(folder: string, source: ManifestSource) {
  const files = await source.folder(folder, isKustomization);
  const [name = ''] = [...files.keys()];
  const file = folder === '' ? name : `${folder}/${name}`;
  const { documents, problems } = parseManifestFile(files.get(name) ?? '', file);
  if (problems.length > 0) throw UserError.all(problems);
  const [document = emptyDocument(file)] = documents;
  return { document, file };
}

function emptyDocument(file: string): ManifestDocument {
  return { value: {}, at: () => ({ file, line: 1 }) };
}

/** `undefined` = there is nothing. */
async function readResource(
  path: string,
  source: ManifestSource,
  trail: readonly string[],
): Promise<ManifestText[] | undefined> {
  const text = /\.(ya?ml|json)$/i.test(path) ? await source.at(path) : undefined;
  if (text !== undefined) return [{ file: path, text }];
  const files = await source.folder(path, isKustomization);
  return files.size > 0 ? await readKustomization(path, source, trail) : undefined;
}

function entriesOf(fields: Fields, key: string) {
  const list = fields[key];
  return Array.isArray(list)
    ? list.map((entry: unknown, index) => ({ key, index, path: textOf(entry) }))
    : [];
}

function problemsOf(
  fields: Fields,
  document: ManifestDocument,
  folder: string,
  trail: readonly string[],
): Problem[] {
  const build = `Run \`kustomize build ${folder || '.'} > "$RUNNER_TEMP/manifests.yaml"\` in a step before, and name that file in \`preview.kubernetes.manifests\`.`;
  if (trail.includes(folder)) {
    const message = `the kustomization ${folder} leads back to itself`;
    return [{ message, hint: 'Remove the circle of resources.', location: document.at([]) }];
  }
  const unknown = Object.keys(fields).filter((key) => !known.includes(key));
  const foreign = ['resources', 'bases'].flatMap((key) =>
    entriesOf(fields, key).filter(({ path }) => joined(folder, path) === undefined),
  );
  return [
    ...unknown.map((key) => ({
      message: `${key} of a kustomization can be carried out by kustomize only`,
      hint: build,
      location: document.at([key]),
    })),
    ...foreign.map(({ key, index, path }) => ({
      message: `${path} is no file or folder of this repository`,
      hint: build,
      location: document.at([key, index]),
    })),
  ];
}

/** A path relative to the repository; `undefined` where it leads out of it. */
function joined(folder: string, path: string): string | undefined {
  if (path === '' || path.startsWith('/') || /:|^(github|gitlab|bitbucket)\.|\?ref=/.test(path))
    return undefined;
  const steps = folder === '' ? [] : folder.split('/');
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.join('/');
}

function changeOf(fields: Fields): ObjectChange {
  const images = listOf(fields.images);
  const counts = listOf(fields.replicas);
  const hasNamespace = textOf(fields.namespace) !== '';
  return (object) => {
    const placed = hasNamespace ? withoutNamespace(object) : object;
    const pictured = withImages(placed, ({ image, repository }) => {
      const entry = images.find(({ name }) => name === repository);
      return entry ? imageOf(entry, image, repository) : undefined;
    });
    const count = counts.find(({ name }) => name === object.metadata.name)?.count;
    return typeof count === 'number' && isScaled(object)
      ? { ...pictured, spec: { ...fieldsOf(pictured.spec), replicas: count } }
      : pictured;
  };
}

/** All come to be in the preview's. */
function withoutNamespace(object: KubeObject): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as KubeObject['metadata'] };
}

function isScaled({ kind }: KubeObject): boolean {
  return ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].includes(kind);
}

/** A digest replaces the tag, a tag the digest. */
function imageOf({ newName, newTag, digest }: Fields, image: string, repository: string): string {
  const name = textOf(newName) || repository;
  if (textOf(digest) !== '') return `${name}@${textOf(digest)}`;
  const tag = typeof newTag === 'number' ? String(newTag) : textOf(newTag);
  return tag === '' ? name + image.slice(repository.length) : `${name}:${tag}`;
}
