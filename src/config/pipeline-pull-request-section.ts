import {
  array,
  boolean,
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
  union,
} from 'valibot';
import { ruled } from './cloudformation-fields.ts';
import { wholeNumber } from './fields.ts';
import { oneOf } from './pipeline-choice.ts';
import { editConflicts, pullRequestConflicts } from './pipeline-edit-conflicts.ts';
import {
  branchName,
  flag,
  lineTemplate,
  textTemplate,
  valuePath,
  valuePathFault,
  valuesFileFault,
  valueTemplate,
} from './pipeline-fields.ts';
import { literalFault, ofBody } from './pipeline-placeholders.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const editedFile = ruled('path', 'a path', 'envs/production.yaml', (file) =>
  /^\.github\/workflows\//i.test(file)
    ? {
        wrong: `${show(file)} is a workflow, which no GITHUB_TOKEN may change`,
        next: 'Keep the version in a file outside .github/workflows, and have the workflow read it.',
      }
    : valuesFileFault(file),
);

const marker = ruled('text', 'the text of a comment', 'promote:production', (text) =>
  text.trim() === '' || /[\r\n]/.test(text)
    ? {
        wrong: `${show(text)} is not the text of a comment`,
        next: 'Write what stands behind the # on the line of the value, on one line.',
      }
    : literalFault(text),
);

const image = ruled('image', 'the name of an image', 'registry.example.com/web', (name) =>
  /^[a-z0-9][\w.-]*(?::\d+(?=\/))?(?:\/[a-z0-9][\w.-]*)*$/.test(name)
    ? undefined
    : {
        wrong: `${show(name)} is not the name of an image`,
        next: 'Write it without tag and digest, as name in the images of the kustomization has it.',
      },
);

const where = pipe(
  record(
    pipe(string(), rule(valuePathFault)),
    union([string(), valueTemplate], twoLines('a text', 'Deployment')),
    twoLines('a mapping of paths to texts', '{ kind: Deployment }'),
  ),
  metadata({ title: 'texts by path' }),
  description(
    'Only in documents of the file whose values at these paths are these: `{ kind: Deployment, metadata.name: web }`.',
  ),
);

const edit = pipe(
  strictObject(
    {
      file: pipe(editedFile, description('A YAML or JSON file of the repository.')),
      path: exactOptional(
        pipe(
          valuePath,
          description(
            'The value at this path: `image.tag`, `containers[0].image`, `images[name=web].newTag`.',
          ),
        ),
      ),
      marker: exactOptional(
        pipe(marker, description('The value on whose line a comment has this text.')),
      ),
      kustomize: exactOptional(
        pipe(
          image,
          description(
            'The tag, or with `part: digest` the digest, of this image of a kustomization.',
          ),
        ),
      ),
      value: exactOptional(
        pipe(
          valueTemplate,
          description('What the value becomes. May hold placeholders. Absent: `{version}`.'),
        ),
      ),
      part: exactOptional(
        pipe(
          picklist(['tag', 'digest'], twoLines('a part of an image', 'tag')),
          description(
            'Of `registry/name:tag@digest` this changes, and the other is dropped. Absent: the whole value.',
          ),
        ),
      ),
      matches: exactOptional(
        pipe(
          wholeNumber(1, 1000, 2),
          description('How many values must be meant; another number is an error. Absent: 1.'),
        ),
      ),
      where: exactOptional(where),
    },
    twoLines('a mapping', '{ file: envs/production.yaml, path: image.tag }'),
  ),
  rawCheck((section) =>
    oneOf(['path', 'marker', 'kustomize'], 'which value changes', 'path: image.tag')(section),
  ),
  rawCheck((section) => editConflicts(section)),
  description('One change to one file; every other byte of it stays.'),
);

/** An edit as the file has it. */
export type FileEditSection = InferOutput<typeof edit>;

function reviewerFault(name: string): Fault | undefined {
  if (/^(?:team:)?@?[\w.-]+\/[\w-]+$/.test(name))
    return {
      wrong: `${show(name)} has the owner of a team before its slug`,
      next: `Write team:${name.split('/').at(-1)}.`,
    };
  if (name.startsWith('@'))
    return { wrong: `${show(name)} starts with @`, next: `Write ${show(name.slice(1))}.` };
  return /^(?:[A-Za-z0-9][A-Za-z0-9-]{0,38}|team:[a-z0-9][a-z0-9_-]{0,99})$/.test(name)
    ? undefined
    : {
        wrong: `${show(name)} is neither a person nor a team`,
        next: 'Write a login as octocat, a team as team:maintainers.',
      };
}

const reviewer = ruled('login or `team:slug`', 'a person or team', 'octocat', reviewerFault);
const label = lineTemplate('the name of a label', 'promotion');

/** `via.pull-request`. */
export const pullRequest = pipe(
  strictObject(
    {
      edits: pipe(
        array(
          edit,
          twoLines('a list of edits', '[{ file: envs/production.yaml, path: image.tag }]'),
        ),
        description('What it changes.'),
      ),
      base: exactOptional(
        pipe(
          branchName,
          description('Branch it is merged into. Absent: the branch of `versions`, else `main`.'),
        ),
      ),
      title: exactOptional(
        pipe(
          lineTemplate('a title', '"Promote {version} to {environment}"'),
          description('Its title. May hold placeholders.'),
        ),
      ),
      body: exactOptional(
        pipe(
          textTemplate('a text', '"{changelog}"', ofBody),
          description(
            'Its text. May hold placeholders, `{changelog}` and `{gates}`. Absent: both, and how it goes on.',
          ),
        ),
      ),
      message: exactOptional(
        pipe(
          textTemplate('a message', '"Promote {version} to {environment}"'),
          description('Message of its commit. May hold placeholders.'),
        ),
      ),
      labels: optional(
        pipe(
          union([label, array(label)], twoLines('a label or a list of them', '[promotion]')),
          metadata({ title: 'label or list of labels' }),
          description('Its labels. May hold placeholders.'),
        ),
        [],
      ),
      reviewers: optional(
        pipe(
          union([reviewer, array(reviewer)], twoLines('a reviewer or a list of them', '[octocat]')),
          metadata({ title: 'login or `team:slug`, or list of them' }),
          description('Who is asked for a review.'),
        ),
        [],
      ),
      draft: optional(pipe(flag, description('Whether it is opened as a draft.')), false),
      'auto-merge': optional(
        pipe(
          union(
            [
              boolean(),
              picklist(
                ['merge', 'squash', 'rebase'],
                twoLines('true, false or a way to merge', 'squash'),
              ),
            ],
            twoLines('true, false or a way to merge', 'squash'),
          ),
          metadata({ title: '`false`, `true`, `merge`, `squash`, `rebase`' }),
          description(
            'How a run merges it as soon as it may be merged; `true` is `merge`. `false`: people merge.',
          ),
        ),
        false,
      ),
    },
    twoLines('a mapping', '{ edits: [{ file: envs/production.yaml, path: image.tag }] }'),
  ),
  rawCheck((section) => pullRequestConflicts(section)),
  description(
    'Files of the repository are edited in a pull request, and people, or `auto-merge`, merge it.',
  ),
);

/** `via.pull-request` as the file has it. */
export type FilePullRequest = InferOutput<typeof pullRequest>;
