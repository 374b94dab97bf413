import type { Instant } from '../core/time.ts';
import type { Version, VersionHistory } from './versions.ts';

/** A commit of a branch, by first parents. */
export interface BranchCommit {
  readonly sha: string;
  readonly at: Instant;
  readonly author?: string;
}

/** A tag, or the tag of a release. */
export interface TaggedCommit {
  readonly tag: string;
  readonly sha: string;
  /** When the commit, or the release, was made. */
  readonly at: Instant;
  readonly authors?: readonly string[];
  /** Of a release only. */
  readonly prerelease?: boolean;
  readonly draft?: boolean;
}

/** Versions of a branch from its commits, newest first as GitHub lists them. */
export function versionsOfBranch(commits: readonly BranchCommit[]): VersionHistory {
  const versions = commits.map(({ sha, at, author }) => ({
    key: sha,
    commit: sha,
    at,
    ...(author !== undefined && { authors: [author] }),
  }));
  return { versions: versions.reverse() };
}

/**
 * Versions of tags in any order: by precedence where every tag is a semantic version (with or without `v`), or only
 * the beginning of its number, as `v2` and `v2.1`; by time otherwise. A fix to an old line is thus older than the newest
 * line. Of one second, the names decide.
 */
export function versionsOfTags(tags: readonly TaggedCommit[]): VersionHistory {
  const read = tags.map((tag) => ({ tag, precedence: precedenceOf(tag.tag) }));
  const semantic = read.every(({ precedence }) => precedence !== undefined);
  const sorted = read.sort((a, b) => {
    const byTime = a.tag.at - b.tag.at || compareNames(a.tag.tag, b.tag.tag);
    if (!semantic || !a.precedence || !b.precedence) return byTime;
    return comparePrecedence(a.precedence, b.precedence) || byTime;
  });
  return { versions: sorted.map(({ tag }) => versionOfTag(tag)) };
}

/** Versions of releases; drafts are none, and `which` says what becomes of pre-releases. */
export function versionsOfReleases(
  releases: readonly TaggedCommit[],
  which: 'prerelease' | 'release' | 'any',
): VersionHistory {
  const wanted = releases.filter(({ draft, prerelease = false }) => {
    if (draft === true) return false;
    return which === 'any' || prerelease === (which === 'prerelease');
  });
  return versionsOfTags(wanted);
}

/** Whether a tag has its place by its number. */
export function isSemanticTag(tag: string): boolean {
  return precedenceOf(tag) !== undefined;
}

function versionOfTag({ tag, sha, at, authors }: TaggedCommit): Version {
  return { key: tag, commit: sha, at, ...(authors && { authors }) };
}

interface Precedence {
  readonly core: readonly number[];
  readonly before: readonly string[];
}

/** Git knows the time of a commit by the second. */
function compareNames(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

const semanticForm =
  /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;
/** Without a pre-release, as what follows a dash is then rather a date or a commit. */
const shortForm = /^v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?$/;

function precedenceOf(tag: string): Precedence | undefined {
  const match = semanticForm.exec(tag) ?? shortForm.exec(tag);
  if (!match) return undefined;
  const core = [1, 2, 3].map((part) => Number(match[part] ?? 0));
  return { core, before: match[4]?.split('.') ?? [] };
}

/** Semantic Versioning 2.0.0, section 11. */
function comparePrecedence(a: Precedence, b: Precedence): number {
  for (const [index, part] of a.core.entries()) {
    const difference = part - (b.core[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  return comparePrereleases(a.before, b.before);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const difference = compareIdentifiers(part, other);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [aNumeric, bNumeric] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aNumeric && bNumeric) return Number(a) - Number(b);
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}
