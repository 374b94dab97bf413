import { matchesGlob } from '../../core/glob.ts';
import { type Instant, instant } from '../../core/time.ts';
import {
  isSemanticTag,
  type TaggedCommit,
  versionsOfReleases,
  versionsOfTags,
} from '../version-sources.ts';
import type { KnownRelation, VersionHistory } from '../versions.ts';
import { withRelations } from './branch-history.ts';
import type { HistoryReader, ListedTag } from './ports.ts';

/** How often the dates of tags are asked for: each answer has those of 100 commits. */
const datedAtMost = 5;

/** Versions of the tags that match a glob. */
export async function readTags(
  reader: HistoryReader,
  pattern: string,
  wanted: readonly string[],
): Promise<VersionHistory> {
  const { items } = await reader.tags();
  const tags = items.filter(({ tag }) => matchesGlob(tag, [pattern]));
  const dates = await datesOf(reader, tags, wanted);
  const isSemantic = tags.every(({ tag }) => isSemanticTag(tag));
  // Without a date, a tag has a place only by its number.
  const known = isSemantic ? tags : tags.filter(({ sha }) => dates.has(sha));
  const dated = known.map(({ tag, sha }) => ({ tag, sha, at: dates.get(sha) ?? instant(0) }));
  return withLost(dated, wanted, versionsOfTags);
}

/** Versions of the releases. One that the record speaks of stays a version when it is no pre-release any more. */
export async function readReleases(
  reader: HistoryReader,
  which: 'prerelease' | 'release' | 'any',
  wanted: readonly string[],
): Promise<VersionHistory> {
  const [releases, tags] = await Promise.all([reader.releases(), reader.tags()]);
  const commits = new Map(tags.items.map(({ tag, sha }) => [tag, sha]));
  const tagged = releases.items.flatMap(({ tag, at, draft, prerelease }): TaggedCommit[] => {
    const sha = commits.get(tag);
    if (sha === undefined) return [];
    const isWanted = wanted.includes(tag) && which !== 'any';
    return [{ tag, sha, at, draft, prerelease: isWanted ? which === 'prerelease' : prerelease }];
  });
  return withLost(tagged, wanted, (all) => versionsOfReleases(all, which));
}

/** Dates by commit: from the tags that are wanted, then from those whose names come last. */
async function datesOf(
  reader: HistoryReader,
  tags: readonly ListedTag[],
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Instant>> {
  const dates = new Map<string, Instant>();
  const sorted = [...tags].sort((a, b) => b.tag.localeCompare(a.tag, 'en', { numeric: true }));
  const isSemantic = tags.every(({ tag }) => isSemanticTag(tag));
  const first = sorted.filter(({ tag }) => wanted.includes(tag));
  for (let asked = 0; asked < (isSemantic ? 1 : datedAtMost); asked += 1) {
    const next = [...sorted.slice(0, 1), ...first, ...sorted].find(({ sha }) => !dates.has(sha));
    if (!next) break;
    const { items } = await reader.commits(next.sha, 1);
    for (const { sha, at } of items) dates.set(sha, at);
  }
  return dates;
}

/** Tags that are gone, and of which the record still speaks, keep their place by their number, where all have one. */
function withLost(
  tags: readonly TaggedCommit[],
  wanted: readonly string[],
  versionsOf: (tags: readonly TaggedCommit[]) => VersionHistory,
): VersionHistory {
  const { versions } = versionsOf(tags);
  const isKnown = (text: string) =>
    versions.some(({ key, commit }) => key === text || commit === text);
  const isSemantic = versions.every(({ key }) => isSemanticTag(key));
  const lost = isSemantic ? wanted.filter((text) => isSemanticTag(text) && !isKnown(text)) : [];
  const placed = versionsOfTags([
    ...versions.map(({ key, commit, at }) => ({ tag: key, sha: commit, at })),
    ...lost.map((tag) => ({ tag, sha: '', at: instant(0) })),
  ]).versions.map(({ key }) => key);
  const relations = lost.flatMap((to) => relationsTo(placed, to));
  return withRelations(versions, relations);
}

function relationsTo(placed: readonly string[], to: string): KnownRelation[] {
  const at = placed.indexOf(to);
  return placed.flatMap((version, index) =>
    index === at ? [] : [{ version, to, relation: index > at ? 'newer' : 'older' } as const],
  );
}
