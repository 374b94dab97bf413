import { type Conflict, conflictCheck } from './conflicts.ts';
import { asList, type TextOrList } from './lists.ts';
import { show } from './wording.ts';

interface Approval {
  readonly by: TextOrList;
  readonly count: number;
}

/** More people than are named. */
export const approvalConflicts = conflictCheck<Approval>(['by', 'count'], ({ by, count }) => {
  const given = asList(by).map((entry) => entry.toLowerCase());
  const people = new Set(given).size;
  return count > people && given.every((entry) => entry.startsWith('@'))
    ? [
        {
          path: ['count'],
          wrong: `${count} must approve, and only ${people === 1 ? '1 person is' : `${people} people are`} named`,
          next: 'Name more, or lower count.',
        },
      ]
    : [];
});

interface Run {
  readonly name: string;
  readonly http?: string;
  readonly expect?: number;
  readonly command?: readonly unknown[];
}

/** A verification that looks at nothing or at two things, and names used twice. */
export const verificationConflicts = conflictCheck<{ readonly runs: readonly Run[] }>(
  ['runs'],
  ({ runs }) => [
    ...(runs.length > 0
      ? []
      : [
          {
            path: ['runs'],
            wrong: 'there is no verification in it',
            next: 'Write - { name: smoke, http: "https://staging.example.com/healthz" }, or remove verification.',
          },
        ]),
    ...runs.flatMap((run, index) => runConflicts(run, ['runs', index])),
    ...runs.flatMap(({ name }, index) =>
      runs.findIndex((other) => other.name === name) < index
        ? [
            {
              path: ['runs', index, 'name'],
              wrong: `two verifications are called ${show(name)}`,
              next: 'Give each a name of its own.',
            },
          ]
        : [],
    ),
  ],
);

function runConflicts({ http, expect, command }: Run, path: Conflict['path']): Conflict[] {
  if (http === undefined && command === undefined)
    return [
      {
        path,
        wrong: 'it does not say what is looked at',
        next: 'Add http: "https://staging.example.com/healthz" or command: [npm, run, e2e].',
      },
    ];
  if (http !== undefined && command !== undefined)
    return [
      {
        path: [...path, 'command'],
        wrong: 'it stands beside http, and a verification is one of the two',
        next: 'Make two verifications of it.',
      },
    ];
  return command && expect !== undefined
    ? [
        {
          path: [...path, 'expect'],
          wrong: 'a command has no status but 0',
          next: 'Remove it.',
        },
      ]
    : [];
}
