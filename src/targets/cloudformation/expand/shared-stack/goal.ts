import type { DesiredPreview, PreviewKey } from '../../../target.ts';
import { type EntryDecision, isOurs, keyOf, type SetDecision } from '../decide/decide-set.ts';
import type { HeldEntry, SharedState } from '../shared-state.ts';

/** What an update of a shared stack is for. */
export type Goal =
  | {
      readonly kind: 'desired';
      readonly occasion: DesiredPreview;
      readonly previews: readonly DesiredPreview[];
      /** Keys that failed in this run, and why. */
      readonly failed: ReadonlyMap<string, string>;
      /** What this run has learnt about previews that fail. */
      readonly learnt: readonly HeldEntry[];
      readonly occasionOnly: boolean;
    }
  | { readonly kind: 'remove'; readonly key: PreviewKey }
  | { readonly kind: 'extend'; readonly key: PreviewKey; readonly expiresAt: string };

/** A goal that concerns one preview alone; everything else stays as it is deployed. */
export type Amendment = Exclude<Goal, { kind: 'desired' }>;

/** What an amendment makes of a shared text: no other preview, and nothing else, is touched. */
export function decideAmendment(
  { previews, held }: SharedState,
  goal: Amendment,
  /** Services of ours in this text. */
  services: ReadonlySet<string>,
): SetDecision {
  const { repository, previewId } = goal.key;
  const mine = previews.filter((entry) => isOurs(entry, repository));
  const removes = goal.kind === 'remove';
  const isMeant = ({ service, id }: HeldEntry) => id === previewId && services.has(service);
  return {
    entries: mine.map((entry) => amended(entry, goal)),
    others: previews.filter((entry) => !isOurs(entry, repository)),
    held: removes ? held.filter((one) => !isMeant(one)) : held,
  };
}

function amended(entry: SharedState['previews'][number], goal: Amendment): EntryDecision {
  const { service: part, id, pullRequest } = entry;
  const subject = { key: keyOf(entry), part, id, pullRequest };
  if (id !== goal.key.previewId) {
    return { ...subject, verdict: 'keep', reason: 'it is not meant', entry };
  }
  if (goal.kind === 'remove') {
    return { ...subject, verdict: 'remove', reason: 'it is taken down', entry };
  }
  const extended = { ...entry, expiresAt: goal.expiresAt };
  return { ...subject, verdict: 'keep', reason: 'its expiry moves', entry: extended };
}
