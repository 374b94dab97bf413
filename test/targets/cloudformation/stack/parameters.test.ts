import { describe, expect, test } from '@jest/globals';
import { type Problem, UserError } from '../../../../src/core/user-error.ts';
import {
  type DeclaredParameter,
  decideParameters,
} from '../../../../src/targets/cloudformation/stack/parameters.ts';

function declare(name: string, more: Partial<DeclaredParameter> = {}): DeclaredParameter {
  return { name, type: 'String', noEcho: false, ...more };
}

type Facts = Parameters<typeof decideParameters>[0];

function facts(some: Partial<Facts>): Facts {
  return { declared: [], configured: {}, overrides: {}, previous: [], ...some };
}

function problemsOf(some: Partial<Facts>): readonly Problem[] {
  try {
    decideParameters(facts(some));
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems;
    throw cause;
  }
  throw new Error('no problem found');
}

describe('parameters of a change set', () => {
  test('take the input before the configuration, then the previous value, then the default', () => {
    const declared = [
      declare('Both'),
      declare('Configured'),
      declare('Previous', { default: 'd' }),
      declare('Preset', { default: 'd' }),
    ];
    const configured = { Both: 'file', Configured: 'a,b={"c":1}' };
    const overrides = { Both: 'input', Unknown: 'x' };
    expect(
      decideParameters(facts({ declared, configured, overrides, previous: ['Previous', 'Gone'] })),
    ).toEqual([
      { ParameterKey: 'Both', ParameterValue: 'input' },
      { ParameterKey: 'Configured', ParameterValue: 'a,b={"c":1}' },
      { ParameterKey: 'Previous', UsePreviousValue: true },
    ]);
  });

  test('an empty text is a value', () => {
    const declared = [declare('A', { default: 'd' })];
    expect(decideParameters(facts({ declared, configured: { A: '' }, previous: ['A'] }))).toEqual([
      { ParameterKey: 'A', ParameterValue: '' },
    ]);
  });

  test('names that every object has are not values', () => {
    const declared = [declare('constructor')];
    expect(problemsOf({ declared })[0]?.message).toContain('constructor');
  });

  test('all without a value are reported together, with the lines to write', () => {
    const declared = [
      declare('ImageTag'),
      declare('Size', { allowedValues: ['small', 'large'] }),
      declare('Password', { noEcho: true }),
    ];
    const [problem, ...more] = problemsOf({ declared });
    expect(more).toEqual([]);
    expect(problem?.message).toBe(
      'parameters of the template have no value: ImageTag, Size, Password',
    );
    expect(problem?.hint).toContain(
      'preview:\n  cloudformation:\n    parameters:\n      ImageTag: … # String\n      Size: … # one of small, large\n      Password: … # a secret',
    );
  });

  test('a configured one that the template does not declare is refused with the nearest that it does', () => {
    const declared = [declare('ImageTag', { default: '' })];
    const [problem] = problemsOf({ declared, configured: { ImagTag: 'x' } });
    expect(problem).toMatchObject({
      message: expect.stringContaining('no parameter ImagTag'),
      hint: expect.stringContaining('Did you mean ImageTag?'),
    });
  });

  test('a value that the template does not allow is refused, and a secret one not shown', () => {
    const declared = [
      declare('Size', { allowedValues: ['small', 'large'] }),
      declare('Pin', { noEcho: true, allowedValues: ['a'] }),
      declare('Count', { type: 'Number', allowedValues: ['1', '2.0'] }),
    ];
    const configured = { Size: 'huge', Pin: 'hunter2', Count: '2' };
    const messages = problemsOf({ declared, configured }).map(({ message }) => message);
    expect(messages).toEqual([
      'parameter Size is "huge", not one of small, large',
      'parameter Pin is not one of a',
    ]);
  });

  test('a value longer than AWS takes is refused without being shown', () => {
    const [problem] = problemsOf({ declared: [declare('A')], configured: { A: 'x'.repeat(4097) } });
    expect(problem?.message).toBe(
      'the value of parameter A has 4097 characters; CloudFormation takes 4096',
    );
  });
});
