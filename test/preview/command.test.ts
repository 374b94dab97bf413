import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commandHelp, parseCommand } from '../../src/preview/command.ts';
import { commit } from '../builders/pull-request.ts';

const hour = 3_600_000;
const deploy = { kind: 'deploy', commit: undefined };

describe('a command is read', () => {
  test.each<[why: string, comment: string, command: object]>([
    ['alone', '/preview', deploy],
    ['before spaces', '/preview   ', deploy],
    ['before a tab', '/preview\t', deploy],
    ['on a line of its own', 'Looks good!\n\n/preview\n\nThanks', deploy],
    ['with Windows line ends', 'Hi\r\n/preview down\r\n', { kind: 'down' }],
    ['with a commit', `/preview ${commit('a')}`, { kind: 'deploy', commit: commit('a') }],
    [
      'with an upper-case commit',
      `/preview ${commit('A')}`,
      { kind: 'deploy', commit: commit('a') },
    ],
    ['with an abbreviated commit', '/preview abc1234', { kind: 'deploy', commit: 'abc1234' }],
    ['down', '/preview down', { kind: 'down' }],
    ['down after many spaces', '/preview    down', { kind: 'down' }],
    ['keep', '/preview keep 3d', { kind: 'keep', length: 72 * hour }],
    ['keep with hours', '/preview keep 2d12h', { kind: 'keep', length: 60 * hour }],
    ['help', '/preview help', { kind: 'help' }],
    ['reset-db', '/preview reset-db', { kind: 'reset-db' }],
    ['after a fence', '```\nx\n```\n/preview', deploy],
    ['after a tilde fence', '~~~sh\nx\n~~~~\n/preview', deploy],
    ['after an HTML comment', '<!-- a\nb -->\n/preview', deploy],
    ['the first of two', '/preview down\n/preview', { kind: 'down' }],
    ['after a quote', '> /preview down\n/preview help', { kind: 'help' }],
  ])('%s', (_, comment, command) => {
    expect(parseCommand(comment)).toEqual(command);
  });
});

describe('a command is not read', () => {
  test.each<[why: string, comment: string]>([
    ['where there is none', 'Looks good'],
    ['in an empty comment', ''],
    ['in the middle of a line', 'try /preview down'],
    ['after a space', ' /preview'],
    ['after a tab', '\t/preview'],
    ['in a quote', '> /preview'],
    ['in a quote without a space', '>/preview'],
    ['in a fence', '```\n/preview\n```'],
    ['in a fence with a language', '```sh\n/preview\n```'],
    ['in a tilde fence', '~~~\n/preview\n~~~'],
    ['in a fence that is never closed', '```\n/preview'],
    ['in a fence that a shorter one does not close', '````\n```\n/preview\n````'],
    ['in a fence that another sign does not close', '```\n~~~\n/preview\n```'],
    ['in a fence that a line with text does not close', '```\n``` x\n/preview\n```'],
    ['in an HTML comment', '<!--\n/preview\n-->'],
    ['in an HTML comment that is never closed', '<!--\n/preview'],
    ['as code', '`/preview`'],
    ['as the beginning of another word', '/previewx'],
    ['as the beginning of a path', '/preview/down'],
    ['with a dash', '/preview-down'],
    ['in upper case', '/PREVIEW'],
    ['as a list item', '- /preview'],
    ['before a no-break space', '/preview\u00a0down'],
  ])('%s', (_, comment) => {
    expect(parseCommand(comment)).toBeUndefined();
  });
});

describe('a command is answered with what is wrong', () => {
  test.each<[comment: string, reason: RegExp]>([
    ['/preview up', /"\/preview up" is not known/],
    ['/preview down now', /"\/preview down now" is not known/],
    ['/preview Down', /is not known/],
    ['/preview abc', /is not known/],
    ['/preview keep', /^keep: say how long/],
    ['/preview keep forever', /^keep: say how long/],
    ['/preview keep 0d', /^keep: say how long/],
    ['/preview keep -1d', /^keep: say how long/],
    ['/preview keep 3', /^keep: say how long/],
    ['/preview keep 3d please', /is not known/],
    [`/preview ${'a'.repeat(41)}`, /is not known/],
  ])('%s', (comment, reason) => {
    const command = parseCommand(comment);
    expect(command).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) });
  });

  test('that is short, however long the command', () => {
    const command = parseCommand(`/preview ${'z'.repeat(60_000)}`);
    expect(command?.kind === 'invalid' && command.reason.length).toBeLessThan(150);
  });
});

describe('reading a comment', () => {
  const spaces = ' '.repeat(65_000);
  test.each([
    ['spaces', `/preview${spaces}x`],
    ['spaces before a line separator', `/preview${spaces}\u2028`],
    ['words', `/preview${' x'.repeat(32_000)}`],
    ['tabs', `/preview${'\t'.repeat(65_000)}\u2029x`],
    ['openings of HTML comments', '<!--'.repeat(16_000)],
    ['backticks', '`'.repeat(65_000)],
    ['fences', '```\n'.repeat(16_000)],
    ['line ends', '\r\n'.repeat(32_000)],
  ])('of 65,000 characters (%s) takes no time', (_, comment) => {
    const began = performance.now();
    parseCommand(comment);
    expect(performance.now() - began).toBeLessThan(500);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        parseCommand(text);
        parseCommand(`/preview ${text}`);
      }),
    );
  });

  test('finds nothing in any text that is quoted', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const quoted = `/preview\n${text}`.split(/\r?\n/).map((line) => `> ${line}`);
        return parseCommand(quoted.join('\n')) === undefined;
      }),
    );
  });
});

test('every command that help shows is understood', () => {
  for (const [command] of commandHelp) {
    const typed = command.replace('COMMIT', commit('a'));
    expect(parseCommand(typed)?.kind).not.toBe('invalid');
  }
});
