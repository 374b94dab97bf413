import type { Effect } from '../../records/record.ts';
import { filled } from '../texts.ts';
import type { Written } from '../written.ts';
import type { Pull } from './ports.ts';
import type { Work } from './work.ts';

/** The pull request of this promotion; of several from its branch the one that says most: open, then merged, then closed. */
export async function findPull({ ports, branch, settings }: Work): Promise<Pull | undefined> {
  const all = await ports.pulls.ofBranch(branch, settings.base);
  const of = (state: Pull['state']) => all.find((pull) => pull.state === state);
  return of('open') ?? of('merged') ?? of('closed');
}

/** The effect of an attempt as the ledger keeps it. */
export function effectOf({ number, url, createdAt, mergedAt }: Pull): Effect {
  return {
    kind: 'pull-request',
    reference: String(number),
    url,
    at: createdAt,
    ...(mergedAt !== undefined && { doneAt: mergedAt }),
  };
}

/**
 * Gives an open pull request the labels and reviewers that it lacks. Asked for when it is made and when it is adopted,
 * which is when a run before may have died in between; never later, as people may take them off. What is refused is
 * a warning: the pull request is there.
 */
export async function trim(work: Work, pull: Pull): Promise<void> {
  const { settings, ports } = work;
  if (pull.state !== 'open') return;
  const wanted = settings.labels.map((label) => filled(label, work));
  const labels = lacking(wanted, pull.labels);
  const reviewers = lacking(settings.reviewers, pull.asked);
  const { trimmings, warn } = ports;
  const report = (what: string, answer: Written) => {
    if (answer.kind !== 'done')
      warn(`pull request #${pull.number} is there, but ${what}: ${answer.detail}`);
  };
  if (labels.length > 0)
    report(`got no labels ${labels.join(', ')}`, await trimmings.label(pull.number, labels));
  if (reviewers.length === 0) return;
  const asked = await trimmings.askFor(pull.number, reviewers);
  if (asked.kind === 'done' || reviewers.length === 1)
    return report(`${reviewers.join(', ')} cannot be asked for a review`, asked);
  // GitHub refuses all for the sake of one.
  for (const reviewer of reviewers) {
    const answer = await trimmings.askFor(pull.number, [reviewer]);
    report(`${reviewer} cannot be asked for a review`, answer);
  }
}

function lacking(wanted: readonly string[], there: readonly string[]): string[] {
  const known = new Set(there.map((each) => each.toLowerCase()));
  return wanted.filter((each) => !known.has(each.toLowerCase()));
}
