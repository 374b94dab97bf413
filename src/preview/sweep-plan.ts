import type { Instant } from '../core/time.ts';
import type { ObservedPreview } from '../targets/target.ts';
import { decideEligibility, type EligibilityRules, hasLabel } from './eligibility.ts';
import type { PullRequest } from './pull-request.ts';
import type { Verdict } from './teardown-preview.ts';

/** With this label a preview does not expire while its pull request is open. */
const keepLabel = 'keep-preview';

/** What a sweep decides from: all previews, and all open pull requests, neither in part. */
export interface SweepFacts {
  /** `owner/name`. */
  readonly repository: string;
  readonly observed: readonly ObservedPreview[];
  readonly open: readonly PullRequest[];
  readonly rules: EligibilityRules;
  readonly now: Instant;
  /** More removals than this are an accident: none is carried out. */
  readonly maxRemovals: number;
}

/** What a sweep is to do, as a value. */
export interface SweepPlan {
  readonly remove: readonly (Verdict & { readonly preview: ObservedPreview })[];
  readonly keep: readonly Verdict[];
  /** Why nothing is to be removed after all. */
  readonly refusal: string | undefined;
}

/** Compares all previews with all open pull requests. Pure. */
export function planSweep(facts: SweepFacts): SweepPlan {
  const open = new Map(facts.open.map((pullRequest) => [pullRequest.number, pullRequest]));
  const judged = facts.observed.map((preview) => ({
    preview,
    ...judge(preview, open.get(preview.pullRequest), facts),
  }));
  const remove = judged.filter(({ goes }) => goes).map(toVerdict);
  const keep = judged.filter(({ goes }) => !goes).map(toVerdict);
  const refusal =
    remove.length > facts.maxRemovals
      ? `max-removals: ${remove.length} previews would be removed, more than the ${facts.maxRemovals} allowed at once; nothing was removed`
      : undefined;
  return { remove, keep: keep.map(({ preview: _, ...verdict }) => verdict), refusal };
}

function judge(
  preview: ObservedPreview,
  pullRequest: PullRequest | undefined,
  { repository, rules, now }: SweepFacts,
): { goes: boolean; reason: string } {
  if (!pullRequest) {
    return { goes: true, reason: `closed: pull request #${preview.pullRequest} is not open` };
  }
  const eligibility = decideEligibility(pullRequest, rules, {
    repository,
    requested: preview.requested,
    // A fork's preview exists only because its commit was approved; which paths it touches was asked then.
    approved: true,
    changedPaths: undefined,
  });
  if (!eligibility.eligible) return { goes: true, reason: eligibility.reason };
  if (preview.expiresAt === undefined || preview.expiresAt > now) {
    return { goes: false, reason: `open: pull request #${preview.pullRequest} is open` };
  }
  return hasLabel(pullRequest.labels, keepLabel)
    ? { goes: false, reason: `keep: expired, but the label ${keepLabel} keeps it` }
    : { goes: true, reason: 'expired: nothing was pushed for as long as `expire-after` allows' };
}

function toVerdict({ preview, reason }: { preview: ObservedPreview; reason: string }) {
  return { preview, previewId: preview.previewId, pullRequest: preview.pullRequest, reason };
}
