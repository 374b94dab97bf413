import type { HeldEntry, PreviewEntry } from '../shared-state.ts';
import { entryKey, type Wanted } from './wanted.ts';

/** What a decision about a shared template is made from. */
export interface SetFacts {
  /** `owner/name` of ours; entries of other repositories are never touched. */
  readonly repository: string;
  /** The preview that is the occasion. */
  readonly occasion: string;
  /** Every part of every preview that should be, oldest pull request first. */
  readonly wanted: readonly Wanted[];
  /** What the deployed template holds. */
  readonly deployed: readonly PreviewEntry[];
  readonly held: readonly HeldEntry[];
  /** By key: images that are not there yet, in words. */
  readonly missing: ReadonlyMap<string, string>;
  /** How often one commit is tried, by part. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Keys that failed in this very run, and why: they are left as they are. */
  readonly failed: ReadonlyMap<string, string>;
  /** Nothing but the occasion is changed: too much else failed in this run. */
  readonly occasionOnly: boolean;
}

/** What becomes of one entry. */
export interface EntryDecision {
  readonly key: string;
  readonly part: string;
  readonly id: string;
  readonly pullRequest: number;
  readonly verdict: 'add' | 'update' | 'keep' | 'remove' | 'wait' | 'held';
  /** One sentence for people, in the form `why`. */
  readonly reason: string;
  /** As it is deployed. */
  readonly entry?: PreviewEntry;
  /** As it should be. */
  readonly wanted?: Wanted;
}

/** What the shared template is to hold. */
export interface SetDecision {
  /** Of our repository only, in the order in which the template has them: those that are there first. */
  readonly entries: readonly EntryDecision[];
  /** Entries of other repositories, as they are. */
  readonly others: readonly PreviewEntry[];
  /** What is remembered about those that made the stack fail. */
  readonly held: readonly HeldEntry[];
}

/** Decides what the shared template holds after this run. The same facts, the same answer. */
export function decideSet(facts: SetFacts): SetDecision {
  const mine = facts.deployed.filter((entry) => isOurs(entry, facts.repository));
  const wanted = new Map(facts.wanted.map((one) => [entryKey(one), one]));
  const there = mine.map((entry) => decideEntry(facts, wanted.get(keyOf(entry)), entry));
  const known = new Set(mine.map(keyOf));
  const fresh = facts.wanted
    .filter((one) => !known.has(entryKey(one)))
    .map((one) => decideEntry(facts, one, undefined));
  return {
    entries: [...there, ...fresh],
    others: facts.deployed.filter((entry) => !isOurs(entry, facts.repository)),
    held: facts.held.filter((held) => isStillHeld(held, facts, wanted)),
  };
}

/** The key of an entry as the template remembers it. */
export function keyOf({ service, id }: Pick<PreviewEntry, 'service' | 'id'>): string {
  return entryKey({ part: service, id });
}

/** Whether an entry is of a repository; GitHub does not tell cases apart. */
export function isOurs(entry: PreviewEntry, repository: string): boolean {
  return entry.repository.toLowerCase() === repository.toLowerCase();
}

function decideEntry(
  facts: SetFacts,
  wanted: Wanted | undefined,
  entry: PreviewEntry | undefined,
): EntryDecision {
  const subject = {
    ...subjectOf(wanted, entry),
    ...(entry && { entry }),
    ...(wanted && { wanted }),
  };
  if (!wanted) {
    const reason = `preview ${subject.id} has no reason to be: its pull request is closed or no longer eligible`;
    return { ...subject, verdict: 'remove', reason };
  }
  const difference = entry ? differenceOf(wanted, entry) : 'it is not there yet';
  if (difference === undefined) {
    return { ...subject, verdict: 'keep', reason: 'it is as it should be' };
  }
  const obstacle = obstacleTo(facts, wanted);
  if (obstacle) return { ...subject, ...obstacle };
  return { ...subject, verdict: entry ? 'update' : 'add', reason: difference };
}

function subjectOf(wanted: Wanted | undefined, entry: PreviewEntry | undefined) {
  const part = wanted?.part ?? entry?.service ?? '';
  const id = wanted?.id ?? entry?.id ?? '';
  const pullRequest = wanted?.pullRequest ?? entry?.pullRequest ?? 0;
  return { key: entryKey({ part, id }), part, id, pullRequest };
}

/** The expiry alone is no difference: it moves with every run, and `extend` sees to it. */
function differenceOf(wanted: Wanted, entry: PreviewEntry): string | undefined {
  if (entry.commit !== wanted.commit) {
    return `commit ${entry.commit.slice(0, 7)} runs, ${wanted.commit.slice(0, 7)} is the head`;
  }
  if (entry.fingerprint !== wanted.fingerprint) return 'the configuration changed';
  if (entry.pullRequest !== wanted.pullRequest) return 'the branch has a new pull request';
  if (entry.requested !== wanted.requested) return 'it was asked for by a /preview command';
  return undefined;
}

type Obstacle = Pick<EntryDecision, 'verdict' | 'reason'>;

function obstacleTo(facts: SetFacts, wanted: Wanted): Obstacle | undefined {
  const key = entryKey(wanted);
  const isOccasion = wanted.id === facts.occasion;
  const failed = facts.failed.get(key);
  if (failed !== undefined) return { verdict: 'held', reason: failed };
  const held = facts.held.find((one) => keyOf(one) === key && one.commit === wanted.commit);
  const attempts = facts.attempts.get(wanted.part) ?? 1;
  if (held && (held.attempts >= attempts || !isOccasion)) {
    return { verdict: 'held', reason: heldReason(held, attempts) };
  }
  if (facts.occasionOnly && !isOccasion) {
    return { verdict: 'wait', reason: 'too many other previews failed in this run' };
  }
  if (wanted.image === undefined) {
    const reason = isOccasion
      ? 'its image was not given to this run: pass it by the input `images`'
      : 'its image is known to its own run only';
    return { verdict: 'wait', reason };
  }
  const missing = facts.missing.get(key);
  return missing === undefined ? undefined : { verdict: 'wait', reason: missing };
}

function heldReason({ attempts: tried, commit, reason }: HeldEntry, attempts: number): string {
  const times = tried === 1 ? 'once' : `${tried} times`;
  const rest = tried < attempts ? `; ${attempts - tried} more with its own runs` : '';
  return `held: commit ${commit.slice(0, 7)} made the shared stack fail ${times}${rest}: ${reason}`;
}

/** Held until the pull request moves on or goes; what belongs to services that are not ours stays. */
function isStillHeld(
  held: HeldEntry,
  { attempts }: SetFacts,
  wanted: ReadonlyMap<string, Wanted>,
): boolean {
  if (!attempts.has(held.service)) return true;
  return wanted.get(keyOf(held))?.commit === held.commit;
}
