import { joinPlans } from '../../../several-targets.ts';
import type { Change, DesiredPreviews, PlanPurpose, TargetPlan } from '../../../target.ts';
import { ChangeSetReplaced } from '../../change-sets/replaced.ts';
import { answerFor } from '../../watching/statuses.ts';
import { explainDrift, occasionWaits } from '../decide/explain-drift.ts';
import { desiredGoal } from './deploy-shared.ts';
import { describeChanges } from './describe-changes.ts';
import { draftStack, type StackDraft } from './draft-stack.ts';
import { changesOf, type PreparedDraft, prepareDraft } from './prepared-draft.ts';
import type { SharedPlace } from './shared-place.ts';
import { findStack, noStack, takeSnapshot, type Workshop } from './snapshot.ts';

/**
 * What a deploy would do to the shared stacks. Keeps in `prepared` what that deploy can use, by region and stack.
 * A busy stack is not waited for: the diff is then told from the previews alone.
 */
export async function planShared(
  workshop: Workshop,
  places: readonly SharedPlace[],
  desired: DesiredPreviews,
  purpose: PlanPurpose,
  prepared: Map<string, PreparedDraft>,
): Promise<TargetPlan> {
  const goal = await desiredGoal(desired);
  const plans: TargetPlan[] = [];
  for (const place of places) {
    const stack = await findStack(workshop, place, purpose.signal);
    if (!stack) throw await noStack(workshop, place);
    const snapshot = await takeSnapshot(workshop, place, stack, purpose.signal);
    const draft = await draftStack(workshop, snapshot, goal, purpose.signal);
    const ready = await prepareIfFree(workshop, draft, purpose);
    if (ready && !purpose.dryRun) prepared.set(`${place.region ?? ''} ${place.stack}`, ready);
    plans.push(planOf(draft, ready, desired.occasion.previewId));
  }
  return joinPlans(plans);
}

/** Nothing is prepared for an occasion that waits: its run ends with the plan. */
async function prepareIfFree(
  workshop: Workshop,
  draft: StackDraft,
  { dryRun, signal }: PlanPurpose,
): Promise<PreparedDraft | undefined> {
  const { snapshot, goal, files } = draft;
  const occasion = goal.kind === 'desired' ? goal.occasion.previewId : '';
  const waits = files.some(({ content }) => occasionWaits(content.decision, occasion));
  const isFree = answerFor(snapshot.stack.StackStatus).deploy === 'update';
  if (draft.unchanged || !isFree || (waits && !dryRun)) return undefined;
  try {
    const ready = await prepareDraft(workshop, draft, signal);
    if (dryRun) await workshop.engine.discardChangeSet(snapshot.cloud, ready.prepared, signal);
    return ready;
  } catch (cause) {
    if (cause instanceof ChangeSetReplaced) return undefined;
    throw cause;
  }
}

function planOf(draft: StackDraft, ready: PreparedDraft | undefined, occasion: string): TargetPlan {
  const entries = draft.files.flatMap(({ content }) => content.decision.entries);
  const outdated = draft.unchanged ? undefined : explainDrift({ entries }, occasion, draft.drift);
  const waiting = occasionWaits({ entries }, occasion);
  const changes: readonly Change[] = ready ? changesOf(ready) : describeChanges(draft);
  return {
    changes: draft.unchanged ? [] : changes,
    rendered: draft.rendered,
    ...(outdated !== undefined && { outdated }),
    ...(waiting !== undefined && { waiting }),
  };
}
