import { editedFiles } from './edited-files.ts';
import { isOwn } from './own-commit.ts';
import type { ShownPull } from './ports.ts';
import { propose } from './proposal.ts';
import type { Work } from './work.ts';

/**
 * Moves an open pull request on: rebuilds ours when it conflicts with its base or has fallen behind, merges it when the
 * settings say so and nothing speaks against it. Answers what it did, or what keeps it from merging.
 */
export async function proceed(work: Work, number: number): Promise<string | undefined> {
  const { settings, branch, ports } = work;
  const pull = await ports.pulls.show(number);
  if (pull?.state !== 'open') return undefined;
  if (pull.base !== settings.base || pull.branch !== branch)
    return `it is no longer one from ${branch} into ${settings.base}`;
  if (pull.merges === 'dirty' || pull.merges === 'behind') return rebuild(work, pull);
  if (settings.merge === undefined) return undefined;
  if (pull.draft) return 'it is a draft, which people make ready';
  if (pull.merges !== 'clean') return `GitHub says that it is ${pull.merges}`;
  if (!(await isExactly(work, pull)))
    return 'it has something else than the edits of the configuration: a person merges it';
  const merged = await ports.pulls.merge(number, pull.head, settings.merge);
  if (merged.kind === 'done') return `it was merged as ${merged.value.slice(0, 7)}`;
  const doubt =
    merged.kind === 'unknown' ? 'it is not known whether it was merged' : 'it was not merged';
  return `${doubt}: ${merged.detail}`;
}

/**
 * Ours anew upon the tip of the base, in the place of the one that was read: by compare-and-swap, so that what people
 * push in that moment stays. What they pushed before is theirs to mend.
 */
async function rebuild(work: Work, { head, merges }: ShownPull): Promise<string> {
  const { ports, settings, branch, order } = work;
  const why = merges === 'dirty' ? `conflicts with ${settings.base}` : `is behind ${settings.base}`;
  if (!isOwn(await ports.objects.commit(head), order.promotion.id))
    return `it ${why} and has commits of others: a person brings it up to date`;
  const base = await ports.branches.tip(settings.base);
  if (!base) return `there is no branch ${settings.base}`;
  const proposal = await propose(work, base);
  if (proposal.kind === 'refused') return `it ${why} and cannot be made anew: ${proposal.evidence}`;
  if (proposal.kind === 'same') return `it ${why}, and ${settings.base} already has it`;
  const moved = await ports.branches.move(branch, head, proposal.commit);
  return moved.kind === 'done'
    ? `it was made anew, as it ${why}`
    : `it ${why} and was not made anew: ${moved.detail}`;
}

/**
 * Whether it brings one commit upon the base, and that has what the edits make of the files below it, to the byte.
 * What people pushed, or forged with our trailers, is never merged by a run that may merge more than they may.
 */
async function isExactly(work: Work, { head }: ShownPull): Promise<boolean> {
  const { objects, comparisons } = work.ports;
  const commit = await objects.commit(head);
  const [parent] = commit.parents;
  if (parent === undefined || !isOwn(commit, work.order.promotion.id)) return false;
  const toBase = await comparisons.between(parent, work.settings.base, 1);
  if (toBase?.behind !== 0) return false;
  const below = await objects.commit(parent);
  const edited = await editedFiles(work, parent);
  if (edited.kind !== 'edited') return false;
  return (await objects.writeTree(below.tree, edited.files)) === commit.tree;
}
