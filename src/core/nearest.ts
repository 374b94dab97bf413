import { distance } from 'fastest-levenshtein';

/**
 * The known word that someone most likely meant, or `undefined` when none is near: at most a third of the
 * word's letters differ (and at least one may). Two neighbours that changed places count as one.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const candidates = known
    .map((candidate) => ({ candidate, edits: edits(fold(word), fold(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return candidates[0]?.candidate;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('_', '-');
}

function edits(word: string, candidate: string): number {
  const at = [...word].findIndex((letter, index) => letter !== candidate[index]);
  const swapped = `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`;
  return at >= 0 && swapped === candidate ? 1 : distance(word, candidate);
}
