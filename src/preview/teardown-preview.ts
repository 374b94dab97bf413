import type { Leftover, ObservedPreview } from '../targets/target.ts';
import { type Announcer, announcer } from './announcer.ts';
import type { PreviewPorts } from './preview-ports.ts';
import { isStuck, removePreviews, tellRemoved } from './remove-previews.ts';

/** A preview that is gone, or stays, and why. */
export interface Verdict {
  readonly previewId: string;
  readonly pullRequest: number;
  /** One sentence that begins with the rule which decided. */
  readonly reason: string;
}

/** How a teardown or sweep ended. */
export interface TeardownOutcome {
  readonly reason: string;
  /** Those whose absence is proved. */
  readonly removed: readonly Verdict[];
  readonly kept: readonly Verdict[];
  /** What could not be removed, or is on its way out where nobody waits; empty = absence is proved. */
  readonly leftovers: readonly Leftover[];
  readonly warnings: readonly string[];
}

/** Which preview is to go, and why. */
export interface TeardownRequest {
  /** `owner/name`. */
  readonly repository: string;
  /** Either names the preview; the identifier alone is enough. */
  readonly pullRequest: number | undefined;
  readonly previewId: string | undefined;
  /** Remove it though the pull request is open: someone said so. */
  readonly force: boolean;
  readonly reason: string;
  readonly dryRun: boolean;
  /** `false`: end once the target has taken the removal. */
  readonly wait: boolean;
}

/**
 * Removes the preview of one pull request and proves that it is gone. A pull request that is open again keeps
 * its preview, unless forced. May be killed anywhere and run again.
 */
export async function teardownPreview(
  request: TeardownRequest,
  ports: PreviewPorts,
): Promise<TeardownOutcome> {
  const observed = await ports.target.observe(request.repository);
  const matching = observed.filter((preview) => isMeant(preview, request));
  const announce = announcer(ports.audience);
  const reopened = await whichAreOpen(request, matching, ports);
  const doomed = matching.filter(({ pullRequest }) => !reopened.has(pullRequest));
  const kept = matching
    .filter(({ pullRequest }) => reopened.has(pullRequest))
    .map((preview) => verdict(preview, 'open: the pull request is open again'));
  if (request.dryRun) return outcome(request, doomed, kept, [], announce);
  const { removed, leftovers } = await removePreviews(doomed, request, ports, announce);
  await announceAbsence(request, doomed, reopened, announce);
  return outcome(request, removed, kept, leftovers, announce);
}

/** Where a run was cut off between removal and the comment, or the preview was never there: say what is true. */
async function announceAbsence(
  { pullRequest, reason }: TeardownRequest,
  doomed: readonly ObservedPreview[],
  reopened: ReadonlySet<number>,
  announce: Announcer,
) {
  if (pullRequest === undefined || reopened.has(pullRequest)) return;
  if (doomed.some((preview) => preview.pullRequest === pullRequest)) return;
  await tellRemoved(pullRequest, reason, announce);
}

async function whichAreOpen(
  { force, pullRequest }: TeardownRequest,
  matching: readonly ObservedPreview[],
  { pullRequests }: PreviewPorts,
): Promise<ReadonlySet<number>> {
  if (force) return new Set();
  const numbers = new Set(matching.map((preview) => preview.pullRequest));
  if (pullRequest !== undefined) numbers.add(pullRequest);
  const open = new Set<number>();
  for (const number of numbers) {
    if ((await pullRequests.get(number))?.state === 'open') open.add(number);
  }
  return open;
}

function isMeant(preview: ObservedPreview, { pullRequest, previewId }: TeardownRequest): boolean {
  return preview.pullRequest === pullRequest || preview.previewId === previewId;
}

function outcome(
  request: TeardownRequest,
  gone: readonly ObservedPreview[],
  kept: readonly Verdict[],
  leftovers: readonly Leftover[],
  { warnings }: Announcer,
): TeardownOutcome {
  const removed = gone.map((preview) => verdict(preview, request.reason));
  const done = removed.length > 0 ? request.reason : 'none: there is no such preview';
  const reason = leftReason(leftovers, request) ?? kept[0]?.reason ?? done;
  return { reason, removed, kept, leftovers, warnings };
}

function leftReason(leftovers: readonly Leftover[], { reason }: TeardownRequest) {
  if (leftovers.some(isStuck)) return 'leftovers: not all could be removed';
  return leftovers.length > 0 ? `${reason}; it is still being removed` : undefined;
}

function verdict({ previewId, pullRequest }: ObservedPreview, reason: string): Verdict {
  return { previewId, pullRequest, reason };
}
