import type { HeldEntry } from '../shared-state.ts';
import type { EntryDecision } from './decide-set.ts';

/** The first thing that failed, as CloudFormation tells it. */
export interface SharedFailure {
  /** Logical ids of the nested stacks on the way to it, `Parent/Child`; absent or `''` = the stack itself, or unknown. */
  readonly stack?: string;
  /** `''` = the stack as a whole, or the change set. */
  readonly logicalId: string;
  readonly reason: string;
}

/** An entry that this update adds or changes, and what it is made of. */
export interface ChangedEntry {
  readonly decision: EntryDecision;
  /** Logical ids of its clones. */
  readonly resources: readonly string[];
}

/** One of them, and where the stack is that it lives in. */
export interface PlacedEntry extends ChangedEntry {
  /** Logical ids of nested stacks from the updated stack to that one; empty = the updated stack itself. */
  readonly path: readonly string[];
}

/**
 * Which preview made the update fail: the one that the failed resource belongs to, else the one whose resources
 * the message names, else the only one that changed when nothing else did. `undefined` = nobody can tell.
 */
export function findCulprit(
  failure: SharedFailure,
  changed: readonly PlacedEntry[],
  /** Whether the template changes apart from previews. */
  baseChanged: boolean,
): EntryDecision | undefined {
  const owner = changed.find(({ resources, path }) => {
    const at = resourceIn(path, failure);
    return at !== undefined && resources.includes(at);
  });
  if (owner) return owner.decision;
  const words = new Set(failure.reason.match(/[A-Za-z0-9]+/g) ?? []);
  const named = changed.filter(({ resources }) => resources.some((id) => words.has(id)));
  if (named.length === 1) return named[0]?.decision;
  const nobodysResource = failure.logicalId === '' || changed.length === 0;
  return changed.length === 1 && !baseChanged && nobodysResource ? changed[0]?.decision : undefined;
}

/**
 * What failed as a template at this place names it: the resource, or the nested stack of its own that the resource is
 * in. `undefined` = it failed elsewhere.
 */
export function resourceIn(
  path: readonly string[],
  { stack = '', logicalId }: Pick<SharedFailure, 'stack' | 'logicalId'>,
): string | undefined {
  if (stack === '') return logicalId;
  const failed = [...stack.split('/'), logicalId];
  return path.every((name, depth) => name === failed[depth]) ? failed[path.length] : undefined;
}

/** What the template remembers once this preview made the stack fail. */
export function holdCulprit(
  held: readonly HeldEntry[],
  culprit: EntryDecision,
  { reason, at }: { readonly reason: string /** ISO 8601. */; readonly at: string },
): readonly HeldEntry[] {
  const { wanted, part, id } = culprit;
  if (!wanted) return held;
  const isSame = (one: HeldEntry) => one.service === part && one.id === id;
  const before = held.find((one) => isSame(one) && one.commit === wanted.commit);
  const { commit, pullRequest } = wanted;
  const attempts = (before?.attempts ?? 0) + 1;
  const entry = { service: part, id, pullRequest, commit, attempts, reason: short(reason), at };
  return [...held.filter((one) => !isSame(one)), entry];
}

/** Provider messages may be pages long; the template has 1 MB for everything. */
function short(reason: string): string {
  const line = reason.replaceAll(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
