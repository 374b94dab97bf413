import {
  description,
  exactOptional,
  type InferOutput,
  metadata,
  optional,
  pipe,
  rawCheck,
  strictObject,
  string,
  union,
} from 'valibot';
import { nearest } from '../core/nearest.ts';
import { ruled } from './cloudformation-fields.ts';
import { wholeNumber } from './fields.ts';
import { oneOf } from './pipeline-choice.ts';
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
import { stackSection, workloadSection } from './pipeline-observe-targets.ts';
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
            cloudformation: exactOptional(stackSection),
            kubernetes: exactOptional(workloadSection),
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
    'How it is seen what the stage runs, and whether it is well. `deployments`: by the newest deployment to its environment, or by what was reported. Absent: `deployments`.',
  ),
);

/** `observe` as the file has it. */
export type FileObserve = InferOutput<typeof observe>;
