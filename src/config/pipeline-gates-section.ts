import {
  array,
  check,
  description,
  exactOptional,
  type InferOutput,
  metadata,
  optional,
  pipe,
  rawCheck,
  strictObject,
  union,
} from 'valibot';
import { nearest } from '../core/nearest.ts';
import { approvingPermissions } from '../promotion/permissions.ts';
import { ruled } from './cloudformation-fields.ts';
import { wholeNumber } from './fields.ts';
import { asList } from './lists.ts';
import { defaultApproval } from './pipeline-defaults.ts';
import {
  addressFault,
  checkNames,
  flag,
  lengthWithin,
  nameFault,
  verificationCommand,
} from './pipeline-fields.ts';
import { approvalConflicts, verificationConflicts } from './pipeline-gate-conflicts.ts';
import { beforePromotion } from './pipeline-placeholders.ts';
import { windowsSection } from './pipeline-windows-section.ts';
import type { Fault } from './rule.ts';
import { show, twoLines } from './wording.ts';

function approverFault(text: string): Fault | undefined {
  const allowed =
    'Write write, maintain or admin for a permission, "@octocat" for a person, or the slug of a team.';
  if (text.startsWith('@'))
    return /^@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/.test(text)
      ? undefined
      : {
          wrong: `${show(text)} is not a person${text.includes('/') ? ', and teams stand without owner' : ''}`,
          next: text.includes('/') ? `Write ${text.split('/').at(-1)}.` : 'Write it as "@octocat".',
        };
  if (['read', 'triage', 'none'].includes(text))
    return { wrong: `whoever only has ${text} may not approve`, next: allowed };
  if (/^[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9_])?$/.test(text)) return undefined;
  const meant = nearest(text, approvingPermissions);
  return {
    wrong: `${show(text)} is no permission, no person and no slug of a team.${meant ? ` Did you mean ${show(meant)}?` : ''}`,
    next: meant ? `Write ${meant}.` : allowed,
  };
}

const approver = ruled(
  '`write`, `maintain`, `admin`, `@login` or team',
  'a permission, a person or a team',
  'write',
  approverFault,
);

const approval = pipe(
  strictObject(
    {
      by: optional(
        pipe(
          union(
            [approver, array(approver)],
            twoLines('who may approve, or a list of them', '[write]'),
          ),
          check(
            (by: string | string[]) => asList(by).length > 0,
            twoLines('nobody is in it, so that nobody could approve', 'Write by: [write].'),
          ),
          metadata({ title: '`write`, `maintain`, `admin`, `@login`, team, or list of them' }),
          description(
            'Who may approve: whoever has this permission, a person, or the members of a team by its slug. Any of them will do.',
          ),
        ),
        defaultApproval.by,
      ),
      count: optional(
        pipe(wholeNumber(1, 100, 1), description('How many of them must.')),
        defaultApproval.count,
      ),
      self: optional(
        pipe(flag, description('Whether authors may approve what they made themselves.')),
        defaultApproval.self,
      ),
      'expire-after': exactOptional(
        pipe(
          lengthWithin('1m', '365d'),
          description('An approval counts for this long. Absent: while the version waits.'),
        ),
      ),
    },
    twoLines('a mapping', '{ by: [maintainers], count: 1 }'),
  ),
  rawCheck((section) => approvalConflicts(section)),
  description('People who must agree to this version for this stage.'),
);

const verificationRun = pipe(
  strictObject(
    {
      name: pipe(
        ruled('name', 'a name', 'smoke', nameFault),
        description('What its result is recorded under.'),
      ),
      http: exactOptional(
        pipe(
          ruled('address', 'an address', 'https://example.com/healthz', (text) =>
            addressFault(text, beforePromotion),
          ),
          description('Passes when this answers well. May hold placeholders.'),
        ),
      ),
      expect: exactOptional(
        pipe(
          wholeNumber(100, 599, 200),
          description('Status that counts as well; without it any from 200 to 399.'),
        ),
      ),
      command: exactOptional(
        pipe(
          verificationCommand,
          description('Passes when it ends with 0. No shell; words may hold placeholders.'),
        ),
      ),
      timeout: exactOptional(
        pipe(
          lengthWithin('1s', '6h'),
          description('How long one try may take. Absent: 30s for `http`, 10m for `command`.'),
        ),
      ),
    },
    twoLines('a mapping', '{ name: smoke, http: "https://staging.example.com/healthz" }'),
  ),
  description('A look whether a version is right.'),
);

const verification = pipe(
  strictObject(
    {
      runs: pipe(
        array(
          verificationRun,
          twoLines(
            'a list of verifications',
            '[{ name: smoke, http: "https://staging.example.com/healthz" }]',
          ),
        ),
        description('Verifications that a run makes itself, in this order. All must pass.'),
      ),
      'valid-for': exactOptional(
        pipe(
          lengthWithin('1m', '365d'),
          description('A result counts for this long. Absent: for good.'),
        ),
      ),
    },
    twoLines(
      'a mapping',
      '{ runs: [{ name: smoke, http: "https://staging.example.com/healthz" }] }',
    ),
  ),
  rawCheck((section) => verificationConflicts(section)),
  description('What must have passed at this version before it may enter.'),
);

/** `gates` of a stage. */
export const gates = pipe(
  strictObject(
    {
      soak: exactOptional(
        pipe(
          lengthWithin('1m', '90d'),
          description(
            'Healthy time at this version on the stages before. A failure starts it anew.',
          ),
        ),
      ),
      windows: exactOptional(windowsSection),
      checks: exactOptional(
        pipe(checkNames, description('Checks that must have passed at the version’s commit.')),
      ),
      approval: exactOptional(approval),
      verification: exactOptional(verification),
    },
    twoLines('a mapping', '{ soak: 24h }'),
  ),
  description(
    'What must hold before a version may enter. A stage before that is not well always keeps it out.',
  ),
);

/** `gates` as the file has them. */
export type FileGates = InferOutput<typeof gates>;
