import {
  array,
  check,
  description,
  exactOptional,
  metadata,
  optional,
  pipe,
  strictObject,
} from 'valibot';
import { ruled } from './cloudformation-fields.ts';
import { durationField, urlPath, wholeNumber } from './fields.ts';
import { database } from './kubernetes-database-section.ts';
import { defaultBuild, defaultApp as defaults } from './kubernetes-defaults.ts';
import { command, imageTemplate, objectPath, variables } from './kubernetes-fields.ts';
import { gateway, ingress } from './kubernetes-ingress-section.ts';
import { amounts } from './kubernetes-quantities.ts';
import { show, twoLines } from './wording.ts';

const envFrom = pipe(
  array(
    pipe(
      strictObject(
        {
          secret: exactOptional(pipe(objectPath, description('A Secret.'))),
          'config-map': exactOptional(pipe(objectPath, description('A ConfigMap.'))),
        },
        twoLines('a mapping', '{ secret: app-env }'),
      ),
      check(
        (given) => Object.keys(given).length === 1,
        twoLines(
          'it says not one source of variables',
          'Write { secret: name } or { config-map: name }, an item for each.',
        ),
      ),
    ),
    twoLines('a list', '[{ secret: app-env }]'),
  ),
  metadata({ title: 'list of `{ secret }` or `{ config-map }`' }),
  description(
    'Secrets and ConfigMaps whose keys become variables, as `name`, or as `namespace/name`, which is copied.',
  ),
);

const absolutePath = ruled('path', 'a path in the container', '/workspace', (text) =>
  /^\/[\w./-]+$/.test(text) && !text.split('/').includes('..')
    ? undefined
    : { wrong: `${show(text)} is not an absolute path`, next: 'Write it as /workspace.' },
);

const job = pipe(
  strictObject(
    {
      image: pipe(imageTemplate, description('Image that has what builds. Needed.')),
      command: pipe(command, description('Builds and pushes `app.image`. Needed.')),
      timeout: optional(
        pipe(durationField, description('How long the build may take.')),
        defaultBuild.timeout,
      ),
      env: optional(pipe(variables, description('Variables of the build.')), {}),
      'env-from': exactOptional(envFrom),
      'source-image': optional(
        pipe(
          imageTemplate,
          description('Image that fetches the source; needs sh, tar, and curl or wget.'),
        ),
        defaultBuild['source-image'],
      ),
      'source-path': optional(
        pipe(absolutePath, description('Where the source stands; the command runs there.')),
        defaultBuild['source-path'],
      ),
    },
    twoLines('a mapping', '{ image: …, command: ["build"] }'),
  ),
  description('A Job with the source of the commit.'),
);

const migrate = pipe(
  strictObject(
    {
      command: pipe(command, description('Runs in the image of the application. Needed.')),
      timeout: optional(pipe(durationField, description('How long it may take.')), '5m'),
    },
    twoLines('a mapping', '{ command: ["bin/migrate"] }'),
  ),
  description('Runs once for each commit, before the rollout.'),
);

const limits = (text: string) => pipe(amounts('{ cpu: 500m, memory: 512Mi }'), description(text));
const resources = pipe(
  strictObject(
    {
      requests: exactOptional(limits('What is kept free for it.')),
      limits: exactOptional(limits('What it gets at most.')),
    },
    twoLines('a mapping', '{ limits: { memory: 512Mi } }'),
  ),
  description('Processors and memory of the container, as in Kubernetes.'),
);

const fields = {
  image: exactOptional(
    pipe(
      imageTemplate,
      description(
        'Image of the application; `{image}` is the one that the input `images` names. Needed.',
      ),
    ),
  ),
  build: exactOptional(
    pipe(
      strictObject({ job }, twoLines('a mapping', '{ job: { image: …, command: [build] } }')),
      description('Builds the image in the cluster first. Absent: the workflow builds it.'),
    ),
  ),
  command: exactOptional(pipe(command, description('Absent: that of the image.'))),
  args: exactOptional(pipe(command, description('Arguments. Absent: those of the image.'))),
  env: exactOptional(
    pipe(
      variables,
      description(
        'Environment variables, which may hold placeholders. Not for secrets. Those of a service are added.',
      ),
    ),
  ),
  'env-from': exactOptional(envFrom),
  health: exactOptional(
    pipe(
      strictObject(
        { path: pipe(urlPath, description('Path that is asked for.')) },
        twoLines('a mapping', '{ path: /healthz }'),
      ),
      description('Readiness of the container. Absent: the path of `probe`.'),
    ),
  ),
  resources: exactOptional(resources),
  migrate: exactOptional(migrate),
  database: exactOptional(database),
  ingress: exactOptional(ingress),
  gateway: exactOptional(gateway),
};
const port = pipe(
  wholeNumber(1, 65_535, 3000),
  description('Port of the container, which it is told in `PORT`.'),
);
const replicas = pipe(wholeNumber(1, 100, 2), description('Number of pods.'));
const form = twoLines('a mapping', '{ image: "registry.example.com/web:{sha}" }');

/** `preview.kubernetes.app`. */
export const sharedApp = pipe(
  strictObject(
    {
      ...fields,
      port: optional(port, defaults.port),
      replicas: optional(replicas, defaults.replicas),
    },
    form,
  ),
  description('A review app: what a preview is made of, instead of manifests.'),
);

/** `app` of a service. */
export const ownApp = pipe(
  strictObject({ ...fields, port: exactOptional(port), replicas: exactOptional(replicas) }, form),
  description('The review app of this service. Keys that are absent are inherited.'),
);
