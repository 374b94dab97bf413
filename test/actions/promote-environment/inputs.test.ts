import { describe, expect, test } from '@jest/globals';
import { readPromoteInputs } from '../../../src/actions/promote-environment/inputs.ts';
import { UserError } from '../../../src/core/user-error.ts';
import { readInputs } from '../../../src/runner/read-inputs.ts';
import { at, length } from '../../builders/promotion.ts';

const promotion = 'production-g0-0123456789ab';

function read(inputs: Readonly<Record<string, string>>) {
  const environment = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
  return readInputs(environment, readPromoteInputs).inputs;
}

function problems(inputs: Readonly<Record<string, string>>): string[] {
  try {
    read(inputs);
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems.map(({ message }) => message);
    throw cause;
  }
  return [];
}

describe('the inputs of promote-environment', () => {
  test.each([
    [{}, { mode: 'advance' }],
    [
      { stage: 'production', version: 'v1' },
      { mode: 'advance', stage: 'production', version: 'v1' },
    ],
    [
      { mode: 'report', promotion, result: 'success' },
      { mode: 'report', promotion, result: 'success', evidence: '' },
    ],
    [
      { mode: 'report', promotion, result: 'success', stage: 'production', version: 'v1' },
      {
        mode: 'report',
        promotion,
        stage: 'production',
        version: 'v1',
        result: 'success',
        evidence: '',
      },
    ],
    [
      { mode: 'report', promotion: `${promotion}-a12`, result: 'skipped', evidence: 'a log' },
      { mode: 'report', promotion, attempt: 12, result: 'skipped', evidence: 'a log' },
    ],
    [
      { mode: 'approve', stage: 'production', version: 'v1', why: 'fine' },
      { mode: 'approve', stage: 'production', version: 'v1' },
    ],
    [{ mode: 'hold' }, { mode: 'hold' }],
    [
      { mode: 'hold', stage: 'a', until: '4h' },
      { mode: 'hold', stage: 'a', until: { in: length('4h') } },
    ],
    [
      { mode: 'hold', until: '2026-11-24T18:00:00+01:00' },
      { mode: 'hold', until: { at: at('2026-11-24T17:00:00Z') } },
    ],
    [
      { mode: 'release', stage: 'a', version: 'v1' },
      { mode: 'release', stage: 'a', version: 'v1' },
    ],
    [
      { mode: 'rollback', stage: 'a' },
      { mode: 'rollback', stage: 'a' },
    ],
    [
      { mode: 'abort', stage: 'a', promotion },
      { mode: 'abort', stage: 'a', promotion },
    ],
    [
      { mode: 'override', stage: 'a', version: 'v1', gates: 'soak, window\nhold', why: 'fire' },
      { mode: 'override', stage: 'a', version: 'v1', gates: ['soak', 'window', 'hold'] },
    ],
  ])('%j', (inputs, instruction) => {
    expect(read(inputs)).toMatchObject({ instruction, why: 'why' in inputs ? inputs.why : '' });
  });

  test.each([
    [
      'report without what it needs',
      { mode: 'report' },
      [
        'input promotion is missing: mode report needs promotion, result',
        'input result is missing: mode report needs promotion, result',
      ],
    ],
    [
      'a result without a report',
      { result: 'success', promotion },
      [
        `input promotion is "${promotion}", allowed: nothing, as mode advance has no use for it`,
        'input result is "success", allowed: nothing, as mode advance has no use for it',
      ],
    ],
    [
      'an approval without a version',
      { mode: 'approve', stage: 'production' },
      ['input version is missing: mode approve needs stage, version'],
    ],
    [
      'an override without a reason',
      { mode: 'override', stage: 'a', version: 'v1', gates: 'soak' },
      ['input why is missing: mode override needs stage, version, gates, why'],
    ],
    [
      'a version to be released nowhere',
      { mode: 'release', version: 'v1' },
      ['input stage is missing: mode release with a version needs the stage that it is let into'],
    ],
    [
      'a gate that there is not',
      { mode: 'override', stage: 'a', version: 'v1', gates: 'soak,pin', why: 'fire' },
      [
        'input gates is "pin", allowed: all, health, soak, window, checks, approval, verification, hold',
      ],
    ],
    [
      'a hold for ever',
      { mode: 'hold', until: 'ever' },
      [
        'input until is "ever", allowed: a duration such as 4h, or a moment as 2026-11-24T18:00:00Z',
      ],
    ],
    [
      'a version of two words',
      { version: 'v1 v2' },
      ['input version is "v1 v2", allowed: a tag, or a commit in 7 to 40 hex digits'],
    ],
    [
      'a promotion that none is called',
      { mode: 'report', promotion: 'production', result: 'success' },
      ['input promotion is "production", allowed: the output `promotion` of the run that decided'],
    ],
    [
      'a mode that is misspelt, and nothing about what that one would take',
      { mode: 'aprove', stage: 'a', version: 'v1', why: 'fine' },
      [
        'input mode is "aprove", allowed: advance, report, approve, hold, release, rollback, abort, override',
      ],
    ],
    [
      'a reason that is a book',
      { mode: 'hold', why: 'x'.repeat(501) },
      [expect.stringMatching(/^input why is .*, allowed: a text of at most 500 characters$/)],
    ],
  ])('%s is told', (_, inputs, expected) => {
    expect(problems(inputs as Record<string, string>)).toEqual(expected);
  });
});
