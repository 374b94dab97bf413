import { matchesGlob, matchesLogin } from '../core/glob.ts';
import { isFork, type PullRequest } from './pull-request.ts';

/** Which pull requests get a preview; the configuration's `preview.eligible`. */
export interface EligibilityRules {
  readonly branches: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** Globs of base branches; empty = any. */
  readonly base: readonly string[];
  /** `any`: one of these is needed (empty = none is); `none`: none of these may be there. */
  readonly labels: { readonly any: readonly string[]; readonly none: readonly string[] };
  readonly drafts: boolean;
  readonly authors: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly forks: 'never' | 'approved';
  /** Globs; nothing of these touched = not eligible; empty = any. */
  readonly paths: readonly string[];
}

/** What decides besides the pull request itself. `undefined` = not known in this run, and not asked. */
export interface EligibilityFacts {
  /** `owner/name` of the repository that is asked. */
  readonly repository: string;
  /** Someone with write access approved exactly the head commit. */
  readonly approved: boolean | undefined;
  /** Paths that the pull request touches. */
  readonly changedPaths: readonly string[] | undefined;
  /** Asked for by `/preview`: only `closed` and `fork` can still refuse. */
  readonly requested: boolean;
}

/** The rule that decided; part of every `reason`. */
export type EligibilityRule =
  | 'closed'
  | 'fork'
  | 'draft'
  | 'branch'
  | 'base'
  | 'author'
  | 'label'
  | 'paths'
  | 'requested'
  | 'eligible';

/** Whether a pull request gets a preview, the rule that says so, and one sentence for people. */
export interface Eligibility {
  readonly eligible: boolean;
  readonly rule: EligibilityRule;
  readonly reason: string;
}

type Check = (
  pullRequest: PullRequest,
  rules: EligibilityRules,
  facts: EligibilityFacts,
) => string | undefined;

/** Checks that a `/preview` command cannot override, then those it can; the first that refuses decides. */
const hard = { closed: refuseClosed, fork: refuseFork } satisfies Record<string, Check>;
const soft = {
  draft: refuseDraft,
  branch: refuseBranch,
  base: refuseBase,
  author: refuseAuthor,
  label: refuseLabel,
  paths: refusePaths,
} satisfies Record<string, Check>;

/** Decides whether the pull request gets a preview. Pure; rules in the order of `EligibilityRule`. */
export function decideEligibility(
  pullRequest: PullRequest,
  rules: EligibilityRules,
  facts: EligibilityFacts,
): Eligibility {
  const checks = facts.requested ? hard : { ...hard, ...soft };
  for (const [rule, check] of Object.entries(checks)) {
    const refusal = check(pullRequest, rules, facts);
    if (refusal)
      return { eligible: false, rule: rule as EligibilityRule, reason: `${rule}: ${refusal}` };
  }
  return facts.requested
    ? { eligible: true, rule: 'requested', reason: 'requested: asked for by a /preview command' }
    : { eligible: true, rule: 'eligible', reason: 'eligible: no rule refuses this pull request' };
}

function refuseClosed(pullRequest: PullRequest) {
  if (pullRequest.state === 'open') return undefined;
  return `pull request #${pullRequest.number} is ${pullRequest.merged ? 'merged' : 'closed'}`;
}

function refuseFork(pullRequest: PullRequest, rules: EligibilityRules, facts: EligibilityFacts) {
  if (!isFork(pullRequest, facts.repository)) return undefined;
  if (rules.forks === 'never') return 'pull requests from forks get no preview here';
  if (facts.approved) return undefined;
  const { sha } = pullRequest.head;
  return `commit ${sha.slice(0, 7)} of a fork waits for approval; someone with write access approves it by a review of this commit or the comment "/preview ${sha}"`;
}

function refuseDraft(pullRequest: PullRequest, rules: EligibilityRules) {
  return pullRequest.draft && !rules.drafts ? 'drafts get no preview here' : undefined;
}

function refuseBranch({ head }: PullRequest, { branches }: EligibilityRules) {
  if (matchesGlob(head.branch, branches.exclude)) {
    return `branch ${quote(head.branch)} is excluded by ${list(branches.exclude)}`;
  }
  if (matchesGlob(head.branch, branches.include)) return undefined;
  return `branch ${quote(head.branch)} is not among ${list(branches.include)}`;
}

function refuseBase({ base }: PullRequest, rules: EligibilityRules) {
  if (rules.base.length === 0 || matchesGlob(base.branch, rules.base)) return undefined;
  return `base branch ${quote(base.branch)} is not among ${list(rules.base)}`;
}

function refuseAuthor({ author }: PullRequest, { authors }: EligibilityRules) {
  if (matchesLogin(author, authors.exclude))
    return `author ${author} is excluded by ${list(authors.exclude)}`;
  if (authors.include.length === 0 || matchesLogin(author, authors.include)) return undefined;
  return `author ${author} is not among ${list(authors.include)}`;
}

function refuseLabel({ labels }: PullRequest, { labels: rules }: EligibilityRules) {
  const refusing = labels.find((label) => hasLabel(rules.none, label));
  if (refusing !== undefined) return `label ${quote(refusing)} refuses a preview`;
  if (rules.any.length === 0 || labels.some((label) => hasLabel(rules.any, label)))
    return undefined;
  return `one of the labels ${list(rules.any)} is needed`;
}

function refusePaths(
  _: PullRequest,
  { paths }: EligibilityRules,
  { changedPaths }: EligibilityFacts,
) {
  if (paths.length === 0 || changedPaths === undefined) return undefined;
  if (changedPaths.some((path) => matchesGlob(path, paths))) return undefined;
  return `nothing below ${list(paths)} is touched`;
}

/** GitHub holds labels that differ in case only to be the same label. */
export function hasLabel(labels: readonly string[], label: string): boolean {
  return labels.some((other) => other.toLowerCase() === label.toLowerCase());
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function list(patterns: readonly string[]): string {
  return patterns.map(quote).join(', ');
}
