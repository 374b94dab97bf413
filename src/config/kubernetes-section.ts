import {
  array,
  boolean,
  check,
  description,
  exactOptional,
  metadata,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  union,
} from 'valibot';
import { durationField, wholeNumber } from './fields.ts';
import { ownApp, sharedApp } from './kubernetes-app-section.ts';
import { defaultNameSuffix, defaultKubernetes as defaults } from './kubernetes-defaults.ts';
import {
  clusterKind,
  contextName,
  imageTemplate,
  manifestPath,
  namespaceTemplate,
  objectPaths,
  suffixTemplate,
  variables,
} from './kubernetes-fields.ts';
import { amounts, byteAmount, cpuAmount } from './kubernetes-quantities.ts';
import { asList } from './lists.ts';
import { rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

function flag(text: string) {
  return pipe(boolean(twoLines('true or false', 'true')), description(text));
}

const manifests = pipe(
  union(
    [manifestPath, array(manifestPath)],
    twoLines('a path, a glob or a list of them', '[deploy/*.yaml]'),
  ),
  check(
    (given: string | string[]) => asList(given).length > 0,
    twoLines('there is no path in it', 'Name a file, a folder or a glob.'),
  ),
  metadata({ title: 'path or glob, or list of them' }),
  description(
    'Files, folders and globs of manifests of your own, which are adapted. Absolute paths lie below `RUNNER_TEMP`.',
  ),
);

const images = pipe(
  record(
    pipe(
      string(),
      rule((name) =>
        /^[a-z0-9][\w.:/-]*$/.test(name)
          ? undefined
          : {
              wrong: `${show(name)} names neither a container nor a repository of images`,
              next: 'Write the name of the container, or its image without tag.',
            },
      ),
    ),
    imageTemplate,
    twoLines('a mapping of containers to images', '{ web: "registry.example.com/web@{digest}" }'),
  ),
  metadata({ title: 'templates by name' }),
  description(
    'Images that replace those of the manifests, by name of the container or by image without tag.',
  ),
);

const clusterKinds = pipe(
  union([clusterKind, array(clusterKind)], twoLines('a kind or a list of them', '[ClusterRole]')),
  metadata({ title: 'kind or list of kinds' }),
  description('Kinds of the whole cluster that manifests may hold; absent: none.'),
);

const fields = {
  context: exactOptional(
    pipe(
      contextName,
      description('Context of the KUBECONFIG. Absent: its current one, or the cluster of the job.'),
    ),
  ),
  namespace: exactOptional(
    pipe(
      namespaceTemplate,
      description('Name of the namespace. Absent: `{repository}-preview-{id}`.'),
      metadata({ examples: ['{repository}-pr-{number}'] }),
    ),
  ),
  'name-suffix': exactOptional(
    pipe(
      suffixTemplate,
      description(`Ends every name in a shared namespace. Absent: \`${defaultNameSuffix}\`.`),
    ),
  ),
  manifests: exactOptional(manifests),
  images: exactOptional(images),
  env: exactOptional(
    pipe(
      variables,
      description('Variables of the manifests that are set, where a container has them.'),
      metadata({ examples: ['{ APP_URL: "https://{id}.preview.example.com" }'] }),
    ),
  ),
  'max-replicas': exactOptional(
    pipe(
      wholeNumber(1, 100, 1),
      description('At most so many replicas of each workload. Absent: as the manifests say.'),
    ),
  ),
  'cluster-kinds': exactOptional(clusterKinds),
  quota: exactOptional(
    pipe(
      amounts('{ cpu: "2", memory: 2Gi, pods: 10 }'),
      description('What a preview may use at most. Absent: no limit.'),
    ),
  ),
  'image-pull-secrets': exactOptional(
    pipe(objectPaths, description('Secrets that images are pulled with.')),
  ),
};
const mode = pipe(
  picklist(['own', 'shared'], twoLines('whose the namespace is', 'own')),
  description(
    '`own`: the namespace belongs to the preview, and goes with it. `shared`: it is there already.',
  ),
);
const cpu = pipe(cpuAmount, description('Processors.'));
const memory = pipe(byteAmount, description('Memory.'));
const containersForm = twoLines('a mapping', '{ cpu: 100m, memory: 128Mi }');
const containersText =
  'What a container is taken to request where it states nothing, as a quota needs.';
const network = pipe(
  picklist(['isolated', 'open'], twoLines('who may connect', 'isolated')),
  description('`isolated`: nothing of another preview may connect to this one.'),
);
const podSecurity = pipe(
  picklist(
    ['privileged', 'baseline', 'restricted'],
    twoLines('a level of Pod Security', 'baseline'),
  ),
  description('Level of Pod Security that the namespace enforces.'),
);
const force = flag('Take over fields that something else has set.');
const detectDrift = flag('The sweep reports drift of live previews.');
const rolloutTimeout = pipe(durationField, description('How long a rollout may take.'));
const form = twoLines('a mapping', '{ manifests: [deploy/*.yaml] }');

/** `preview.kubernetes`. */
export const sharedKubernetes = pipe(
  strictObject(
    {
      ...fields,
      'namespace-mode': optional(mode, defaults['namespace-mode']),
      'container-defaults': optional(
        pipe(
          strictObject(
            {
              cpu: optional(cpu, defaults['container-defaults'].cpu),
              memory: optional(memory, defaults['container-defaults'].memory),
            },
            containersForm,
          ),
          description(containersText),
        ),
        {},
      ),
      network: optional(network, defaults.network),
      'pod-security': optional(podSecurity, defaults['pod-security']),
      force: optional(force, defaults.force),
      'detect-drift': optional(detectDrift, defaults['detect-drift']),
      'rollout-timeout': optional(rolloutTimeout, defaults['rollout-timeout']),
      app: exactOptional(sharedApp),
    },
    form,
  ),
  description('How a service runs on [Kubernetes](kubernetes.md).'),
);

/** `kubernetes` of a service. */
export const ownKubernetes = pipe(
  strictObject(
    {
      ...fields,
      'namespace-mode': exactOptional(mode),
      'container-defaults': exactOptional(
        pipe(
          strictObject({ cpu: exactOptional(cpu), memory: exactOptional(memory) }, containersForm),
          description(containersText),
        ),
      ),
      network: exactOptional(network),
      'pod-security': exactOptional(podSecurity),
      force: exactOptional(force),
      'detect-drift': exactOptional(detectDrift),
      'rollout-timeout': exactOptional(rolloutTimeout),
      app: exactOptional(ownApp),
    },
    form,
  ),
  description(
    'How this service runs on [Kubernetes](kubernetes.md). Keys that are absent are inherited; images and env are added.',
  ),
);
