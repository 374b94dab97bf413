import type { KnownRelation, Relation, Version } from '../versions.ts';
import type { BranchWindow } from './first-parents.ts';
import type { Comparison, HistoryReader } from './ports.ts';

/** What is known of versions that a window does not hold. */
export interface Beyond {
  /** From before the window, oldest first, each before the next. */
  readonly versions: readonly Version[];
  readonly relations: readonly KnownRelation[];
}

/** As many are asked for: each costs a request or two. */
const comparedAtMost = 5;
/** Two dots would be a comparison of their own, a colon a fork of someone's. */
const refForm = /^(?!.*\.\.)[\w][\w./+-]*$/;

interface Compared {
  readonly text: string;
  readonly comparison: Comparison;
}

/** Compares what is missing with the ends of the window. */
export async function beyondWindow(
  reader: HistoryReader,
  { commits }: BranchWindow,
  missing: readonly string[],
): Promise<Beyond> {
  const [tip, oldest] = [commits[0]?.sha, commits.at(-1)?.sha];
  if (tip === undefined || oldest === undefined) return { versions: [], relations: [] };
  const asked = missing.filter((text) => refForm.test(text)).slice(0, comparedAtMost);
  const all = await Promise.all(
    asked.map(async (text) => ({ text, comparison: await reader.compare(text, oldest) })),
  );
  const found = all.filter((each): each is Compared => each.comparison !== undefined);
  const isBefore = ({ comparison }: Compared) => comparison.relation === 'newer';
  const line = await inLine(reader, found.filter(isBefore));
  const every = (to: string, relation: Relation) =>
    commits.map(({ sha }) => ({ version: sha, to, relation }));
  const sides = await Promise.all(
    found.filter((each) => !isBefore(each)).map(({ text }) => toTip(reader, text, tip)),
  );
  return {
    versions: line.versions,
    relations: [
      ...line.others.flatMap(({ text }) => every(text, 'newer')),
      ...line.relations,
      ...sides.flatMap(({ text, relation }) =>
        relation === 'older' ? every(text, relation) : [{ version: tip, to: text, relation }],
      ),
    ],
  };
}

interface Line extends Beyond {
  /** Those that are not in line with the others, or have no commit for a name. */
  readonly others: readonly Compared[];
}

/** Those that come one after the other, told by comparing neighbours from the newest on. */
async function inLine(reader: HistoryReader, before: readonly Compared[]): Promise<Line> {
  const sorted = [...before].sort((a, b) => a.comparison.ahead - b.comparison.ahead);
  const versions: Version[] = [];
  const others: Compared[] = [];
  const relations: KnownRelation[] = [];
  for (const each of sorted) {
    const { sha, at } = each.comparison.base;
    const next = versions[0]?.commit;
    if (next === sha) continue;
    const relation =
      next === undefined ? 'newer' : ((await reader.compare(sha, next))?.relation ?? 'unknown');
    const isNamed = sha.startsWith(each.text);
    if (relation === 'newer' && isNamed) versions.unshift({ key: sha, commit: sha, at });
    else others.push(each);
    if (next !== undefined && !(relation === 'newer' && isNamed))
      relations.push({ version: next, to: each.text, relation });
  }
  return { versions, others, relations };
}

/** A commit that is not before the window may be after it: what was listed may be old. */
async function toTip(reader: HistoryReader, text: string, tip: string) {
  const relation = (await reader.compare(text, tip))?.relation ?? 'unknown';
  return { text, relation };
}
