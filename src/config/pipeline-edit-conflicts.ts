import { type Conflict, conflictCheck } from './conflicts.ts';
import { defaultEditValue } from './pipeline-defaults.ts';
import { namesVersion } from './pipeline-placeholders.ts';
import { show } from './wording.ts';

/** An edit as conflicts are looked for in it. */
export interface EditLike {
  readonly file?: string;
  readonly path?: string;
  readonly marker?: string;
  readonly kustomize?: string;
  readonly value?: string | number | boolean;
  readonly part?: string;
  readonly where?: Readonly<Record<string, unknown>>;
}

/** What an edit says in vain. */
export const editConflicts = conflictCheck<EditLike>(
  ['path', 'marker', 'kustomize', 'value', 'part', 'where'],
  ({ path, value, part, where }) => [
    ...(where && path === undefined
      ? [
          {
            path: ['where'],
            wrong: 'it picks documents for a path, and there is none',
            next: 'Remove it, or write path: instead.',
          },
        ]
      : []),
    ...(part === 'digest' && value === undefined
      ? [
          {
            path: ['part'],
            wrong: `the value would be ${defaultEditValue}, and a version is no digest`,
            next: 'Add value: with the digest, or write part: tag.',
          },
        ]
      : []),
  ],
);

interface PullRequest {
  readonly edits: readonly EditLike[];
  readonly draft: boolean;
  readonly 'auto-merge': boolean | string;
}

/** What a pull request cannot be at once, and edits that change nothing or the same twice. */
export const pullRequestConflicts = conflictCheck<PullRequest>(
  ['edits', 'draft', 'auto-merge'],
  ({ edits, draft, 'auto-merge': merge }) => [
    ...(draft && merge !== false
      ? [
          {
            path: ['auto-merge'],
            wrong: 'a draft cannot be merged',
            next: 'Remove draft: true, or write auto-merge: false.',
          },
        ]
      : []),
    ...(edits.length === 0
      ? [
          {
            path: ['edits'],
            wrong: 'there is no edit in it, so that nothing would change',
            next: 'Write - { file: envs/production.yaml, path: image.tag }.',
          },
        ]
      : []),
    ...constant(edits),
    ...edits.flatMap((edit, index): Conflict[] =>
      edits.findIndex((other) => meaning(other) === meaning(edit)) < index
        ? [
            {
              path: ['edits', index],
              wrong: 'it changes the same value as an edit above it',
              next: 'Remove one of the two.',
            },
          ]
        : [],
    ),
  ],
);

/** Which value of which file an edit means, whatever of it is sound. */
export function meaning({ file, path, marker, kustomize, where }: EditLike): string {
  const conditions = Object.entries(where ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([file, path, marker, kustomize, conditions]);
}

function constant(edits: readonly EditLike[]): Conflict[] {
  const [first] = edits;
  const values = edits.map(({ value = defaultEditValue }) => String(value));
  if (!first || values.some(namesVersion)) return [];
  return [
    {
      path: ['edits', 0, 'value'],
      wrong: `${show(values[0])} is the same for every version, so that nothing would be promoted`,
      next: `Write value: "${defaultEditValue}".`,
    },
  ];
}
