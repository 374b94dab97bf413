import { versionsOfBranch } from '../version-sources.ts';
import type { KnownRelation, Version, VersionHistory } from '../versions.ts';
import { beyondWindow } from './beyond-window.ts';
import {
  type BranchWindow,
  firstParents,
  promotionCommits,
  relationsToMerged,
  relationsWithin,
} from './first-parents.ts';
import type { HistoryReader, ListedCommit } from './ports.ts';

/** What of a branch's history is read. */
export interface BranchReading {
  readonly branch: string;
  /** Versions that are to be in it, or related to what is. */
  readonly wanted: readonly string[];
  /** How many pages of 100 are read at most, while one that is wanted is not in them. */
  readonly pages: number;
}

/** A branch's history, and what it was made from. */
export interface BranchHistory {
  readonly window: BranchWindow;
  readonly history: VersionHistory;
}

const commitForm = /^[0-9a-f]{7,40}$/;

/**
 * The newest commits of a branch by first parents. It is never read to its end: what is wanted and lies deeper is asked
 * for by comparing, and what that does not tell stays unknown.
 */
export async function readBranch(
  reader: HistoryReader,
  reading: BranchReading,
): Promise<BranchHistory> {
  const window = await readWindow(reader, reading);
  const promotions = promotionCommits(window);
  const merged = reading.wanted.flatMap((text) => {
    const sha = listedAs(window, text);
    if (sha !== undefined && promotions.has(sha)) return relationsWithin(window, text, sha);
    const isSide = sha !== undefined && !window.commits.some((commit) => commit.sha === sha);
    return isSide ? relationsToMerged(window, sha).map((each) => ({ ...each, to: text })) : [];
  });
  const missing = reading.wanted.filter((text) => listedAs(window, text) === undefined);
  const beyond = await beyondWindow(reader, window, missing);
  const versions = [...beyond.versions, ...versionsOfWindow(window, promotions)];
  return { window, history: withRelations(versions, [...merged, ...beyond.relations]) };
}

/**
 * Versions of the commits but those of promotions, oldest first, with all who made them. Who made a commit of a promotion
 * made a part of the version after it: anyone may write what such commits have for a mark.
 */
function versionsOfWindow(
  { commits }: BranchWindow,
  promotions: ReadonlySet<string>,
): readonly Version[] {
  const authors = new Map<string, readonly string[] | undefined>();
  let before: readonly string[] | undefined = [];
  for (const commit of commits.toReversed()) {
    const all: readonly string[] | undefined = before &&
      commit.authors && [...new Set([...before, ...commit.authors])];
    authors.set(commit.sha, all);
    before = promotions.has(commit.sha) ? all : [];
  }
  const offered = commits.filter(({ sha }) => !promotions.has(sha));
  return versionsOfBranch(offered).versions.map((version) => {
    const known = authors.get(version.commit);
    return known ? { ...version, authors: known } : version;
  });
}

/** A history; relations are left out where there are none. */
export function withRelations(
  versions: readonly Version[],
  relations: readonly KnownRelation[],
): VersionHistory {
  return { versions, ...(relations.length > 0 && { relations }) };
}

async function readWindow(
  reader: HistoryReader,
  { branch, wanted, pages }: BranchReading,
): Promise<BranchWindow> {
  const listed: ListedCommit[] = [];
  for (let page = 1; ; page += 1) {
    const { items, more } = await reader.commits(branch, page);
    listed.push(...items);
    const window = firstParents(listed[0]?.sha, listed);
    const isThere = (text: string) => listedAs(window, text) !== undefined;
    const isEnough = wanted.filter((text) => commitForm.test(text)).every(isThere);
    if (!more || isEnough || page >= pages) return window;
  }
}

/** The commit that a text stands for, if it was listed. */
function listedAs({ listed }: BranchWindow, text: string): string | undefined {
  if (listed.has(text) || !commitForm.test(text)) return listed.get(text)?.sha;
  const found = [...listed.keys()].filter((sha) => sha.startsWith(text));
  return found.length === 1 ? found[0] : undefined;
}
