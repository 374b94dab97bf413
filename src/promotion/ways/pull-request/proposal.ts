import { editedFiles } from './edited-files.ts';
import { trailers } from './own-commit.ts';
import type { Tip } from './ports.ts';
import { commitMessage } from './texts.ts';
import type { Work } from './work.ts';

/** The commit that a promotion needs; `same` = the base has it all already. */
export type Proposal =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly evidence: string };

/** Makes the commit with the edits upon the tip of the base. No branch is moved, so that it may be done again. */
export async function propose(work: Work, base: Tip): Promise<Proposal> {
  const edited = await editedFiles(work, base.commit);
  if (edited.kind !== 'edited') return edited;
  const { objects } = work.ports;
  const tree = await objects.writeTree(base.tree, edited.files);
  const message = `${commitMessage(work)}\n\n${trailers(work.order.promotion.id, tree)}`;
  return { kind: 'commit', commit: await objects.writeCommit(message, tree, base.commit) };
}
