import {
  description,
  exactOptional,
  optional,
  picklist,
  pipe,
  rawCheck,
  strictObject,
} from 'valibot';
import { region, ruled, stackName } from './cloudformation-fields.ts';
import { contextName, objectName } from './kubernetes-fields.ts';
import { atMostOneOf, oneOf } from './pipeline-choice.ts';
import type { Fault } from './rule.ts';
import { show, twoLines } from './wording.ts';

const someName = (what: string, example: string) =>
  ruled('name', `the name of ${what}`, example, (name) =>
    /^[^\s{}]{1,256}$/.test(name)
      ? undefined
      : { wrong: `${show(name)} cannot be the name of ${what}`, next: `Write it as ${example}.` },
  );

/** `observe.cloudformation`. */
export const stackSection = pipe(
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

/** `observe.kubernetes`. */
export const workloadSection = pipe(
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
