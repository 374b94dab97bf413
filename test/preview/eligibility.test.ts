import { describe, expect, test } from '@jest/globals';
import {
  decideEligibility,
  type EligibilityFacts,
  type EligibilityRules,
} from '../../src/preview/eligibility.ts';
import type { PullRequest } from '../../src/preview/pull-request.ts';
import { rules } from '../builders/configuration.ts';
import { commit, pullRequest, repository, withHead } from '../builders/pull-request.ts';

const known: EligibilityFacts = {
  repository,
  approved: undefined,
  changedPaths: undefined,
  requested: false,
};

function decide(
  asked: Partial<PullRequest>,
  ruled: Partial<EligibilityRules> = {},
  facts: Partial<EligibilityFacts> = {},
) {
  return decideEligibility(pullRequest(asked), rules(ruled as never), { ...known, ...facts });
}

const onBranch = (branch: string) => ({ head: { ...pullRequest().head, branch } });
const fromFork = { head: { ...pullRequest().head, repository: 'mallory/shop' } };
const fromDeletedFork = { head: { ...pullRequest().head, repository: undefined } };
const toBase = (branch: string) => ({ base: { branch, sha: commit('0') } });

const refusals: readonly (readonly [
  rule: string,
  why: string,
  asked: Partial<PullRequest>,
  ruled?: Partial<EligibilityRules>,
  facts?: Partial<EligibilityFacts>,
])[] = [
  ['closed', 'it is closed', { state: 'closed' }],
  ['closed', 'it is merged', { state: 'closed', merged: true }],
  ['closed', 'it is closed, though asked for', { state: 'closed' }, {}, { requested: true }],
  ['fork', 'forks are never allowed', fromFork, { forks: 'never' }, { approved: true }],
  ['fork', 'nobody approved the commit', fromFork],
  ['fork', 'the approval is not known', fromFork, {}, { approved: undefined, requested: true }],
  ['fork', 'the fork was deleted', fromDeletedFork],
  ['draft', 'it is a draft', { draft: true }, { drafts: false }],
  [
    'branch',
    'the branch is excluded',
    onBranch('dependabot/npm/x'),
    {
      branches: { include: ['**'], exclude: ['dependabot/**'] },
    },
  ],
  [
    'branch',
    'the branch is not included',
    onBranch('fix'),
    {
      branches: { include: ['feature/**'], exclude: [] },
    },
  ],
  [
    'branch',
    'one star stops at a slash',
    onBranch('feature/a/b'),
    {
      branches: { include: ['feature/*'], exclude: [] },
    },
  ],
  [
    'branch',
    'exclusion outdoes inclusion',
    onBranch('feature/x'),
    {
      branches: { include: ['feature/x'], exclude: ['**'] },
    },
  ],
  ['base', 'the base is another', toBase('release'), { base: ['main'] }],
  [
    'author',
    'bots are excluded',
    { author: 'dependabot[bot]' },
    {
      authors: { include: [], exclude: ['*[bot]'] },
    },
  ],
  [
    'author',
    'the author is not included',
    { author: 'mallory' },
    {
      authors: { include: ['octo*'], exclude: [] },
    },
  ],
  [
    'label',
    'a label refuses',
    { labels: ['No-Preview'] },
    {
      labels: { any: [], none: ['no-preview'] },
    },
  ],
  [
    'label',
    'a needed label is missing',
    { labels: ['bug'] },
    {
      labels: { any: ['preview'], none: [] },
    },
  ],
  [
    'paths',
    'nothing of these is touched',
    {},
    { paths: ['app/**'] },
    { changedPaths: ['docs/a.md'] },
  ],
  ['paths', 'nothing is touched at all', {}, { paths: ['app/**'] }, { changedPaths: [] }],
];

const acceptances: readonly (readonly [
  why: string,
  asked: Partial<PullRequest>,
  ruled?: Partial<EligibilityRules>,
  facts?: Partial<EligibilityFacts>,
])[] = [
  ['no rule refuses', {}],
  ['drafts are allowed by default', { draft: true }],
  ['the fork’s commit is approved', fromFork, {}, { approved: true }],
  [
    'the repository’s name is in another case',
    { head: { ...pullRequest().head, repository: 'Acme/Shop' } },
  ],
  [
    'two stars cross slashes',
    onBranch('feature/a/b'),
    { branches: { include: ['feature/**'], exclude: [] } },
  ],
  [
    'a branch may begin with a dot',
    onBranch('feature/.hidden'),
    { branches: { include: ['feature/**'], exclude: [] } },
  ],
  [
    'an exclusion is not negated by !',
    onBranch('main'),
    { branches: { include: ['**'], exclude: ['!main'] } },
  ],
  ['the base matches', toBase('release/1'), { base: ['main', 'release/*'] }],
  ['a person is no bot', { author: 'abbot' }, { authors: { include: [], exclude: ['*[bot]'] } }],
  [
    'the author is included in another case',
    { author: 'OctoCat' },
    { authors: { include: ['octocat'], exclude: [] } },
  ],
  [
    'the needed label is there in another case',
    { labels: ['PREVIEW'] },
    { labels: { any: ['preview'], none: [] } },
  ],
  [
    'a dotfile is below the paths',
    {},
    { paths: ['app/**'] },
    { changedPaths: ['app/.env.example'] },
  ],
  ['the paths were not asked for', {}, { paths: ['app/**'] }],
];

describe('a pull request gets no preview', () => {
  test.each(refusals)('by the rule %s: %s', (rule, _, ...given) => {
    const decided = decide(...given);
    expect(decided).toMatchObject({ eligible: false, rule });
    expect(decided.reason.startsWith(`${rule}: `)).toBe(true);
    expect(decided.reason).not.toContain('undefined');
  });
});

describe('a pull request gets a preview', () => {
  test.each(acceptances)('when %s', (_, ...given) => {
    expect(decide(...given)).toMatchObject({ eligible: true, rule: 'eligible' });
  });

  test.each(refusals.filter(([rule]) => rule !== 'closed' && rule !== 'fork'))(
    'against the rule %s (%s) when someone asked for it',
    (_, __, ...given) => {
      const [asked, ruled, facts] = given;
      const decided = decide(asked, ruled, { ...facts, requested: true });
      expect(decided).toMatchObject({ eligible: true, rule: 'requested' });
      expect(decided.reason).toMatch(/^requested: /);
    },
  );
});

describe('the rule that decides', () => {
  const breaksAll = {
    ...fromFork,
    state: 'closed',
    draft: true,
    author: 'dependabot[bot]',
    labels: ['no-preview'],
  } as const;
  const strict: Partial<EligibilityRules> = {
    drafts: false,
    branches: { include: [], exclude: [] },
    base: ['release'],
    authors: { include: [], exclude: ['*[bot]'] },
    labels: { any: [], none: ['no-preview'] },
    paths: ['app/**'],
  };
  const mended: readonly (readonly [
    rule: string,
    Partial<PullRequest>,
    Partial<EligibilityRules>,
  ])[] = [
    ['closed', {}, {}],
    ['fork', { state: 'open' }, {}],
    ['draft', { head: pullRequest().head }, {}],
    ['branch', { draft: false }, {}],
    ['base', {}, { branches: { include: ['**'], exclude: [] } }],
    ['author', toBase('release'), {}],
    ['label', { author: 'octocat' }, {}],
    ['paths', { labels: [] }, {}],
    ['eligible', {}, { paths: [] }],
  ];

  test('is the first of a fixed order: mending one uncovers the next', () => {
    let asked: Partial<PullRequest> = breaksAll;
    let ruled = strict;
    for (const [rule, mendedAsked, mendedRules] of mended) {
      asked = { ...asked, ...mendedAsked };
      ruled = { ...ruled, ...mendedRules };
      expect(decide(asked, ruled, { changedPaths: [] }).rule).toBe(rule);
    }
  });

  test('of a fork names the whole commit to approve', () => {
    const { reason } = decideEligibility(
      withHead(pullRequest(), { repository: 'm/s' }),
      rules(),
      known,
    );
    expect(reason).toContain(`"/preview ${commit('a')}"`);
  });
});
