import type { BadCase } from './bad-input-cases.ts';

const action = 'promote-environment';
const promotion = 'production-g0-0123456789ab';
const two = `pipelines:
  app: { versions: { branch: main }, stages: [{ name: staging }, { name: production, after: [staging] }] }
  site: { versions: { branch: main }, stages: [{ name: live }] }
`;

type Case = readonly [name: string, inputs: Readonly<Record<string, string>>, ...errors: RegExp[]];

const inputs: readonly Case[] = [
  ['a mode that is misspelt', { mode: 'advanced' }, /input mode is "advanced", allowed: advance/],
  ['a report of nothing', { mode: 'report' }, /input promotion/, /input result/],
  [
    'a report with a word of its own',
    { mode: 'report', promotion, result: 'succeeded' },
    /input result is "succeeded", allowed: success, failure/,
  ],
  [
    'a promotion by the name of its stage',
    { mode: 'report', promotion: 'production', result: 'success' },
    /input promotion is "production"/,
  ],
  ['a result without a report', { result: 'success' }, /as mode advance has no use for it/],
  ['evidence without a report', { evidence: 'a log' }, /as mode advance has no use for it/],
  ['an approval of nothing', { mode: 'approve' }, /input stage/, /input version/],
  ['a rollback of nothing', { mode: 'rollback' }, /input stage is missing/],
  ['an abort of nothing', { mode: 'abort' }, /input stage is missing/],
  [
    'an emergency without a reason',
    { mode: 'override', stage: 'a', version: 'v1', gates: 'soak' },
    /input why is missing/,
  ],
  [
    'an emergency for a pin',
    { mode: 'override', stage: 'a', version: 'v1', gates: 'pin', why: 'x' },
    /input gates is "pin", allowed: all, health/,
  ],
  ['a hold until tomorrow', { mode: 'hold', until: 'tomorrow' }, /input until is "tomorrow"/],
  ['a version of two words', { version: 'v1 v2' }, /input version is "v1 v2"/],
  ['a version that is a book', { version: 'v'.repeat(251) }, /at most 250 characters/],
  ['a command in a version', { version: 'v1\n::set-output name=x::y' }, /input version/],
  ['a dry run perhaps', { 'dry-run': 'perhaps' }, /true or false/],
  ['a configuration elsewhere', { config: '../x.yml' }, /without \.\./],
];

const pipelines: readonly Case[] = [
  ['no pipeline of two', {}, /input pipeline is missing, and there are several: app, site/],
  [
    'a pipeline that is misspelt',
    { pipeline: 'ap' },
    /input pipeline is "ap", allowed: app, site\n.*`app`/,
  ],
  [
    'a stage that is misspelt',
    { pipeline: 'app', stage: 'prodction' },
    /input stage: pipeline app has no stage "prodction"; did you mean "production"/,
  ],
  [
    'a stage of another pipeline',
    { pipeline: 'app', mode: 'hold', stage: 'live' },
    /pipeline app has no stage "live"; it has staging, production/,
  ],
];

/** Faults in what promote-environment is given. */
export const promoteCases: readonly BadCase[] = [
  ...inputs.map(([name, given, ...errors]) => ({
    name: `${action}: ${name}`,
    step: { action, inputs: given, event: 'schedule' } as const,
    errors,
  })),
  ...pipelines.map(([name, given, ...errors]) => ({
    name: `${action}: ${name}`,
    step: {
      action,
      inputs: given,
      event: 'schedule',
      files: { '.github/understudy.yml': two },
    } as const,
    errors,
  })),
  {
    name: `${action}: a configuration without pipelines`,
    step: { action, event: 'schedule', files: { '.github/understudy.yml': 'preview: {}\n' } },
    errors: [/understudy\.yml has no `pipelines`/],
  },
];
