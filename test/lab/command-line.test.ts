import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Output, runLab } from '../../src/lab/command-line.ts';

const root = join(process.cwd(), 'test/lab/fixtures/project');
const printed = { out: '', err: '' };
const output: Output = {
  print: (line) => {
    printed.out += `${line}\n`;
  },
  complain: (line) => {
    printed.err += `${line}\n`;
  },
};

beforeEach(() => void Object.assign(printed, { out: '', err: '' }));

describe('bad arguments are one clear error', () => {
  test.each([
    ['an unknown command', ['labs'], '"labs" is not a command', 'Did you mean lab?'],
    [
      'nothing like a command',
      ['frobnicate'],
      'is not a command',
      'There are: lab, lab github, lab step.',
    ],
    [
      'a slip in a command of lab',
      ['lab', 'stap'],
      '"stap" is not a command',
      'Did you mean lab step?',
    ],
    ['an unknown option', ['lab', '--onec'], "Unknown option '--onec'", 'See --help.'],
    ['an option without its value', ['lab', '--port'], "'--port <value>'", 'See --help.'],
    [
      'a port that is none',
      ['lab', '--port', '70000'],
      '--port 70000 is not a port',
      'from 0 (any) to 65535',
    ],
    ['two repositories', ['lab', 'a/b', 'c/d'], 'at most one REPO', 'Usage: lab'],
    ['a step without an action', ['lab', 'step'], 'exactly one ACTION', 'Usage: lab step'],
    ['a step without an event', ['lab', 'step', 'echo'], 'needs --event and --payload', 'Usage'],
    [
      'a payload that is not there',
      ['lab', 'step', 'echo', '--event', 'push', '--payload', 'none.json'],
      'cannot read the payload none.json',
      'Give a file',
    ],
    [
      'an input without a value',
      ['lab', 'step', 'echo', '--event', 'push', '--payload', 'package.json', '--input', 'x'],
      '--input x has no =',
      'name=value',
    ],
    [
      'an action that does not exist',
      ['lab', 'step', 'ecko', '--event', 'push', '--payload', 'package.json'],
      'no action is called "ecko"',
      'Did you mean echo?',
    ],
    [
      'a repository without an owner',
      ['lab', 'github', '--repository', 'shop'],
      'shop',
      'owner/name',
    ],
  ])('%s', async (_, argv, message, hint) => {
    expect(await runLab(argv, root, output)).toBe(1);
    expect(printed.err).toContain(message);
    expect(printed.err).toContain(hint);
    expect(printed.err).not.toMatch(/^\s+at /m);
  });

  test('a path that is no repository is told in the form that was asked for', async () => {
    expect(await runLab(['lab', 'no/such/path', '--json'], root, output)).toBe(1);
    expect(JSON.parse(printed.out)).toMatchObject({ event: 'error', hint: expect.any(String) });
  });
});

test.each([
  [['--help'], 'lab [REPO]'],
  [['lab', '--help'], 'lab [REPO]'],
  [['lab', 'step', '--help'], 'lab step ACTION'],
  [['lab', 'github', '-h'], 'lab github'],
])('%j prints how it is used', async (argv, usage) => {
  expect(await runLab(argv, root, output)).toBe(0);
  expect(printed.out).toContain(usage);
});

test('lab github --help lists all that GitHub has no button for', async () => {
  const source = readFileSync('src/lab/github/lab-control.ts', 'utf8');
  const served = new Set([...source.matchAll(/'\w+ (\/_lab\/[\w-]+)'/g)].map(([, path]) => path));
  expect(served.size).toBeGreaterThan(10);
  expect(await runLab(['lab', 'github', '--help'], root, output)).toBe(0);
  const listed = new Set(printed.out.match(/\/_lab\/[\w-]+/g));
  expect(listed).toEqual(served);
});

test('a step is run and told in one line', async () => {
  const script = 'append("OUTPUT", "a=1\\n"); console.log("::error::no"); process.exitCode = 4';
  const argv = ['lab', 'step', 'echo', '--event', 'push', '--payload', 'package.json', '--input'];
  expect(await runLab([...argv, `script=${script}`], root, output)).toBe(0);
  expect(printed.out.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(printed.out)).toMatchObject({
    exit: 4,
    outputs: { a: '1' },
    summary: '',
    annotations: [{ level: 'error', message: 'no' }],
    'wall-ms': expect.any(Number),
  });
});
