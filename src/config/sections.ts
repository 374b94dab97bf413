import {
  check,
  description,
  exactOptional,
  type InferOutput,
  metadata,
  optional,
  picklist,
  pipe,
  rawCheck,
  record,
  strictObject,
  string,
} from 'valibot';
import { formatDuration } from '../core/time.ts';
import { cloudFormationConflicts, targetConflicts } from './cloudformation-conflicts.ts';
import { ownCloudFormation, sharedCloudFormation } from './cloudformation-section.ts';
import { hostConflicts } from './conflicts.ts';
import { defaultLocalSettings, defaultPreview as defaults } from './defaults.ts';
import { eligible } from './eligible-section.ts';
import { durationField, durationOrNeverField, pathGlobs, urlPath, wholeNumber } from './fields.ts';
import { kubernetesConflicts } from './kubernetes-conflicts.ts';
import { ownKubernetes, sharedKubernetes } from './kubernetes-section.ts';
import { ledger } from './ledger-section.ts';
import { pipelines } from './pipeline-section.ts';
import { serviceName } from './service-name.ts';
import { ownTarget, sharedTarget } from './target-section.ts';
import { environmentTemplate, hostTemplate } from './template-fields.ts';
import { show, twoLines } from './wording.ts';

const probePath = pipe(urlPath, description('Path that is asked for.'));
const probeExpect = pipe(
  wholeNumber(100, 599, 200),
  description('Status that counts as healthy; without it any from 200 to 399.'),
);
const probeWithin = pipe(
  durationField,
  description('How long a service may take to become healthy before the deploy fails.'),
);
const probeForm = twoLines('a mapping', '{ path: /healthz }');
const probeText = 'How to tell over HTTP that a service is healthy.';

const sharedProbe = pipe(
  strictObject(
    {
      path: optional(probePath, defaults.probe.path),
      expect: exactOptional(probeExpect),
      within: optional(probeWithin, formatDuration(defaults.probe.within)),
    },
    probeForm,
  ),
  description(probeText),
);
const ownProbe = pipe(
  strictObject(
    {
      path: exactOptional(probePath),
      expect: exactOptional(probeExpect),
      within: exactOptional(probeWithin),
    },
    probeForm,
  ),
  description(`${probeText} Keys that are absent are inherited.`),
);

const givenVariables = ['PORT', 'COMPOSE_PROJECT_NAME'];
const variableName = pipe(
  string(),
  check(
    (name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
    ({ input }) =>
      twoLines(
        `${show(input)} is not the name of an environment variable`,
        'Use letters, digits and underscores, and no digit first.',
      ),
  ),
  check(
    (name) => !givenVariables.includes(name),
    ({ input }) =>
      twoLines(
        `${input} is given by Understudy and cannot be set`,
        'Remove it; the process is told its port in PORT.',
      ),
  ),
);

function commandField(example: string, text: string) {
  return exactOptional(
    pipe(
      string(twoLines('a command', example)),
      metadata({ title: 'command', description: text, examples: [example] }),
    ),
  );
}

const localFields = {
  run: commandField('node server.js', 'Command that serves the application on the port in PORT.'),
  install: commandField('npm ci', 'Command that runs once for each commit, before run.'),
  stop: commandField('docker compose down', 'Command that runs after the process was stopped.'),
  env: exactOptional(
    pipe(
      record(
        variableName,
        string(twoLines('a text in quotes', '"1"')),
        twoLines('a mapping of names to texts', '{ APP_ENV: preview }'),
      ),
      description(
        'Environment variables for all three commands. Not for secrets: the file is in the repository. ' +
          'Variables of a service are added to those above it.',
      ),
    ),
  ),
  health: exactOptional(
    pipe(
      strictObject(
        { path: optional(probePath, '/'), expect: exactOptional(probeExpect) },
        probeForm,
      ),
      description('Replaces path and expect of the probe that stands at the same place or above.'),
    ),
  ),
};
const sleepAfter = pipe(
  durationOrNeverField,
  description('A preview without requests for this long is stopped; the next request starts it.'),
);
const localForm = twoLines('a mapping', '{ run: node server.js }');
const sharedLocal = pipe(
  strictObject(
    {
      ...localFields,
      'sleep-after': optional(sleepAfter, formatDuration(defaultLocalSettings.sleepAfter)),
    },
    localForm,
  ),
  description('How a service runs on the local target.'),
);
const ownLocal = pipe(
  strictObject({ ...localFields, 'sleep-after': exactOptional(sleepAfter) }, localForm),
  description('How this service runs on the local target. Keys that are absent are inherited.'),
);

const hostField = pipe(
  hostTemplate,
  description(
    'Host name of a preview, without scheme and port. Absent: the target chooses, ' +
      'for `local` a name under `localhost`.',
  ),
  metadata({ examples: ['{id}.preview.example.com', '{id}.{service}.preview.example.com'] }),
);

const services = pipe(
  record(
    serviceName,
    pipe(
      strictObject(
        {
          paths: exactOptional(
            pipe(pathGlobs, description('Paths that belong to this service; empty = any.')),
          ),
          host: exactOptional(hostField),
          probe: exactOptional(ownProbe),
          target: exactOptional(ownTarget),
          local: exactOptional(ownLocal),
          cloudformation: exactOptional(ownCloudFormation),
          kubernetes: exactOptional(ownKubernetes),
        },
        twoLines('a mapping', '{ paths: ["web/**"] }'),
      ),
      description('One service. Keys that are absent are inherited from `preview`.'),
    ),
    twoLines('a mapping of names to services', '{ web: { paths: ["web/**"] } }'),
  ),
  check(
    (given) => Object.keys(given).length > 0,
    twoLines('there is no service in it', 'Name at least one, or remove services.'),
  ),
  description(
    'The deployable parts of the repository, by name. Absent: one service named `app` of all that stands above.',
  ),
);

const preview = pipe(
  strictObject(
    {
      id: optional(
        pipe(
          picklist(['branch-hash', 'pull-request'], twoLines('a kind of id', 'branch-hash')),
          description(
            'What the preview id is made of: 8 hex digits of the SHA-256 of the head branch, or the number.',
          ),
        ),
        defaults.id,
      ),
      host: exactOptional(hostField),
      environment: optional(
        pipe(
          environmentTemplate,
          description('Name of the GitHub environment that deployments are recorded under.'),
        ),
        defaults.environment,
      ),
      eligible: optional(eligible, {}),
      'expire-after': optional(
        pipe(
          durationOrNeverField,
          description('The sweep removes a preview this long after the last push.'),
        ),
        formatDuration(defaults.expireAfter),
      ),
      probe: optional(sharedProbe, {}),
      target: exactOptional(sharedTarget),
      local: exactOptional(sharedLocal),
      cloudformation: exactOptional(sharedCloudFormation),
      kubernetes: exactOptional(sharedKubernetes),
      services: exactOptional(services),
    },
    twoLines('a mapping', '{ expire-after: 7d }'),
  ),
  rawCheck((section) => hostConflicts(section)),
  rawCheck((section) => targetConflicts(section)),
  rawCheck((section) => cloudFormationConflicts(section)),
  rawCheck((section) => kubernetesConflicts(section)),
  description('The previews of pull requests.'),
);

/** What the file may say, in the words of the file; descriptions, defaults and rules are stated here alone. */
export const fileSchema = strictObject(
  {
    preview: optional(preview, {}),
    pipelines: exactOptional(pipelines),
    ledger: exactOptional(ledger),
  },
  twoLines('a mapping', 'preview: {}'),
);

/** The file as read: defaults filled in, services not yet resolved. */
export type FileContent = InferOutput<typeof fileSchema>;
