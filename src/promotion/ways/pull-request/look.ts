import type { EffectState } from '../../facts.ts';
import type { Effect } from '../../records/record.ts';
import { oneLine } from '../written.ts';
import { unchanged } from './act.ts';
import { isOwn } from './own-commit.ts';
import type { Merges, ShownPull } from './ports.ts';
import type { Work } from './work.ts';

/** What became of the pull request. Merged is not arrived: that the stage says. Changes nothing. */
export async function look(work: Work, effect: Effect): Promise<EffectState> {
  const { ports, settings } = work;
  if (effect.kind === unchanged)
    return { state: 'done', at: effect.at, evidence: `${settings.base} already has it` };
  try {
    const pull = await ports.pulls.show(Number(effect.reference));
    if (pull) return await stateOf(work, pull);
    const evidence = `there is no pull request #${effect.reference}`;
    return { state: 'unknown', at: ports.clock(), evidence };
  } catch (cause) {
    const evidence = oneLine(cause instanceof Error ? cause.message : String(cause));
    return { state: 'unknown', at: ports.clock(), evidence };
  }
}

async function stateOf(work: Work, pull: ShownPull): Promise<EffectState> {
  const now = work.ports.clock();
  const name = `pull request #${pull.number}`;
  const by = pull.endedBy === undefined ? '' : ` by ${pull.endedBy}`;
  if (pull.state === 'merged') {
    const as = pull.mergeCommit === undefined ? '' : ` as ${pull.mergeCommit.slice(0, 7)}`;
    return { state: 'done', at: pull.mergedAt ?? now, evidence: `${name} was merged${by}${as}` };
  }
  if (pull.state === 'closed')
    return { state: 'closed', at: pull.closedAt ?? now, evidence: `${name} was closed${by}` };
  return { state: 'open', at: now, evidence: `${name} ${await standing(work, pull)}` };
}

async function standing(work: Work, pull: ShownPull): Promise<string> {
  const { merge } = work.settings;
  const others = merge !== undefined && !(await isOurs(work, pull));
  const notes = [
    wordingOf[pull.merges],
    ...(others ? ['has commits of others, so that a person merges it'] : []),
    ...(pull.merges === 'blocked' && pull.author === 'github-actions[bot]' ? [approvalHint] : []),
  ];
  return notes.join('; ');
}

const approvalHint =
  'as it was made with `GITHUB_TOKEN`, its workflows start only when somebody approves their runs';

const wordingOf: Readonly<Record<Merges, string>> = {
  clean: 'is open and can be merged',
  unstable: 'is open, and checks have failed or still run',
  blocked: 'is open, and a required review or check is missing',
  behind: 'is open, and behind its base',
  dirty: 'is open, and conflicts with its base',
  draft: 'is a draft',
  unknown: 'is open, and GitHub has not worked out whether it can be merged',
};

async function isOurs({ ports, order }: Work, { head }: ShownPull): Promise<boolean> {
  return isOwn(await ports.objects.commit(head), order.promotion.id);
}
