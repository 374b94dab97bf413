import { describe, expect, test } from '@jest/globals';
import { defaultIdLength, previewId } from '../../src/preview/preview-id.ts';

/** From 0xSplits/kayron's `pkg/hash`, and names found by search that its form makes awkward. */
const vectors: readonly (readonly [branch: string, id: string])[] = [
  ['fancy-feature-branch', '1d0fd508'],
  ['dependabot/another-one', 'f4436797'],
  ['b/3', 'b0c8a15d'],
  ['b/5', '90d5e647'],
  ['b/7', 'a5fc6fd6'],
  ['b/9', '60f01a7b'],
  ['main', '0d6e4079'],
  ['feature/branch', 'f04ce364'],
  ['feature/new-thing', 'f97b9477'],
  ['Feature/New-Thing', 'f7bc55db'],
  ['release/v1.2.3', '3101f387'],
  ['fix_underscore', 'bb1f1f62'],
  ['user/ümlaut', '797e3c75'],
  ['日本語', '77710aed'],
  ['feat/🚀-launch', '82a1a141'],
  ['renovate/node-20.x', '310535bf'],
  ['HEAD', 'b5180223'],
  ['', 'e3b0c442'],
  ['a'.repeat(255), 'b0f3323e'],
  ['foo ', '6c2d2c76'],
  // Collisions of 32 bits.
  ['feature/ticket-28764', '8f9713b5'],
  ['feature/ticket-32920', '8f9713b5'],
  ['feature/ticket-38161', '7bc550b7'],
  ['feature/ticket-61934', '7bc550b7'],
  // Unquoted in YAML these are numbers.
  ['feature/ticket-109', '83535058'],
  ['feature/ticket-271', '77312372'],
  ['feature/ticket-864', '06944937'],
  ['feature/ticket-75', '168335e1'],
  ['feature/ticket-107', '36538e78'],
];

function idOf(branch: string, length = defaultIdLength): string {
  return previewId({ scheme: 'branch-hash', branch, pullRequest: undefined, length });
}

describe('the identifier by branch', () => {
  test.each(vectors)('of %j is %s, as in Kayron', (branch, id) => {
    expect(idOf(branch)).toBe(id);
  });

  test('is of the composed form that was typed, not of a normalised one', () => {
    expect(idOf('user/u\u0308mlaut')).not.toBe('797e3c75');
  });

  test.each([4, 8, 16])(
    'has %d digits when asked for, and one length begins the other',
    (length) => {
      expect(idOf('main', length)).toHaveLength(length);
      expect(idOf('main', 16).startsWith(idOf('main', length))).toBe(true);
    },
  );

  test('tells two colliding branches apart with more digits', () => {
    expect(idOf('feature/ticket-28764', 16)).not.toBe(idOf('feature/ticket-32920', 16));
  });
});

describe('the identifier by pull request', () => {
  test('is its number', () => {
    expect(previewId({ scheme: 'pull-request', branch: 'x', pullRequest: 42, length: 8 })).toBe(
      'pr-42',
    );
  });

  test('needs a number', () => {
    const nameless = {
      scheme: 'pull-request',
      branch: 'x',
      pullRequest: undefined,
      length: 8,
    } as const;
    expect(() => previewId(nameless)).toThrow(RangeError);
  });
});
