import type { Leftover, ObservedPreview } from '../targets/target.ts';
import { type Announcer, announcer } from './announcer.ts';
import type { PreviewPorts } from './preview-ports.ts';
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
  const { removed, leftovers } = await removePreviews(doomed, request.reason, ports, announce);
  await announceAbsence(request, doomed, reopened, announce);
  return outcome(request, removed, kept, leftovers, announce);
}

/** What became of previews that were to go. */
export interface Removal {
  readonly removed: readonly ObservedPreview[];
  readonly leftovers: readonly Leftover[];
}

/**
 * Removes previews one after another. People are told first, so that a run killed in between finds the preview
 * and repeats both; told last, a killed run would leave a comment that nobody corrects.
 * One that cannot be removed is left over and does not keep the others.
 */
export async function removePreviews(
  previews: readonly ObservedPreview[],
  reason: string,
  ports: Pick<PreviewPorts, 'target' | 'signal' | 'progress'>,
  announce: Announcer,
): Promise<Removal> {
  const removed: ObservedPreview[] = [];
  const leftovers: Leftover[] = [];
  for (const preview of previews) {
    await tellRemoved(preview.pullRequest, reason, announce);
    const left = await destroy(preview, ports);
    leftovers.push(...left);
    if (left.length > 0) await tellLeft(preview, left, announce);
    else removed.push(preview);
  }
  return { removed, leftovers };
}

async function destroy(
  preview: ObservedPreview,
  { target, ...watch }: Pick<PreviewPorts, 'target' | 'signal' | 'progress'>,
): Promise<readonly Leftover[]> {
  try {
    return await target.destroy(preview, { ...watch, wait: true });
  } catch (cause) {
    if (watch.signal.aborted) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return [{ type: 'preview', id: preview.previewId, reason }];
  }
}

/** Says that the pull request has no preview, where something was said before. */
export async function tellRemoved(pullRequest: number, reason: string, announce: Announcer) {
  const report = blankReport({ pullRequest, previewId: '', commit: '' });
  await announce.comment({ ...report, state: 'removed', reason }, { ifThere: true });
  await announce.retire(deploymentTask(pullRequest), 'Removed');
}

async function tellLeft(preview: ObservedPreview, left: readonly Leftover[], announce: Announcer) {
  const report: PreviewReport = {
    ...blankReport(preview),
    state: 'failed',
    reason: `teardown: not all could be removed: ${listLeftovers(left)}`,
  };
  await announce.comment(report, { ifThere: true });
}

/** Leftovers in one line, for people. */
export function listLeftovers(leftovers: readonly Leftover[]): string {
  return leftovers.map(({ type, id, reason }) => `${type} ${id} (${reason})`).join('; ');
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
  const left = leftovers.length > 0 ? 'leftovers: not all could be removed' : undefined;
  const done = removed.length > 0 ? request.reason : 'none: there is no such preview';
  return { reason: left ?? kept[0]?.reason ?? done, removed, kept, leftovers, warnings };
}

function verdict({ previewId, pullRequest }: ObservedPreview, reason: string): Verdict {
  return { previewId, pullRequest, reason };
}
