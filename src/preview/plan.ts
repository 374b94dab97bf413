import type { DesiredPreview, ObservedPreview, TargetPlan } from '../targets/target.ts';

/** What a deploy is to do, as a value. */
export type PreviewPlan =
  | { readonly kind: 'create' | 'update'; readonly reason: string }
  | { readonly kind: 'unchanged'; readonly reason: string; readonly existing: ObservedPreview }
  | { readonly kind: 'wait'; readonly reason: string };

/** A live preview of another pull request that has the same identifier. */
export function collidingPreview(
  desired: Pick<DesiredPreview, 'previewId' | 'pullRequest'>,
  observed: readonly ObservedPreview[],
): ObservedPreview | undefined {
  return observed.find(
    ({ previewId, pullRequest }) =>
      previewId === desired.previewId && pullRequest !== desired.pullRequest,
  );
}

/**
 * Compares what should be with what is. `max` bounds live previews: the newest waits, one that is there already
 * never does.
 */
export function planPreview(
  desired: DesiredPreview,
  observed: readonly ObservedPreview[],
  max: number,
): PreviewPlan {
  const existing = observed.find(({ previewId }) => previewId === desired.previewId);
  if (!existing) {
    return observed.length >= max
      ? { kind: 'wait', reason: waitReason(observed, max) }
      : { kind: 'create', reason: 'create: this pull request has no preview yet' };
  }
  const difference = differenceOf(desired, existing);
  return difference
    ? { kind: 'update', reason: `update: ${difference}` }
    : { kind: 'unchanged', existing, reason: 'unchanged: this commit runs already, as configured' };
}

/** What the target knows beyond marks: its template may have changed, or an image not be there yet. */
export function refinePlan(
  plan: PreviewPlan,
  { outdated, waiting }: Pick<TargetPlan, 'outdated' | 'waiting'>,
): PreviewPlan {
  if (waiting !== undefined && plan.kind !== 'unchanged') return { kind: 'wait', reason: waiting };
  return outdated !== undefined && plan.kind === 'unchanged'
    ? { kind: 'update', reason: `update: ${outdated}` }
    : plan;
}

function waitReason(observed: readonly ObservedPreview[], max: number): string {
  const holders = observed.map(({ pullRequest }) => pullRequest).sort((a, b) => a - b);
  const shown = holders.slice(0, 5).join(', ') + (holders.length > 5 ? ', …' : '');
  return `max: ${observed.length} of ${max} previews are live (pull requests ${shown}); this one starts with the first event after one of them is removed`;
}

function differenceOf(desired: DesiredPreview, existing: ObservedPreview): string | undefined {
  if (desired.resetDatabase !== undefined) return 'a fresh database was asked for';
  if (existing.commit === '')
    return existing.services.length > 1
      ? 'its services run different commits'
      : 'its last deploy did not end well';
  if (existing.commit !== desired.commit) {
    return `commit ${existing.commit.slice(0, 7)} runs, ${desired.commit.slice(0, 7)} is the head`;
  }
  if (existing.fingerprint !== desired.fingerprint) return 'the configuration changed';
  if (existing.pullRequest !== desired.pullRequest) return 'the branch has a new pull request';
  if (existing.requested !== desired.requested) return 'it was asked for by a /preview command';
  const missing = desired.services.filter(
    ({ name }) => !existing.services.some((service) => service.name === name),
  );
  if (missing.length > 0) return `service ${missing.map(({ name }) => name).join(', ')} is missing`;
  const unwell = existing.services.filter(({ state }) => state !== 'ready' && state !== 'sleeping');
  return unwell.length > 0
    ? `service ${unwell.map(({ name, state }) => `${name} is ${state}`).join(', ')}`
    : undefined;
}
