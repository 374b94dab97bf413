import { array, check, metadata, number, pipe, record, string, union } from 'valibot';
import { ruled } from './cloudformation-fields.ts';
import { globFault } from './fields.ts';
import {
  imageTemplateFault,
  namespaceFault,
  objectNameFault,
  pathFault,
  suffixFault,
  textFault,
  wordFault,
} from './kubernetes-faults.ts';
import { repositoryPathFault } from './parameter-values.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

/** Name of an object that exists, as a Secret. */
export const objectName = ruled('name', 'the name of an object', 'app-env', objectNameFault);

/** Template of the name of a namespace. */
export const namespaceTemplate = ruled(
  'template',
  'a template of the name of a namespace',
  '"{repository}-pr-{number}"',
  namespaceFault,
);

/** Template of what is appended to names. */
export const suffixTemplate = ruled(
  'template',
  'a template of the end of a name',
  '"-{id}"',
  suffixFault,
);

/** Template of an image. */
export const imageTemplate = ruled(
  'template',
  'a template of an image',
  '"registry.example.com/web:{sha}"',
  imageTemplateFault,
);

/** A file, folder or glob of manifests. Absolute ones are what steps before wrote. */
export const manifestPath = ruled(
  'path or glob',
  'a path or a glob',
  'deploy/*.yaml',
  manifestPathFault,
);

function manifestPathFault(text: string): Fault | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    return {
      wrong: `${show(text)} is an address; manifests are files`,
      next: 'Fetch it in a step before, and name the file.',
    };
  if (/\{[A-Za-z][\w-]*\}/.test(text))
    return {
      wrong: `${show(text)} has a placeholder, which no path of manifests has`,
      next: 'Write the path as it is; the image and the host are replaced in what stands there.',
    };
  // What steps before write stands outside of the repository, below RUNNER_TEMP.
  const path = text.replace(/^\//, '').replace(/\/$/, '');
  return globFault(text) ?? repositoryPathFault(path);
}

/** With a definition all objects of its kind go; without an API or a webhook others stand still. */
const ofEveryone =
  /^(?:Node|CustomResourceDefinition|APIService|\w+WebhookConfiguration|\w+AdmissionPolicy\w*)(?:\.|$)/;

/** A kind that belongs to the cluster, as `ClusterRole.rbac.authorization.k8s.io`. */
export const clusterKind = ruled(
  'kind',
  'a kind and its group',
  'ClusterRole.rbac.authorization.k8s.io',
  (text) => {
    if (/^Namespace$/i.test(text))
      return {
        wrong: 'a namespace is made by Understudy, or is shared',
        next: 'Remove it; take Namespace objects out of the manifests.',
      };
    if (ofEveryone.test(text))
      return {
        wrong: `${show(text)} changes the cluster for everyone, and would go with the preview`,
        next: 'Remove it, and install it by hand.',
      };
    return /^[A-Z][A-Za-z0-9]*(?:\.[a-z0-9][a-z0-9.-]*)?$/.test(text)
      ? undefined
      : {
          wrong: `${show(text)} is not a kind and its group`,
          next: 'Write it as ClusterRole.rbac.authorization.k8s.io; those of the core group have none.',
        };
  },
);

/** Context of a KUBECONFIG. */
export const contextName = ruled('name', 'the name of a context', 'preview', (text) =>
  text.trim() !== '' && !/[{}\s]/.test(text)
    ? undefined
    : {
        wrong: `${show(text)} cannot be the name of a context`,
        next: 'Write it as `kubectl config get-contexts` shows it, without placeholders.',
      },
);

/** A text in a path form: `namespace/name`. */
export function pathField(form: string, example: string, most: number) {
  return ruled(`\`${form}\``, form, example, (text) => pathFault(text, form, example, most));
}

const variableName = pipe(
  string(),
  rule((name) =>
    /^[-._A-Za-z][-._A-Za-z0-9]*$/.test(name)
      ? undefined
      : {
          wrong: `${show(name)} is not the name of an environment variable`,
          next: 'Use letters, digits and underscores, and no digit first.',
        },
  ),
);
const text = pipe(string(twoLines('a text in quotes', '"1"')), rule(textFault));

/** Environment variables: names to templates. */
export const variables = pipe(
  record(variableName, text, twoLines('a mapping of names to texts', '{ APP_ENV: preview }')),
  metadata({ title: 'texts by name' }),
);

/** Annotations of an object. */
export const annotations = pipe(
  record(
    pipe(
      string(),
      rule((key) =>
        /^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/.test(key)
          ? undefined
          : {
              wrong: `${show(key)} cannot be the key of an annotation`,
              next: 'Write it as nginx.ingress.kubernetes.io/proxy-body-size.',
            },
      ),
    ),
    text,
    twoLines('a mapping of keys to texts', '{ cert-manager.io/cluster-issuer: letsencrypt }'),
  ),
  metadata({ title: 'texts by name' }),
);

/** A command as a list of words: no shell takes it apart. */
export const command = pipe(
  array(
    union([pipe(string(), rule(wordFault)), number()], twoLines('a word in quotes', '"5"')),
    ({ input }: { input: unknown }) => twoLines('a list of words', asWords(input)),
  ),
  check((words) => words.length > 0, twoLines('it is empty', 'Name at least the program.')),
  metadata({ title: 'list of words' }),
);

/** The list that a text stands for; with a shell's signs in it, a shell has to read it. */
function asWords(input: unknown): string {
  if (typeof input !== 'string' || input.trim() === '') return '["bin/migrate"]';
  const words = /[^\w\s./:=@%+,{}-]/.test(input) ? ['sh', '-c', input] : input.trim().split(/\s+/);
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}

/** An object of the namespace by name; one of another namespace by `namespace/name`, which is copied. */
export const objectPath = ruled(
  '`name` or `namespace/name`',
  'a name or namespace/name',
  'app-env',
  (path) =>
    path.includes('/')
      ? pathFault(path, 'namespace/name', 'shared/app-env', 2)
      : objectNameFault(path),
);

/** One of them or several. */
export const objectPaths = pipe(
  union([objectPath, array(objectPath)], twoLines('a name or a list of them', '[registry]')),
  metadata({ title: '`name` or `namespace/name`, or list of them' }),
);
