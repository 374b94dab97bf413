import { UserError } from '../core/user-error.ts';
import { witnessRef } from './cell-ref.ts';

/** How a record was found to be lost. */
export type Loss =
  | { readonly kind: 'deleted'; readonly known: string }
  | { readonly kind: 'replaced'; readonly known: string; readonly found: string };

/** Says that a record is lost and how to bring it back. Starting again could repeat what was done once. */
export function lostRecord(ref: string, loss: Loss, remote = 'origin'): UserError {
  const { known } = loss;
  const place = asWord(remote);
  const happened =
    loss.kind === 'deleted'
      ? `the ref was deleted; it was at ${known}`
      : `the ref was moved by force to ${loss.found}, which does not follow ${known}, where it was`;
  return new UserError(
    `the record of ${ref} is lost: ${happened}`,
    `Nothing is done until it is back: \`git fetch ${place} ${witnessRef(ref)} && git push --force ${place} ${known}:${ref}\` restores what is known. If the change was meant, \`git push ${place} :${witnessRef(ref)}\` makes it hold. See docs/ledger.md.`,
  );
}

/** One word of a shell. */
function asWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
