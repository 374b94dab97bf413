import { describe, expect, test } from '@jest/globals';
import { matchesGlob, matchesLogin } from '../../src/core/glob.ts';
import { nearest } from '../../src/core/nearest.ts';
import { formatProblem, UserError } from '../../src/core/user-error.ts';

describe('a glob', () => {
  test.each([
    ['main', '**', true],
    ['a/b/c', '**', true],
    ['main', '*', true],
    ['a/b', '*', false],
    ['feature/a', 'feature/*', true],
    ['feature/a/b', 'feature/*', false],
    ['feature/a/b', 'feature/**', true],
    ['feature', 'feature/**', true],
    ['release-1', 'release-[0-9]', true],
    ['a.js', '*.{js,ts}', true],
    ['.github/x.yml', '**/*.yml', true],
    ['app/.env', 'app/**', true],
    ['Main', 'main', false],
    ['app/[id]/page.tsx', 'app/[id]/page.tsx', true],
    ['!main', '!main', true],
    ['main', '!main', false],
    ['日本語', '日*', true],
  ])('%s against %s: %s', (text, glob, expected) => {
    expect(matchesGlob(text, [glob])).toBe(expected);
  });

  test('of none matches nothing', () => {
    expect(matchesGlob('main', [])).toBe(false);
  });
});

describe('a login', () => {
  test.each([
    ['dependabot[bot]', '*[bot]', true],
    ['dependabot[bot]', 'dependabot[bot]', true],
    ['Renovate[bot]', 'renovate[bot]', true],
    ['bot', '*[bot]', false],
    ['octob', '*[bot]', false],
    ['octocat', 'octo*', true],
    ['octocat', 'octo', false],
    ['o.c', 'o?c', false],
  ])('%s against %s: %s', (login, pattern, expected) => {
    expect(matchesLogin(login, [pattern])).toBe(expected);
  });
});

describe('the nearest word', () => {
  const known = ['dry-run', 'timeout', 'id', 'host'];

  test.each([
    ['dryrun', 'dry-run'],
    ['DRY_RUN', 'dry-run'],
    ['timout', 'timeout'],
    ['ids', 'id'],
    ['hots', 'host'],
    ['timeuot', 'timeout'],
    ['ohts', undefined],
    ['token', undefined],
    ['', undefined],
  ])('to %j is %j', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });
});

describe('an error of the user’s', () => {
  const problems = [
    { message: 'one', hint: 'Mend it.', location: { file: 'a.yml', line: 3, column: 5 } },
    { message: 'two', hint: 'Mend it too.', location: { file: 'a.yml' } },
    { message: 'three', hint: 'And this.' },
  ];

  test('carries all its problems, each at its place', () => {
    const error = UserError.all(problems);
    expect(error.problems).toEqual(problems);
    expect(problems.map(formatProblem)).toEqual(['a.yml:3:5: one', 'a.yml: two', 'three']);
    expect(error.message).toBe('a.yml:3:5: one\na.yml: two\nthree');
  });

  test('is not made of none', () => {
    expect(() => UserError.all([])).toThrow(RangeError);
  });

  test('is one though another bundle made it, and nothing else is', () => {
    const foreign = Object.assign(new Error('x'), { problems });
    expect(foreign instanceof UserError).toBe(true);
    expect(new Error('x') instanceof UserError).toBe(false);
    expect({ problems } instanceof UserError).toBe(false);
  });
});
