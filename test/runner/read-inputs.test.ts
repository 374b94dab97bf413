import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { type InputReader, readInputs } from '../../src/runner/read-inputs.ts';

function read<Value>(given: Record<string, string>, reading: (reader: InputReader) => Value) {
  return readInputs(given, reading);
}

function problemsOf(given: Record<string, string>, reading: (reader: InputReader) => unknown) {
  try {
    read(given, reading);
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems.map(({ message }) => message);
    throw cause;
  }
  return [];
}

const flag = (reader: InputReader) => reader.flag('dry-run', false);
const length = (reader: InputReader) => reader.integer('length', { min: 4, max: 16 });
const timeout = (reader: InputReader) => reader.duration('timeout');
const mode = (reader: InputReader) => reader.choice('mode', ['one', 'sweep']);

describe('a flag', () => {
  test.each(['true', 'True', 'TRUE', ' true\n'])('is on by %j', (value) => {
    expect(read({ 'INPUT_DRY-RUN': value }, flag).inputs).toBe(true);
  });

  test.each(['false', 'False', 'FALSE', '', '   '])('is off by %j', (value) => {
    expect(read({ 'INPUT_DRY-RUN': value }, flag).inputs).toBe(false);
  });

  test.each(['yes', 'no', 'on', 'off', '1', '0', 'y', 'n', 'tRue', 'truee', 'null', "'true'"])(
    'is neither by %j',
    (value) => {
      expect(problemsOf({ 'INPUT_DRY-RUN': value }, flag)).toEqual([
        `input dry-run is ${JSON.stringify(value)}, allowed: true or false`,
      ]);
    },
  );

  test('that is on by default stays on when it is empty, and goes off by false', () => {
    const wait = (reader: InputReader) => reader.flag('wait', true);
    expect(read({ INPUT_WAIT: '' }, wait).inputs).toBe(true);
    expect(read({ INPUT_WAIT: 'false' }, wait).inputs).toBe(false);
  });
});

describe('a number', () => {
  test.each([
    ['4', 4],
    ['16', 16],
    [' 8 ', 8],
    ['08', 8],
    ['', undefined],
  ])('%j is %s', (value, expected) => {
    expect(read({ INPUT_LENGTH: value }, length).inputs).toBe(expected);
  });

  test.each([
    '3',
    '17',
    '-8',
    '8.0',
    '8e0',
    '0x8',
    'eight',
    '１２',
    '9'.repeat(400),
    'NaN',
    'Infinity',
    '8 9',
  ])('%j is none', (value) => {
    const [message] = problemsOf({ INPUT_LENGTH: value }, length);
    expect(message).toContain('allowed: a whole number from 4 to 16');
    expect(message?.length).toBeLessThan(200);
  });
});

describe('a duration', () => {
  test.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
  ])('%s is %d ms', (value, expected) => {
    expect(read({ INPUT_TIMEOUT: value }, timeout).inputs).toBe(expected);
  });

  test.each([
    '30',
    '30 m',
    '0s',
    '1.5h',
    '-1m',
    '30min',
    '1m30h',
    'PT30M',
    'm',
    '40000d',
    `${'9'.repeat(400)}d`,
  ])('%s is none', (value) => {
    expect(problemsOf({ INPUT_TIMEOUT: value }, timeout)).toHaveLength(1);
  });
});

describe('a choice', () => {
  test('is one of the words, to the letter', () => {
    expect(read({ INPUT_MODE: 'sweep' }, mode).inputs).toBe('sweep');
    expect(problemsOf({ INPUT_MODE: 'Sweep' }, mode)).toEqual([
      'input mode is "Sweep", allowed: one, sweep',
    ]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('is not %s', (value) => {
    expect(problemsOf({ INPUT_MODE: value }, mode)).toHaveLength(1);
  });
});

describe('inputs', () => {
  test('are reported with all their problems at once', () => {
    const given = { 'INPUT_DRY-RUN': 'yes', INPUT_LENGTH: '99', INPUT_MODE: 'both' };
    const all = (reader: InputReader) => [flag(reader), length(reader), mode(reader)];
    expect(problemsOf(given, all)).toHaveLength(3);
  });

  test('that are read by others are reported with the rest', () => {
    const bad = () => {
      throw UserError.all([
        { message: 'one', hint: 'x' },
        { message: 'two', hint: 'x' },
      ]);
    };
    const given = { INPUT_LENGTH: '99', INPUT_PARAMETERS: 'a: b' };
    const all = (reader: InputReader) => [length(reader), reader.parsed('parameters', bad)];
    expect(problemsOf(given, all)).toEqual([expect.any(String), 'one', 'two']);
    expect(read({}, (reader) => reader.parsed('parameters', bad)).inputs).toBeUndefined();
  });

  test.each([
    ['INPUT_DRYRUN', 'dryrun'],
    ['INPUT_DRY_RUN', 'dry_run'],
    ['INPUT_DRI-RUN', 'dri-run'],
  ])('that look like a slip (%s) are a warning naming the right one', (variable, name) => {
    const { warnings } = read({ [variable]: 'true' }, flag);
    expect(warnings).toEqual([`input "${name}" does not exist; did you mean "dry-run"?`]);
  });

  test('of others are none of our business', () => {
    const given = { INPUT_WHO_TO_GREET: 'Mona', INPUT_NODE_VERSION: '24', HOME: '/root' };
    expect(read(given, flag).warnings).toEqual([]);
  });

  test('that slipped are named beside a problem, for they may be its cause', () => {
    const given = { INPUT_LENGTH: 'x', INPUT_LENGHT: '8' };
    expect(problemsOf(given, length)).toHaveLength(2);
  });

  test('are cut when they are long, and quoted, so that no line of theirs is a command', () => {
    const [message] = problemsOf(
      { INPUT_MODE: `\n::set-output name=x::y\n${'z'.repeat(10_000)}` },
      mode,
    );
    expect(message).toMatch(/^input mode is "::set-output/);
    expect(message).not.toContain('\n');
    expect(message?.length).toBeLessThan(200);
  });
});
