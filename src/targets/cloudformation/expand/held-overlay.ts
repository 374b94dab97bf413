import type { HeldEntry } from './shared-state.ts';

/** What a template remembers, and what this run has learnt since: the newer word on a preview counts. */
export function overlayHeld(
  remembered: readonly HeldEntry[],
  learnt: readonly HeldEntry[],
): readonly HeldEntry[] {
  const same = (one: HeldEntry) => (other: HeldEntry) =>
    one.service === other.service && one.id === other.id;
  return [...remembered.filter((one) => !learnt.some(same(one))), ...learnt];
}
