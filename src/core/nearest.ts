import { distance } from 'fastest-levenshtein';

/**
 * The known word that someone most likely meant, or `undefined` when none is near: at most a third of the
 * word's letters differ (and at least one may).
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const candidates = known
    .map((candidate) => ({ candidate, edits: distance(fold(word), fold(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return candidates[0]?.candidate;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('_', '-');
}
