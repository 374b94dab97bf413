import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { progressLine, progressLog } from '../../src/actions/log-progress.ts';
import { instant } from '../../src/core/time.ts';
import { escapeCommands } from '../../src/runner/escape-commands.ts';
import { logGroups } from '../../src/runner/log-groups.ts';
import {
  fileCommand,
  workflowCommand,
  writeOutput,
  writeSummary,
} from '../../src/runner/workflow-commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the runner takes the line for a command (actions/runner, ActionCommand.cs). */
function isCommand(line: string): boolean {
  return /^\s*::[^:]/.test(line) || /##\[[a-z-]+/i.test(line);
}

const attacks = [
  '::set-output name=url::https://e.vil',
  '  ::add-mask::a',
  '##[set-env name=PATH]/tmp/evil',
  'x ##[error]y',
  '::stop-commands::token',
  'a\n::error::b',
  'a\r\n::error::b',
  '\u001b[0m::warning::c',
  '::::debug::d',
];

describe('what an application prints', () => {
  test.each(attacks)('gives the runner no command: %j', (line) => {
    const at = instant(0);
    const logged = [
      escapeCommands(line),
      progressLine({ kind: 'log', at, service: 'web', line }),
      progressLine({ kind: 'step', at, service: line, step: line, state: 'failed', detail: line }),
    ];
    for (const text of logged) {
      expect(text).not.toMatch(/[\r\n]/);
      expect(isCommand(text)).toBe(false);
    }
  });

  test('gives the runner no command, whatever it is', () => {
    const parts = fc.constantFrom(
      '::',
      ':',
      '##[',
      '#',
      '[',
      'error',
      ' ',
      '\n',
      '\r',
      'x',
      '::error::',
    );
    fc.assert(
      fc.property(fc.array(parts), (words) => !isCommand(escapeCommands(words.join('')))),
      { numRuns: 1_000 },
    );
  });
});

describe('a workflow command', () => {
  test('is one line, escaped as the toolkit does', () => {
    const properties = { file: 'a,b:c.yml', line: 3, col: 1 };
    expect(workflowCommand('error', '100 %\nsecond\rthird', properties)).toBe(
      '::error file=a%2Cb%3Ac.yml,line=3,col=1::100 %25%0Asecond%0Dthird',
    );
  });

  test('without properties has none', () => {
    expect(workflowCommand('notice', 'done')).toBe('::notice::done');
  });

  test.each(attacks)('of a group holds its title, whatever that is: %j', (service) => {
    const said: string[] = [];
    const log = progressLog({
      log: (line) => said.push(line),
      ...logGroups((line) => said.push(line)),
    });
    const step = { kind: 'step', at: instant(0), service, step: service } as const;
    for (const state of ['running', 'failed'] as const) log({ ...step, state, detail: service });
    expect(said.filter(isCommand)).toEqual([
      expect.stringMatching(/^::group::[^\r\n]*$/),
      '::endgroup::',
    ]);
  });

  test.each(attacks)('holds its message, whatever that is: %j', (message) => {
    expect(workflowCommand('warning', message)).toMatch(/^::warning::[^\r\n]*$/);
  });
});

describe('a group of the log', () => {
  test('ends with the next one, for groups do not nest, and once only', () => {
    const said: string[] = [];
    const groups = logGroups((line) => said.push(line));
    groups.endGroup();
    groups.group('one');
    groups.group('two');
    groups.endGroup();
    groups.endGroup();
    expect(said).toEqual(['::group::one', '::endgroup::', '::group::two', '::endgroup::']);
  });
});

describe('an output', () => {
  test('reaches the file with all its lines', () => {
    const file = join(folder, 'output');
    writeFileSync(file, '');
    writeOutput({ GITHUB_OUTPUT: file }, 'urls', '{\n}');
    expect(readFileSync(file, 'utf8')).toBe('urls<<ghadelimiter\n{\n}\nghadelimiter\n');
  });

  test('cannot end itself early', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('ghadelimiter', '_', '\n', 'x', 'name<<')), (parts) => {
        const value = parts.join('');
        const [head = '', ...lines] = fileCommand('name', value).split('\n');
        const delimiter = head.slice('name<<'.length);
        const end = lines.indexOf(delimiter);
        return lines.slice(0, end).join('\n') === value && lines.slice(end + 1).join('') === '';
      }),
    );
  });

  test('goes nowhere without a runner', () => {
    expect(() => {
      writeOutput({}, 'state', 'created');
      writeSummary({}, '### Done');
    }).not.toThrow();
  });
});
