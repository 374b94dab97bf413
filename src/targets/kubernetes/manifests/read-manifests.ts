import { formatProblem, type Problem, UserError } from '../../../core/user-error.ts';
import { fieldsOf, groupOf, textOf } from '../fields.ts';
import { describeRef, type KubeMetadata, type KubeObject } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import { type ManifestDocument, parseManifestFile, type ValuePath } from './manifest-document.ts';
import { textProblems } from './text-values.ts';

/** A file of manifests. */
export interface ManifestText {
  /** As people name it: relative to the repository, or absolute. */
  readonly file: string;
  readonly text: string;
  /** What kustomizations make of its objects, the innermost first. */
  readonly changes?: readonly ObjectChange[];
}

/** What becomes of one object; gives a new one. */
export type ObjectChange = (object: KubeObject) => KubeObject;

/** A value that is to be one object. */
interface Candidate {
  readonly value: Readonly<Record<string, unknown>>;
  readonly document: ManifestDocument;
  readonly path: ValuePath;
  readonly changes: readonly ObjectChange[];
}

/**
 * The objects of all files, in order, each with its place; Lists are unfolded, and what only the server writes (status,
 * versions) is left out. Throws a `UserError` with all problems.
 */
export function readManifests(texts: readonly ManifestText[]): StagedObject[] {
  const problems: Problem[] = [];
  const candidates: Candidate[] = [];
  for (const { file, text, changes = [] } of texts) {
    const read = parseManifestFile(text, file);
    problems.push(...read.problems);
    for (const document of read.documents)
      candidates.push(...unfold({ document, changes, problems }, document.value, []));
  }
  const objects = candidates.flatMap((candidate) => {
    const found = problemsOf(candidate);
    problems.push(...found);
    return found.length > 0 ? [] : [stagedOf(candidate)];
  });
  problems.push(...duplicates(objects));
  if (problems.length > 0) throw UserError.all(problems);
  return objects;
}

/** A document is an object or a list of them; items of typed lists take their kind from the list. */
function unfold(
  within: Pick<Candidate, 'document' | 'changes'> & { readonly problems: Problem[] },
  value: unknown,
  path: ValuePath,
): Candidate[] {
  const { document, changes, problems } = within;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push({
      message: 'this is no Kubernetes object',
      hint: 'Begin with apiVersion, kind and metadata; part objects by a line ---.',
      location: document.at(path),
    });
    return [];
  }
  const fields = fieldsOf(value);
  const { kind, items, apiVersion } = fields;
  if (!textOf(kind).endsWith('List') || !Array.isArray(items))
    return [{ value: fields, document, path, changes }];
  const itemKind = textOf(kind).slice(0, -'List'.length);
  const defaults = itemKind === '' ? {} : { apiVersion, kind: itemKind };
  return items.flatMap((item: unknown, index) => {
    const isMapping = typeof item === 'object' && item !== null && !Array.isArray(item);
    const whole = isMapping ? { ...defaults, ...item } : item;
    return unfold(within, whole, [...path, 'items', index]);
  });
}

const namePattern = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

function problemsOf(candidate: Candidate): Problem[] {
  const { value, document, path } = candidate;
  const { apiVersion, kind } = value;
  const metadata = fieldsOf(value.metadata);
  const problem = (message: string, hint: string, ...below: ValuePath) => [
    { message, hint, location: document.at([...path, ...below]) },
  ];
  if (textOf(apiVersion) === '' || textOf(kind) === '')
    return problem(
      'apiVersion or kind is missing: this is no Kubernetes object',
      'Name manifests only; a glob such as deploy/*.yaml may match other files.',
    );
  if (/^kustomize\.config\.k8s\.io\//.test(textOf(apiVersion)))
    return problem(
      'a kustomization is no object of the cluster',
      'Name its folder, without further globs.',
    );
  const name = textOf(metadata.name);
  if (name === '' && metadata.generateName !== undefined)
    return problem(
      `${kind} has generateName, so that every deploy would make another one`,
      'Give it a name in place of that; what cannot be changed (a Job) is made anew when it differs.',
      'metadata',
      'generateName',
    );
  if (name === '') return problem(`${kind} has no name`, 'Add metadata.name.', 'metadata');
  if (!namePattern.test(name) && !/^rbac\./.test(groupOf({ apiVersion: textOf(apiVersion) })))
    return problem(
      `"${name}" is no name of an object`,
      'Use lower-case letters, digits, dashes and dots.',
      'metadata',
      'name',
    );
  return textProblems(value).map(({ path: below, ...words }) => ({
    ...words,
    location: document.at([...path, ...below]),
  }));
}

/** Fields that the server writes; they are in what `kubectl get -o yaml` printed. */
const serverFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
  'selfLink',
  'ownerReferences',
];
const serverAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
];

function stagedOf({ value, document, path, changes }: Candidate): StagedObject {
  const { status: _, ...rest } = value;
  const metadata = without(fieldsOf(value.metadata), serverFields);
  const annotations = without(fieldsOf(metadata.annotations), serverAnnotations);
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  const object = {
    ...rest,
    metadata: { ...without(metadata, ['annotations']), ...kept } as KubeMetadata,
  } as KubeObject;
  return {
    object: changes.reduce((changed, change) => change(changed), object),
    location: document.at(path),
  };
}

function without(fields: Readonly<Record<string, unknown>>, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}

/** The versions of one group are the same objects. */
function duplicates(objects: readonly StagedObject[]): Problem[] {
  const seen = new Map<string, StagedObject>();
  return objects.flatMap((staged) => {
    const { kind, metadata } = staged.object;
    const key = [groupOf(staged.object), kind, metadata.namespace, metadata.name].join(' ');
    const first = seen.get(key);
    if (!first) {
      seen.set(key, staged);
      return [];
    }
    const place = first.location
      ? formatProblem({ message: '', hint: '', location: first.location })
      : '';
    return [
      {
        message: `${describeRef({ kind, name: metadata.name })} stands here a second time; the first is at ${place.replace(/: $/, '')}`,
        hint: 'Keep one of the two.',
        ...(staged.location && { location: staged.location }),
      },
    ];
  });
}
