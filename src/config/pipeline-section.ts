import {
  array,
  check,
  description,
  exactOptional,
  type InferOutput,
  optional,
  picklist,
  pipe,
  rawCheck,
  record,
  strictObject,
  string,
} from 'valibot';
import { ruled } from './cloudformation-fields.ts';
import { globFault, wholeNumber } from './fields.ts';
import { pipelineConflicts } from './pipeline-conflicts.ts';
import { defaultPipeline, defaultStage } from './pipeline-defaults.ts';
import {
  address,
  branchName,
  checkNames,
  environmentName,
  flag,
  lengthWithin,
  nameFault,
  stageName,
  stageNames,
} from './pipeline-fields.ts';
import { gates } from './pipeline-gates-section.ts';
import { observe } from './pipeline-observe-section.ts';
import { retryConflicts, versionConflicts } from './pipeline-stage-conflicts.ts';
import { via } from './pipeline-via-section.ts';
import { rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const tagPattern = ruled('glob', 'a glob over tags', '"v*"', (glob) =>
  /^refs\/tags\//.test(glob)
    ? {
        wrong: `${show(glob)} is a ref, not a tag`,
        next: `Write ${show(glob.slice('refs/tags/'.length))}.`,
      }
    : globFault(glob),
);

const versions = pipe(
  strictObject(
    {
      branch: exactOptional(
        pipe(
          branchName,
          description(
            'Each commit of this branch is a version. Beside `deployments`: the branch that orders them, by default `main`.',
          ),
        ),
      ),
      tags: exactOptional(pipe(tagPattern, description('Tags that match are the versions.'))),
      releases: exactOptional(
        pipe(
          picklist(['prerelease', 'release', 'any'], twoLines('a kind of release', 'prerelease')),
          description('The tags of such releases are the versions; drafts never are.'),
        ),
      ),
      deployments: exactOptional(
        pipe(
          environmentName,
          description('Commits that were deployed well to this environment are the versions.'),
        ),
      ),
      checks: optional(
        pipe(
          checkNames,
          description('Checks that a commit must have passed to be a version at all.'),
        ),
        [],
      ),
    },
    twoLines('a mapping', '{ branch: main }'),
  ),
  rawCheck((section) => versionConflicts(section)),
  description('Where versions come from: one of `branch`, `tags`, `releases` and `deployments`.'),
);

const retry = pipe(
  strictObject(
    {
      attempts: optional(
        pipe(
          wholeNumber(1, 20, 3),
          description('How often it is tried, the first time included; then it needs a person.'),
        ),
        defaultStage.retry.attempts,
      ),
      delay: optional(
        pipe(
          lengthWithin('1s', '7d'),
          description('The wait before the second attempt; doubled for each further one.'),
        ),
        defaultStage.retry.delay,
      ),
      longest: optional(
        pipe(lengthWithin('1s', '30d'), description('No wait is longer.')),
        defaultStage.retry.longest,
      ),
    },
    twoLines('a mapping', '{ attempts: 3 }'),
  ),
  rawCheck((section) => retryConflicts(section)),
  description('What happens after a failed promotion.'),
);

const stage = pipe(
  strictObject(
    {
      name: pipe(stageName, description('What commands, outputs and records call it.')),
      environment: exactOptional(
        pipe(environmentName, description('The GitHub environment. Absent: `name`.')),
      ),
      url: exactOptional(pipe(address, description('Where people find it.'))),
      after: optional(
        pipe(
          stageNames,
          description('Stages before this one; empty = it takes versions from `versions`.'),
        ),
        [],
      ),
      need: optional(
        pipe(
          picklist(['all', 'any'], twoLines('all or any', 'all')),
          description('Whether a version must have been well on all stages of `after`, or on any.'),
        ),
        defaultStage.need,
      ),
      deployment: exactOptional(
        pipe(
          flag,
          description(
            'Whether its promotions are filed as GitHub Deployments. Absent: unless a workflow’s job does so, with `outputs` and `dispatch`.',
          ),
        ),
      ),
      observe: exactOptional(observe),
      via: optional(via, defaultStage.via),
      arrival: exactOptional(
        pipe(
          picklist(['reported', 'observed'], twoLines('reported or observed', 'observed')),
          description(
            'What ends a promotion well: the word of who carried it out, or the stage that is seen to run the version. Absent: `reported` for `outputs` and `dispatch`, and for `ref` and `release` without `observe`; else `observed`.',
          ),
        ),
      ),
      timeout: optional(
        pipe(
          lengthWithin('1m', '30d'),
          description(
            'From the act (of a pull request: its merge) to the arrival; later is a failure.',
          ),
        ),
        defaultStage.timeout,
      ),
      gates: optional(gates, {}),
      retry: optional(retry, {}),
    },
    twoLines('a mapping', '{ name: production, after: [staging] }'),
  ),
  description('One environment with its gates.'),
);

/** A stage as the file has it. */
export type FileStage = InferOutput<typeof stage>;

const pipeline = pipe(
  strictObject(
    {
      versions,
      order: optional(
        pipe(
          picklist(['newest', 'queue', 'finish-first', 'pairwise'], twoLines('an order', 'newest')),
          description(
            '`newest`: older versions are superseded. `queue`: every version goes, one after the other. `finish-first`: one at a time goes through all stages. `pairwise`: each stage takes what the one before it runs.',
          ),
        ),
        defaultPipeline.order,
      ),
      'finish-within': optional(
        pipe(
          lengthWithin('1m', '365d'),
          description(
            'A stage that was behind for this long is overtaken no more, so that nothing starves.',
          ),
        ),
        defaultPipeline['finish-within'],
      ),
      stages: pipe(
        array(stage, twoLines('a list of stages', '[{ name: staging }]')),
        check(
          (stages) => stages.length > 0,
          twoLines('there is no stage in it', 'Write - { name: staging }.'),
        ),
        description('The environments, each after those that it names.'),
      ),
    },
    twoLines('a mapping', '{ versions: { branch: main }, stages: [{ name: staging }] }'),
  ),
  rawCheck((section) => pipelineConflicts(section)),
  description('The graph of environments that a version moves through.'),
);

/** A pipeline as the file has it. */
export type FilePipeline = InferOutput<typeof pipeline>;

/** `pipelines`. */
export const pipelines = pipe(
  record(
    pipe(string(), rule(nameFault)),
    pipeline,
    twoLines(
      'a mapping of names to pipelines',
      '{ app: { versions: { branch: main }, stages: [{ name: staging }] } }',
    ),
  ),
  check(
    (given) => Object.keys(given).length > 0,
    twoLines('there is no pipeline in it', 'Name at least one, or remove pipelines.'),
  ),
  description('How what was merged moves from one environment to the next, by name.'),
);
