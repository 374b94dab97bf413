import {
  description,
  exactOptional,
  type InferOutput,
  metadata,
  optional,
  picklist,
  pipe,
  rawCheck,
  strictObject,
  string,
  union,
} from 'valibot';
import { nearest } from '../core/nearest.ts';
import { region, ruled, stackName } from './cloudformation-fields.ts';
import { wholeNumber } from './fields.ts';
import { contextName, objectName } from './kubernetes-fields.ts';
import { atMostOneOf, oneOf } from './pipeline-choice.ts';
import { defaultObserveWithin } from './pipeline-defaults.ts';
import {
  address,
  branchName,
  lengthWithin,
  movedRef,
  valuePath,
  valuePathFault,
  valuesFile,
} from './pipeline-fields.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const kinds = ['file', 'http', 'ref', 'cloudformation', 'kubernetes'];

const file = pipe(
  strictObject(
    {
      file: pipe(valuesFile, description('A YAML or JSON file.')),
      branch: exactOptional(
        pipe(
          branchName,
          description('Where it is. Absent: the branch of `versions`, else `main`.'),
        ),
      ),
      path: pipe(valuePath, description('The value that is the version.')),
    },
    twoLines('a mapping', '{ file: envs/staging.yaml, path: image.tag }'),
  ),
  description(
    'A value in a file of a branch. Its health is not known by that, and counts as good.',
  ),
);

const answer = pipe(
  union(
    [
      ruled('path', 'a path into the JSON answer', 'build.commit', valuePathFault),
      pipe(
        strictObject(
          {
            json: exactOptional(
              pipe(valuePath, description('Path into the answer, which is JSON.')),
            ),
            header: exactOptional(
              pipe(
                ruled('header', 'the name of a header', 'x-version', (name) =>
                  /^[\w!#$%&'*+.^`|~-]+$/.test(name)
                    ? undefined
                    : {
                        wrong: `${show(name)} is not the name of a header`,
                        next: 'Write it as x-version.',
                      },
                ),
                description('A header of the answer.'),
              ),
            ),
          },
          twoLines('a mapping', '{ header: x-version }'),
        ),
        rawCheck((section) =>
          oneOf(['json', 'header'], 'where the version is', '{ json: build.commit }')(section),
        ),
      ),
    ],
    twoLines('a path into the JSON answer, or a mapping', 'build.commit'),
  ),
  metadata({ title: 'path' }),
  description('Where the answer says the version.'),
);

const http = pipe(
  strictObject(
    {
      url: pipe(address, description('What is asked.')),
      version: answer,
      expect: exactOptional(
        pipe(
          wholeNumber(100, 599, 200),
          description('Status that counts as healthy; without it any from 200 to 399.'),
        ),
      ),
      within: optional(
        pipe(lengthWithin('1s', '5m'), description('An answer after this comes too late.')),
        defaultObserveWithin,
      ),
    },
    twoLines('a mapping', '{ url: "https://example.com/version", version: build.commit }'),
  ),
  description('What an address answers.'),
);

const someName = (what: string, example: string) =>
  ruled('name', `the name of ${what}`, example, (name) =>
    /^[^\s{}]{1,256}$/.test(name)
      ? undefined
      : { wrong: `${show(name)} cannot be the name of ${what}`, next: `Write it as ${example}.` },
  );

const cloudformation = pipe(
  strictObject(
    {
      stack: pipe(stackName, description('The stack.')),
      region: exactOptional(pipe(region, description('Absent: that of the job.'))),
      version: pipe(
        strictObject(
          {
            parameter: exactOptional(
              pipe(someName('a parameter', 'ImageTag'), description('Value of a parameter.')),
            ),
            tag: exactOptional(pipe(someName('a tag', 'version'), description('Value of a tag.'))),
            output: exactOptional(
              pipe(someName('an output', 'Version'), description('Value of an output.')),
            ),
          },
          twoLines('a mapping', '{ parameter: ImageTag }'),
        ),
        rawCheck((section) =>
          oneOf(
            ['parameter', 'tag', 'output'],
            'where the version is',
            '{ parameter: ImageTag }',
          )(section),
        ),
        description('What of the stack is the version.'),
      ),
    },
    twoLines('a mapping', '{ stack: web, version: { parameter: ImageTag } }'),
  ),
  description('A stack of CloudFormation; it is well when its last operation went well.'),
);

const kubernetes = pipe(
  strictObject(
    {
      context: exactOptional(
        pipe(
          contextName,
          description(
            'Context of the KUBECONFIG. Absent: its current one, or the cluster of the job.',
          ),
        ),
      ),
      namespace: pipe(
        ruled('name', 'the name of a namespace', 'production', namespaceFault),
        description('Where the workload is.'),
      ),
      kind: optional(
        pipe(
          picklist(
            ['Deployment', 'StatefulSet', 'DaemonSet'],
            twoLines('a kind of workload', 'Deployment'),
          ),
          description('What it is.'),
        ),
        'Deployment',
      ),
      name: pipe(objectName, description('The workload.')),
      version: optional(
        pipe(
          strictObject(
            {
              container: exactOptional(
                pipe(
                  someName('a container', 'web'),
                  description('Tag of the image of this container.'),
                ),
              ),
              label: exactOptional(
                pipe(
                  someName('a label', 'app.kubernetes.io/version'),
                  description('A label of the pod template.'),
                ),
              ),
            },
            twoLines('a mapping', '{ label: app.kubernetes.io/version }'),
          ),
          rawCheck((section) => atMostOneOf(['container', 'label'])(section)),
          description(
            'What of it is the version. Absent: the tag of the image of its only container.',
          ),
        ),
        {},
      ),
    },
    twoLines('a mapping', '{ namespace: production, name: web }'),
  ),
  description('A workload of Kubernetes; it is well when it is rolled out.'),
);

function namespaceFault(name: string): Fault | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)
    ? undefined
    : {
        wrong: `${show(name)} cannot be the name of a namespace`,
        next: 'Use at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends.',
      };
}

function observeFault(text: string): Fault | undefined {
  if (text === 'deployments') return undefined;
  if (text === 'fleet')
    return {
      wrong: 'fleets are not supported by this version of Understudy',
      next: 'Observe one of its members, as observe: { http: … }, or the deployments of an environment.',
    };
  const meant = nearest(text, ['deployments', ...kinds]);
  if (kinds.includes(text))
    return {
      wrong: `${show(text)} alone does not say enough`,
      next: `Write observe: { ${text}: … } with what it needs.`,
    };
  return {
    wrong: `${show(text)} is not a way to observe.${meant ? ` Did you mean ${show(meant)}?` : ''} Allowed: deployments, or a mapping with one of ${kinds.join(', ')}`,
    next:
      meant && meant !== 'deployments'
        ? `Write observe: { ${meant}: … } with what it needs.`
        : 'Write observe: deployments.',
  };
}

/** `observe` of a stage. */
export const observe = pipe(
  union(
    [
      pipe(
        string(),
        rule(observeFault),
        metadata({ title: '`deployments`', pattern: '^deployments$' }),
      ),
      pipe(
        strictObject(
          {
            file: exactOptional(file),
            http: exactOptional(http),
            ref: exactOptional(
              pipe(
                movedRef,
                description('Where a branch or tag points to. Its health counts as good.'),
              ),
            ),
            cloudformation: exactOptional(cloudformation),
            kubernetes: exactOptional(kubernetes),
          },
          twoLines('a mapping', '{ ref: heads/production }'),
        ),
        rawCheck((section) =>
          oneOf(kinds, 'what is observed', 'observe: { ref: heads/production }')(section),
        ),
      ),
    ],
    twoLines('deployments, or a mapping', 'deployments'),
  ),
  metadata({ title: '`deployments`' }),
  description(
    'How it is seen what the stage runs, and whether it is well. `deployments`: by the newest deployment to its environment, or by what was reported.',
  ),
);

/** `observe` as the file has it. */
export type FileObserve = InferOutput<typeof observe>;
