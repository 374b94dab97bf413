import {
  description,
  exactOptional,
  type InferOutput,
  metadata,
  optional,
  pipe,
  rawCheck,
  record,
  strictObject,
  string,
  union,
} from 'valibot';
import { nearest } from '../core/nearest.ts';
import { ruled } from './cloudformation-fields.ts';
import { conflictCheck } from './conflicts.ts';
import { oneOf } from './pipeline-choice.ts';
import { flag, movedRef, valueTemplate } from './pipeline-fields.ts';
import { placeholderFault, withoutPlaceholders } from './pipeline-placeholders.ts';
import { pullRequest } from './pipeline-pull-request-section.ts';
import { refNameFault } from './pipeline-refs.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const kinds = ['dispatch', 'pull-request', 'ref', 'release'];

const workflow = ruled('file name', 'the file of a workflow', 'deploy.yml', workflowFault);

function workflowFault(text: string): Fault | undefined {
  const name = text.split('/').at(-1) ?? '';
  const isFile = /\.ya?ml$/.test(text);
  if (text.includes('/'))
    return {
      wrong: `${show(text)} is a path, and the name of the file is needed`,
      next: `Write ${isFile ? name : 'deploy.yml'}, a file of .github/workflows on that branch.`,
    };
  if (isFile && /^[^\s{}]+$/.test(text)) return undefined;
  return {
    wrong: `${show(text)} is not the file of a workflow`,
    next: `Write ${/^[\w-]+$/.test(text) && !/^\d+$/.test(text) ? text : 'deploy'}.yml, as the file in .github/workflows is called.`,
  };
}

/** The dispatch hands over the key of the attempt itself. */
const inputConflicts = conflictCheck<{ readonly promotion?: unknown }>(
  ['promotion'],
  ({ promotion }) =>
    promotion === undefined || promotion === '{promotion}-a{attempt}'
      ? []
      : [
          {
            path: ['promotion'],
            wrong: 'this input carries the key of the attempt, by which its run is found again',
            next: 'Remove it, or give it another name.',
          },
        ],
);

const inputs = pipe(
  record(
    pipe(
      string(),
      rule((name) =>
        /^[A-Za-z_][\w-]*$/.test(name)
          ? undefined
          : {
              wrong: `${show(name)} cannot be the name of an input`,
              next: 'Use letters, digits, dashes and underscores, and no digit first.',
            },
      ),
    ),
    valueTemplate,
    twoLines('a mapping of names to texts', '{ version: "{version}" }'),
  ),
  rawCheck((section) => inputConflicts(section)),
  metadata({ title: 'templates by name' }),
  description('Its inputs beside `promotion`, the key of the attempt. May hold placeholders.'),
);

const dispatch = pipe(
  union(
    [
      workflow,
      strictObject(
        {
          workflow: pipe(workflow, description('File name in `.github/workflows`.')),
          ref: exactOptional(
            pipe(
              ruled('branch or tag', 'a branch or tag', 'main', dispatchRefFault),
              description(
                'Branch or tag whose workflow runs; may hold placeholders. Absent: the branch of `versions`, else `main`.',
              ),
            ),
          ),
          inputs: exactOptional(inputs),
        },
        twoLines('a mapping', '{ workflow: deploy.yml, inputs: { version: "{version}" } }'),
      ),
    ],
    twoLines('the file of a workflow, or a mapping', 'deploy.yml'),
  ),
  metadata({ title: 'file name' }),
  description('Another workflow deploys. Alone its file: `{ workflow: … }` without inputs.'),
);

function dispatchRefFault(ref: string): Fault | undefined {
  const fault = placeholderFault(ref);
  if (fault) return fault;
  const [, name] = /^refs\/(?:heads|tags)\/(.+)$/.exec(ref) ?? [];
  return name === undefined
    ? refNameFault(withoutPlaceholders(ref))
    : { wrong: `${show(ref)} starts with refs/`, next: `Write ${show(name)}.` };
}

const release = pipe(
  strictObject(
    {
      latest: optional(
        pipe(flag, description('Whether it becomes the latest release of the repository.')),
        true,
      ),
    },
    twoLines('a mapping', '{ latest: true }'),
  ),
  description('The pre-release of the version’s tag becomes a release.'),
);

function viaFault(text: string): Fault | undefined {
  if (text === 'outputs' || text === 'release') return undefined;
  const meant = nearest(text, ['outputs', ...kinds]);
  const examples: Readonly<Record<string, string>> = {
    dispatch: '{ dispatch: deploy.yml }',
    'pull-request':
      '{ pull-request: { edits: [{ file: envs/production.yaml, path: image.tag }] } }',
    ref: '{ ref: heads/production }',
  };
  const example = examples[meant ?? ''] ?? meant ?? 'outputs';
  return {
    wrong:
      meant === text
        ? `${show(text)} alone does not say enough`
        : `${show(text)} is not a way to act.${meant ? ` Did you mean ${show(meant)}?` : ''} Allowed: outputs, release, or a mapping with one of ${kinds.join(', ')}`,
    next: `Write via: ${example}.`,
  };
}

/** `via` of a stage. */
export const via = pipe(
  union(
    [
      pipe(
        string(),
        rule(viaFault),
        metadata({ title: '`outputs`, `release`', pattern: '^(?:outputs|release)$' }),
      ),
      pipe(
        strictObject(
          {
            dispatch: exactOptional(dispatch),
            'pull-request': exactOptional(pullRequest),
            ref: exactOptional(
              pipe(
                movedRef,
                description('A branch or tag that is moved forward to the version’s commit.'),
              ),
            ),
            release: exactOptional(release),
          },
          twoLines('a mapping', '{ ref: heads/production }'),
        ),
        rawCheck((section) => oneOf(kinds, 'how to act', 'via: { dispatch: deploy.yml }')(section)),
      ),
    ],
    twoLines('outputs, release, or a mapping', 'outputs'),
  ),
  metadata({ title: '`outputs`, `release`' }),
  description(
    'How a version is brought there. `outputs`: the workflow that runs the action deploys, and reports.',
  ),
);

/** `via` as the file has it. */
export type FileVia = InferOutput<typeof via>;
