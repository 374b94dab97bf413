import { UserError } from '../core/user-error.ts';
import type { Leftover, ObservedPreview } from '../targets/target.ts';
import type { Announcer } from './announcer.ts';
import type { PreviewPorts } from './preview-ports.ts';
import { blankReport, type PreviewReport } from './report.ts';
import { deploymentTask } from './task.ts';

/** What became of previews that were to go. */
export interface Removal {
  /** Those whose absence is proved. */
  readonly removed: readonly ObservedPreview[];
  readonly leftovers: readonly Leftover[];
}

/** Why previews go, and whether it is waited for until they have. */
export interface RemovalRequest {
  readonly reason: string;
  readonly wait: boolean;
}

/**
 * Removes previews one after another. People are told first, so that a run killed in between finds the preview
 * and repeats both; told last, a killed run would leave a comment that nobody corrects.
 * One that cannot be removed is left over and does not keep the others.
 */
export async function removePreviews(
  previews: readonly ObservedPreview[],
  { reason, wait }: RemovalRequest,
  ports: Pick<PreviewPorts, 'target' | 'signal' | 'progress'>,
  announce: Announcer,
): Promise<Removal> {
  const removed: ObservedPreview[] = [];
  const leftovers: Leftover[] = [];
  for (const preview of previews) {
    await tellRemoved(preview.pullRequest, reason, announce, wait ? 'removed' : 'removing');
    const left = await destroy(preview, { ...ports, wait });
    leftovers.push(...left);
    if (left.some(isStuck)) await tellLeft(preview, left, announce);
    else if (left.length === 0) {
      removed.push(preview);
      if (!wait) await tellRemoved(preview.pullRequest, reason, announce);
    }
  }
  return { removed, leftovers };
}

async function destroy(
  preview: ObservedPreview,
  { target, ...watch }: Pick<PreviewPorts, 'target' | 'signal' | 'progress'> & { wait: boolean },
): Promise<readonly Leftover[]> {
  try {
    return await target.destroy(preview, watch);
  } catch (cause) {
    if (watch.signal.aborted) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = cause instanceof UserError ? cause.problems[0]?.hint : undefined;
    return [{ type: 'preview', id: preview.previewId, reason, ...(hint && { hint }) }];
  }
}

/** Says that the pull request has no preview, where something was said before. */
export async function tellRemoved(
  pullRequest: number,
  reason: string,
  announce: Announcer,
  state: 'removed' | 'removing' = 'removed',
) {
  const report = blankReport({ pullRequest, previewId: '', commit: '' });
  await announce.comment({ ...report, state, reason }, { ifThere: true });
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

/** Whether nobody is removing it any more. */
export function isStuck({ removing }: Leftover): boolean {
  return !removing;
}

/** Leftovers in one line, for people. */
export function listLeftovers(leftovers: readonly Leftover[]): string {
  return leftovers.map(({ type, id, reason }) => `${type} ${id} (${reason})`).join('; ');
}
