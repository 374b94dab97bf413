import type { KnownRelation } from '../versions.ts';
import type { ListedCommit } from './ports.ts';

/** A part of a branch's history, down from its tip. */
export interface BranchWindow {
  /**
   * By first parents, newest first. `authors` are those of all that the commit brought in: of a merge, those of the
   * branch that was merged. `undefined` where that is not known, as of the oldest one where more came before.
   */
  readonly commits: readonly ListedCommit[];
  /** All that was listed, merged branches with it, by commit. */
  readonly listed: ReadonlyMap<string, ListedCommit>;
  /** Of those listed, which one of `commits` first had it. */
  readonly broughtBy: ReadonlyMap<string, string>;
}

/** The first parents among the commits that were listed. A branch is what was pushed to it, not what was merged into that. */
export function firstParents(tip: string | undefined, all: readonly ListedCommit[]): BranchWindow {
  const listed = new Map(all.map((commit) => [commit.sha, commit]));
  const chain: ListedCommit[] = [];
  for (let sha = tip; sha !== undefined; ) {
    const commit = listed.get(sha);
    if (!commit) break;
    chain.push(commit);
    sha = commit.parents[0];
  }
  const broughtBy = new Map<string, string>();
  const commits = chain.reverse().map((commit) => {
    const authors = bringIn(commit, listed, broughtBy);
    return { ...commit, authors };
  });
  return { commits: commits.reverse(), listed, broughtBy };
}

/**
 * Commits of the branch that do nothing but carry out promotions: ours, squashed, rebased, or merged with nothing else.
 * Were they versions, each promotion that edits the branch which versions come from would bring the next one about.
 */
export function promotionCommits({ commits, listed, broughtBy }: BranchWindow): Set<string> {
  const brought = new Map<string, ListedCommit[]>();
  for (const [sha, by] of broughtBy) {
    const commit = sha === by ? undefined : listed.get(sha);
    if (commit) brought.set(by, [...(brought.get(by) ?? []), commit]);
  }
  const isOurs = (sha: string) => {
    const merged = brought.get(sha) ?? [];
    return (
      listed.get(sha)?.promotes === true ||
      (merged.length > 0 && merged.every(({ promotes }) => promotes === true))
    );
  };
  return new Set(commits.map(({ sha }) => sha).filter(isOurs));
}

/** How the commits of the branch stand to one of them that is no version. */
export function relationsWithin({ commits }: BranchWindow, text: string, sha: string) {
  const at = commits.findIndex((commit) => commit.sha === sha);
  return commits.flatMap((commit, index): KnownRelation[] =>
    index === at
      ? []
      : [{ version: commit.sha, to: text, relation: index < at ? 'newer' : 'older' }],
  );
}

/** How the commits of the branch stand to one that was merged into it, or is on its way there. */
export function relationsToMerged(window: BranchWindow, merged: string): KnownRelation[] {
  const { commits, listed, broughtBy } = window;
  const first = broughtBy.get(merged);
  if (first === undefined) return [];
  const at = commits.findIndex(({ sha }) => sha === first);
  const before = ancestorsOf(merged, listed);
  return commits.map(({ sha }, index) => {
    const relation = index <= at ? 'newer' : before.has(sha) ? 'older' : 'diverged';
    return { version: sha, to: merged, relation };
  });
}

/** Marks what comes with a commit, and answers who made it. */
function bringIn(
  commit: ListedCommit,
  listed: ReadonlyMap<string, ListedCommit>,
  broughtBy: Map<string, string>,
): readonly string[] | undefined {
  const authors = new Set<string>();
  let isWhole = true;
  for (const next of reach(commit.sha, listed, (sha) => broughtBy.has(sha))) {
    if (typeof next === 'string' || !next.authors) isWhole = false;
    else for (const author of next.authors) authors.add(author);
    if (typeof next !== 'string') broughtBy.set(next.sha, commit.sha);
  }
  return isWhole ? [...authors] : undefined;
}

function ancestorsOf(sha: string, listed: ReadonlyMap<string, ListedCommit>): Set<string> {
  const found = [...reach(sha, listed, () => false)];
  return new Set(found.map((each) => (typeof each === 'string' ? each : each.sha)));
}

/** Commits that can be reached, up to those that are passed over; of those that were not listed, their ids alone. */
function* reach(
  from: string,
  listed: ReadonlyMap<string, ListedCommit>,
  isPassedOver: (sha: string) => boolean,
): Generator<ListedCommit | string> {
  const met = new Set<string>();
  const waiting = [from];
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    if (met.has(sha) || isPassedOver(sha)) continue;
    met.add(sha);
    const commit = listed.get(sha);
    yield commit ?? sha;
    waiting.push(...(commit?.parents ?? []));
  }
}
