import type { Commit } from './ports.ts';

/** The last paragraph of the message of our commit: for what it was made, and the tree it was made with. */
export function trailers(promotion: string, tree: string): string {
  return `Understudy-Promotion: ${promotion}\nUnderstudy-Tree: ${tree}`;
}

/**
 * Whether a commit is the one that was made for this promotion, unchanged: one that people amended, rebased or merged
 * has another tree or more parents. It keeps people's work from being overwritten by accident; whoever may push to the
 * branch can forge it, so that nothing is merged on the strength of it alone.
 */
export function isOwn({ message, parents, tree }: Commit, promotion: string): boolean {
  const last = message
    .trimEnd()
    .split(/\n{2,}/)
    .at(-1);
  return parents.length === 1 && last === trailers(promotion, tree);
}
