import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sha256Hex } from '../../src/core/sha256.ts';
import { branchSlug, isDnsLabel } from '../../src/preview/slug.ts';

const branches = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.stringMatching(/^[a-zA-Z0-9/_.-]{0,80}$/),
  fc.stringMatching(/^[a-z0-9-]{1,60}-[0-9a-f]{8}$/),
);

describe('a slug', () => {
  test.each([
    ['main', 'main'],
    ['a', 'a'],
    ['fix-1', 'fix-1'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('of the label %j is the branch itself', (branch, slug) => {
    expect(branchSlug(branch)).toBe(slug);
  });

  test.each([
    ['Feature/New-Thing', 'feature-new-thing-f7bc55db'],
    ['feature/new-thing', 'feature-new-thing-f97b9477'],
    ['fix_underscore', 'fix-underscore-bb1f1f62'],
    ['release/v1.2.3', 'release-v1-2-3-3101f387'],
    ['日本語', 'x-77710aed'],
    ['', 'x-e3b0c442'],
    ['a'.repeat(255), `${'a'.repeat(54)}-b0f3323e`],
  ])('of %j is folded and carries its hash', (branch, slug) => {
    expect(branchSlug(branch)).toBe(slug);
  });

  test('of a branch that looks like a slug of ours carries a hash of its own', () => {
    const disguised = branchSlug('Feature/New-Thing');
    expect(branchSlug(disguised)).toBe(`${disguised}-${sha256Hex(disguised).slice(0, 8)}`);
  });

  test('does not double a dash where the cut falls on one', () => {
    const slug = branchSlug(`${'a'.repeat(53)}/b`);
    expect(slug).toMatch(/^a{53}-[0-9a-f]{8}$/);
  });

  test('is always one DNS label', () => {
    fc.assert(fc.property(branches, (branch) => isDnsLabel(branchSlug(branch))));
  });

  test('is never shared by two branches', () => {
    fc.assert(
      fc.property(branches, branches, (one, other) => {
        fc.pre(one !== other);
        return branchSlug(one) !== branchSlug(other);
      }),
    );
  });

  test('is never shared by a branch and one named like its slug', () => {
    fc.assert(
      fc.property(branches, (branch) => {
        const slug = branchSlug(branch);
        return slug === branch || branchSlug(slug) !== slug;
      }),
    );
  });

  test('is never shared by branches that differ in case, separators or width alone', () => {
    const alike = ['Feature/x', 'feature/x', 'feature-X', 'feature_x', 'feature//x', 'ｆeature/x'];
    expect(new Set(alike.map(branchSlug)).size).toBe(alike.length);
  });
});
