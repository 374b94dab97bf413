import type { Instant } from '../../../core/time.ts';
import {
  type Acted,
  type Failed,
  failed,
  passing,
  type Refused,
  unknownOutcome,
} from '../written.ts';
import { effectOf, findPull, trim } from './find.ts';
import { isOwn } from './own-commit.ts';
import type { Pull, Tip } from './ports.ts';
import { propose } from './proposal.ts';
import { pullBody, pullTitle } from './texts.ts';
import { removeBranch } from './tidy.ts';
import type { Work } from './work.ts';

/**
 * Opens the pull request, from a branch made upon the tip of the base. Asked again after a crash it takes up the
 * branch that it finds; there is one pull request at most, as GitHub opens no second one from a branch into a base.
 */
export async function act(work: Work): Promise<Acted> {
  const { ports, settings, context } = work;
  const base = await ports.branches.tip(settings.base);
  const now = ports.clock();
  if (!base)
    return failed(now, `there is no branch ${settings.base}`, 'Name one that is there as `base`.');
  const proposal = await propose(work, base);
  if (proposal.kind === 'refused')
    return failed(now, proposal.evidence, 'Mend it, then release the version.');
  if (proposal.kind === 'same') {
    const url = `${context.serverUrl}/${context.repository}/commit/${base.commit}`;
    const effect = { kind: unchanged, reference: base.commit, url, at: now, doneAt: now };
    return { kind: 'acted', effect };
  }
  const made = await ports.branches.create(work.branch, proposal.commit);
  if (made.kind === 'unknown') throw unknownOutcome(`${work.branch} was made`, made.detail);
  if (made.kind === 'done') return openPull(work);
  if (made.as !== 'outrun') return refused(made, now, `make the branch ${work.branch}`);
  const there = await adoptBranch(work, base, proposal.commit);
  return there ? adopted(work, there) : openPull(work);
}

/** The kind of an effect that was there before: the base has the version already. */
export const unchanged = 'commit';

/**
 * The branch is there: whoever made it may have opened the pull request a moment ago, where lists do not show it yet.
 * One of ours that is behind the base is renewed; one with people's commits stays as it is.
 */
async function adoptBranch(work: Work, base: Tip, commit: string): Promise<Pull | undefined> {
  const { ports, order, branch } = work;
  const pull = await findPull(work);
  if (pull) return pull;
  const tip = await ports.branches.tip(branch);
  const found = tip && (await ports.objects.commit(tip.commit));
  const stale = found && isOwn(found, order.promotion.id) && found.parents[0] !== base.commit;
  // Whatever comes of it, the pull request is opened from where the branch is then.
  if (tip && stale) await ports.branches.move(branch, tip.commit, commit);
  return undefined;
}

async function openPull(work: Work): Promise<Acted> {
  const { ports, settings, branch } = work;
  const { base, draft } = settings;
  const body = await pullBody(work);
  const opened = await ports.pulls.open({ branch, base, draft, title: pullTitle(work), body });
  if (opened.kind === 'done') return adopted(work, opened.value);
  // Lost answers and "already exists" alike: if it is there, it is ours.
  const there = await findPull(work);
  if (there) return adopted(work, there);
  if (opened.kind === 'unknown')
    throw unknownOutcome(`the pull request from ${branch} was opened`, opened.detail);
  const answer = refused(opened, ports.clock(), `open the pull request from ${branch}`);
  // What is refused for good leaves nothing behind; a branch that stays nevertheless is taken up when it is released.
  if (!answer.transient) await removeBranch(work).catch(() => undefined);
  return answer;
}

async function adopted(work: Work, pull: Pull): Promise<Acted> {
  await trim(work, pull);
  return { kind: 'acted', effect: effectOf(pull) };
}

function refused(refusal: Refused, at: Instant, what: string): Failed {
  const problem = `GitHub refused to ${what}: ${refusal.detail}`;
  return passing(refusal, at) ?? failed(at, problem, hintFor(refusal));
}

function hintFor({ as, detail }: Refused): string {
  if (/not permitted to create/i.test(detail))
    return 'Allow it in the repository’s settings under Actions, General, Workflow permissions ("Allow GitHub Actions to create and approve pull requests"), or pass the token of a GitHub App as `github-token`. Then release the version.';
  if (as === 'forbidden' || as === 'absent')
    return 'Add `contents: write` and `pull-requests: write` under `permissions:` of the job, then release the version.';
  return 'Mend what GitHub names, then release the version.';
}
