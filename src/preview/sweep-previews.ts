import { after, type Duration, instant } from '../core/time.ts';
import type { Leftover, ObservedPreview } from '../targets/target.ts';
import { type Announcer, announcer } from './announcer.ts';
import type { EligibilityRules } from './eligibility.ts';
import type { PreviewPorts } from './preview-ports.ts';
import { isStuck, removePreviews } from './remove-previews.ts';
import { planSweep, type SweepPlan } from './sweep-plan.ts';
import type { TeardownOutcome, Verdict } from './teardown-preview.ts';

/** What a sweep is asked to do. */
export interface SweepRequest {
  /** `owner/name`. */
  readonly repository: string;
  readonly rules: EligibilityRules;
  /** Overrides the configured length: previews go this long after their last push. */
  readonly expireAfter: Duration | undefined;
  /** The configured length, which the expiry that previews carry was made with. */
  readonly configuredExpiry: Duration | undefined;
  readonly maxRemovals: number;
  readonly dryRun: boolean;
  /** `false`: end once the target has taken the removals. */
  readonly wait: boolean;
}

/** How a sweep ended. `refused` = more would have gone than allowed, and nothing was touched. */
export interface SweepOutcome extends TeardownOutcome {
  readonly refused: boolean;
}

/**
 * Compares all previews with all open pull requests, and removes what has no reason to be. Throws, and touches
 * nothing, when either list cannot be read to its end.
 */
export async function sweepPreviews(
  request: SweepRequest,
  ports: PreviewPorts,
): Promise<SweepOutcome> {
  // Previews first: one made after the list of pull requests was read would look like an orphan.
  const observed = await ports.target.observe(request.repository);
  const open = observed.length > 0 ? await ports.pullRequests.open() : [];
  const plan = planSweep({
    ...request,
    observed: observed.map((preview) => withExpiry(preview, request)),
    open,
    now: ports.now(),
  });
  const announce = announcer(ports.audience);
  if (plan.refusal !== undefined || request.dryRun) return untouched(plan, announce);
  return carryOut(request, plan, ports, announce);
}

async function carryOut(
  request: SweepRequest,
  plan: SweepPlan,
  ports: PreviewPorts,
  announce: Announcer,
): Promise<SweepOutcome> {
  const removed: Verdict[] = [];
  const kept = [...plan.keep];
  const leftovers: Leftover[] = [];
  for (const { preview, ...verdict } of plan.remove) {
    if (ports.signal.aborted) throw ports.signal.reason;
    if (await isOpenAfterAll(verdict, ports)) {
      kept.push({ ...verdict, reason: 'open: the pull request is open when asked by its number' });
      continue;
    }
    const how = { reason: verdict.reason, wait: request.wait };
    const { leftovers: left } = await removePreviews([preview], how, ports, announce);
    leftovers.push(...left);
    if (left.length === 0) removed.push(verdict);
  }
  const judged = await withDrift(kept, request.repository, ports);
  return { ...outcome(removed, judged, leftovers, announce), refused: false };
}

/** Previews that stay, and what of them is no longer as it was deployed, where the target looks for that. */
async function withDrift(
  kept: readonly Verdict[],
  repository: string,
  { target, signal, progress }: PreviewPorts,
): Promise<readonly Verdict[]> {
  if (kept.length === 0 || !target.drift) return kept;
  const keys = kept.map(({ previewId }) => ({ repository, previewId }));
  const drifted = await target.drift(keys, { signal, progress, wait: true });
  return kept.map((verdict) => {
    const what = drifted.get(verdict.previewId);
    return what === undefined
      ? verdict
      : { ...verdict, reason: `${verdict.reason}; drift: ${what}` };
  });
}

/** The list may lag behind (GitHub promises no read-after-write), so a missing one is asked for by number. */
async function isOpenAfterAll({ reason, pullRequest }: Verdict, { pullRequests }: PreviewPorts) {
  if (!reason.startsWith('closed:')) return false;
  return (await pullRequests.get(pullRequest))?.state === 'open';
}

function untouched({ remove, keep, refusal }: SweepPlan, announce: Announcer): SweepOutcome {
  const doomed = remove.map(({ preview: _, ...verdict }) => verdict);
  const reason =
    refusal ?? `dry-run: ${doomed.length} previews would be removed, ${keep.length} kept`;
  return {
    ...outcome(
      refusal === undefined ? doomed : [],
      refusal === undefined ? keep : [...keep, ...doomed],
      [],
      announce,
    ),
    reason,
    refused: refusal !== undefined,
  };
}

function outcome(
  removed: readonly Verdict[],
  kept: readonly Verdict[],
  leftovers: readonly Leftover[],
  { warnings }: Announcer,
): TeardownOutcome {
  const stuck = leftovers.filter(isStuck).length;
  const removing = leftovers.length - stuck;
  const reason = [
    `sweep: ${removed.length} removed, ${kept.length} kept`,
    ...(removing > 0 ? [`${removing} still being removed`] : []),
    ...(stuck > 0 ? [`${stuck} left over`] : []),
  ].join(', ');
  return { reason, removed, kept, leftovers, warnings };
}

/** The expiry as if previews had been made with another length; what `/preview keep` added stays added. */
function withExpiry(preview: ObservedPreview, request: SweepRequest): ObservedPreview {
  const { expireAfter, configuredExpiry } = request;
  if (expireAfter === undefined) return preview;
  const known = preview.expiresAt !== undefined && configuredExpiry !== undefined;
  const pushed = known ? instant(preview.expiresAt - configuredExpiry) : preview.createdAt;
  return { ...preview, expiresAt: after(pushed, expireAfter) };
}
