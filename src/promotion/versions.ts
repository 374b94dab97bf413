import type { Instant } from '../core/time.ts';

/** The immutable thing that moves. */
export interface Version {
  /** What people and records call it: a commit, a tag; unique in its history. */
  readonly key: string;
  /** Full id of the commit it was made from. */
  readonly commit: string;
  readonly at: Instant;
  /** Logins of those who made the change; `undefined` where they were not asked for. */
  readonly authors?: readonly string[];
}

/** How one version stands to another by history. */
export type Relation = 'same' | 'newer' | 'older' | 'diverged' | 'unknown';

/** A relation that was asked for, of versions that the history does not hold both. */
export interface KnownRelation {
  readonly version: string;
  readonly to: string;
  readonly relation: Relation;
}

/** Versions, oldest first, and what is known besides of those that came before or beside them. */
export interface VersionHistory {
  readonly versions: readonly Version[];
  readonly relations?: readonly KnownRelation[];
}

/** A history made ready for questions. */
export interface VersionOrder {
  /** Oldest first. */
  readonly versions: readonly Version[];
  position(key: string): number | undefined;
  relate(key: string, to: string): Relation;
  /** The key of what a stage says it runs: a key, a commit, or the start of one commit (at least 7 digits). */
  keyOf(text: string): string;
}

const mirrored: Readonly<Record<Relation, Relation>> = {
  same: 'same',
  newer: 'older',
  older: 'newer',
  diverged: 'diverged',
  unknown: 'unknown',
};
const commitStart = /^[0-9a-f]{7,40}$/;

/** Makes a history ready for questions. */
export function orderOf({ versions, relations = [] }: VersionHistory): VersionOrder {
  const positions = new Map(versions.map(({ key }, index) => [key, index]));
  const known = new Map(
    relations.flatMap(({ version, to, relation }) => [
      [pair(version, to), relation],
      [pair(to, version), mirrored[relation]],
    ]),
  );
  const position = (key: string) => positions.get(key);
  return {
    versions,
    position,
    relate: (key, to) => {
      if (key === to) return 'same';
      const [one, other] = [position(key), position(to)];
      if (one === undefined || other === undefined) return known.get(pair(key, to)) ?? 'unknown';
      return one > other ? 'newer' : 'older';
    },
    keyOf: (text) => (positions.has(text) ? text : (keyByCommit(versions, text) ?? text)),
  };
}

/** The newest of the keys by this order; ones that are not comparable to it are passed over. */
export function newestOf(order: VersionOrder, keys: readonly string[]): string | undefined {
  return keys.reduce<string | undefined>(
    (best, key) => (best === undefined || order.relate(key, best) === 'newer' ? key : best),
    undefined,
  );
}

/**
 * Versions after `from` up to and with `to`, oldest first: `to` alone where there is nothing before it or it is older,
 * all up to it where `from` is not in the history.
 */
export function versionsBetween(
  order: VersionOrder,
  from: string | undefined,
  to: string,
): readonly Version[] {
  const end = order.position(to);
  if (end === undefined) return [];
  const start = from === undefined ? end - 1 : (order.position(from) ?? -1);
  return order.versions.slice(Math.min(start + 1, end), end + 1);
}

function keyByCommit(versions: readonly Version[], text: string): string | undefined {
  if (!commitStart.test(text)) return undefined;
  const found = versions.filter(({ commit }) => commit.startsWith(text));
  return found.length === 1 ? found[0]?.key : undefined;
}

function pair(one: string, other: string): string {
  return `${one} ${other}`;
}
