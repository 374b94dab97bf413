import type { Instant } from '../core/time.ts';
import type { Leftover, ObservedPreview, ProgressEvent, Target } from '../targets/target.ts';
import { type Announcer, type Audience, announcer } from './announcer.ts';
import type { PullRequests } from './ports.ts';
import { blankReport, type PreviewReport } from './report.ts';
import { deploymentTask } from './task.ts';

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
  readonly removed: readonly Verdict[];
  readonly kept: readonly Verdict[];
  /** What could not be removed; empty = absence is proved. */
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
}

/** What a teardown reaches the world through. */
export interface TeardownPorts {
  readonly pullRequests: PullRequests;
  readonly target: Target;
  readonly audience: Audience;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

/**
 * Removes the preview of one pull request and proves that it is gone. A pull request that is open again keeps
 * its preview, unless forced. May be killed anywhere and run again.
 */
export async function teardownPreview(
  request: TeardownRequest,
  ports: TeardownPorts,
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
  const leftovers = await removePreviews(doomed, request.reason, ports, announce);
  await announceAbsence(request, doomed, reopened, announce);
  return outcome(request, doomed, kept, leftovers, announce);
}

/**
 * Removes previews one after another. People are told first, so that a run killed in between finds the preview
 * and repeats both; told last, a killed run would leave a comment that nobody corrects.
 */
export async function removePreviews(
  previews: readonly ObservedPreview[],
  reason: string,
  ports: Pick<TeardownPorts, 'target' | 'signal' | 'progress'>,
  announce: Announcer,
): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const preview of previews) {
    await tellRemoved(preview, reason, announce);
    const left = await ports.target.destroy(preview, { ...ports, wait: true });
    leftovers.push(...left);
    if (left.length > 0) await tellLeft(preview, left, announce);
  }
  return leftovers;
}

async function tellRemoved(preview: ObservedPreview, reason: string, announce: Announcer) {
  const report: PreviewReport = { ...blankReport(preview), state: 'removed', reason };
  await announce.comment(report, { ifThere: true });
  await announce.retire(deploymentTask(preview.pullRequest), 'Removed');
}

async function tellLeft(preview: ObservedPreview, left: readonly Leftover[], announce: Announcer) {
  const list = left.map(({ type, id, reason }) => `${type} ${id} (${reason})`).join('; ');
  const report: PreviewReport = {
    ...blankReport(preview),
    state: 'failed',
    reason: `teardown: not all could be removed: ${list}`,
  };
  await announce.comment(report, { ifThere: true });
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
  const report = blankReport({ pullRequest, previewId: '', commit: '' });
  await announce.comment({ ...report, state: 'removed', reason }, { ifThere: true });
  await announce.retire(deploymentTask(pullRequest), 'Removed');
}

async function whichAreOpen(
  { force, pullRequest }: TeardownRequest,
  matching: readonly ObservedPreview[],
  { pullRequests }: TeardownPorts,
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
  doomed: readonly ObservedPreview[],
  kept: readonly Verdict[],
  leftovers: readonly Leftover[],
  { warnings }: Announcer,
): TeardownOutcome {
  const removed = doomed.map((preview) => verdict(preview, request.reason));
  const reason =
    kept[0]?.reason ?? (removed.length > 0 ? request.reason : 'none: there is no such preview');
  return { reason, removed, kept, leftovers, warnings };
}

function verdict({ previewId, pullRequest }: ObservedPreview, reason: string): Verdict {
  return { previewId, pullRequest, reason };
}
