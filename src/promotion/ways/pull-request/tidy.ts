import { escapeMarkdown } from '../../../preview/markdown.ts';
import { isOwn } from './own-commit.ts';
import type { Work } from './work.ts';

/** Closes the pull request if it is open still, saying why, and deletes the branch if nothing of others is on it. */
export async function tidy(work: Work, number: number, why: string): Promise<void> {
  const { ports, order } = work;
  const pull = await ports.pulls.show(number);
  if (!pull) return;
  if (pull.state === 'open') {
    const marker = `<!-- understudy:promotion-ended:${order.promotion.id} -->`;
    const text = `This promotion has ended. ${withLinks(work, why)}`;
    await ports.pulls.close(number, marker, `${marker}\n${text}`);
  }
  await removeBranch(work);
}

/** Deletes the branch of a promotion if nothing of others is on it. Throws when it could not. */
export async function removeBranch({ ports, order, branch }: Work): Promise<void> {
  const tip = await ports.branches.tip(branch);
  if (!tip || !isOwn(await ports.objects.commit(tip.commit), order.promotion.id)) return;
  const gone = await ports.branches.move(branch, tip.commit, undefined);
  // `outrun`: somebody pushed to it in that moment, so it is theirs.
  if (gone.kind === 'done' || (gone.kind === 'refused' && gone.as === 'outrun')) return;
  throw new Error(`the branch ${branch} could not be deleted: ${gone.detail}`);
}

/** Texts of others made safe; of addresses only those of this repository's pull requests stay links. */
function withLinks({ context }: Work, text: string): string {
  const prefix = `${context.serverUrl}/${context.repository}/pull/`;
  return text
    .split(prefix)
    .map((part, index) => {
      const number = index > 0 ? /^\d{1,9}(?!\d)/.exec(part)?.[0] : undefined;
      if (number !== undefined)
        return `${prefix}${number}${escapeMarkdown(part.slice(number.length))}`;
      return escapeMarkdown(index > 0 ? prefix + part : part);
    })
    .join('');
}
