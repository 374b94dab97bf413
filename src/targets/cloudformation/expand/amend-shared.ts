import type { Leftover, Watch } from '../../target.ts';
import { draftStack, type StackDraft } from './draft-stack.ts';
import type { Amendment } from './goal.ts';
import { sendDraft } from './send-draft.ts';
import type { SharedPlace } from './shared-place.ts';
import { findStack, type Snapshot, takeSnapshot, type Workshop } from './snapshot.ts';
import { afterOthers, freeSnapshot } from './wait-until-free.ts';

type Watching = Pick<Watch, 'progress' | 'signal'>;

/** Others may be faster this often before we give up. */
const mostRounds = 30;

/**
 * Makes one change to one preview of a shared stack, and waits for it: everything else stays as it is deployed.
 * Answers what is left over; of something that is not there: nothing. Needs nothing but what is deployed.
 */
export async function amendShared(
  workshop: Workshop,
  place: SharedPlace,
  goal: Amendment,
  watch: Watching,
): Promise<readonly Leftover[]> {
  const watching = { ...watch, service: place.files[0]?.parts[0]?.service ?? '', wait: true };
  const leftovers: Leftover[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const stack = await findStack(workshop, place, watch.signal);
    const now = stack && (await takeSnapshot(workshop, place, stack, watch.signal));
    if (!now || !(await concerns(workshop, now, goal, watch.signal))) return leftovers;
    const snapshot = await freeSnapshot(workshop, place, watching);
    if (!snapshot) return leftovers;
    const draft = await draftStack(workshop, snapshot, goal, watch.signal);
    const sent = await sendDraft(workshop, draft, watching);
    if (sent.kind === 'replaced') await afterOthers(workshop, watching);
    if (sent.kind === 'unchanged') return leftovers;
    if (sent.kind === 'failed') return [...leftovers, notDone(place, goal, sent.followed)];
    if (sent.kind === 'done' && goal.kind === 'extend') return [];
    if (sent.kind === 'done') leftovers.push(...(await remains(workshop, draft, goal, watch)));
  }
  return [...leftovers, notDone(place, goal, undefined)];
}

/** Whether there is anything to change: asked before waiting for a busy stack. */
async function concerns(
  workshop: Workshop,
  snapshot: Snapshot,
  goal: Amendment,
  signal: AbortSignal,
): Promise<boolean> {
  return !(await draftStack(workshop, snapshot, goal, signal)).unchanged;
}

function notDone(
  { stack }: SharedPlace,
  { kind, key }: Amendment,
  followed: { readonly failure?: { logicalId: string; reason: string } } | undefined,
): Leftover {
  const why = followed?.failure
    ? `${followed.failure.logicalId}: ${followed.failure.reason}`
    : 'the shared stack did not take the change';
  const what = kind === 'remove' ? 'preview' : 'expiry of preview';
  return { type: what, id: key.previewId, reason: `${stack}: ${why}` };
}

/**
 * Resources of the preview that CloudFormation still lists, or could not delete when it cleaned up: it then lets go
 * of them and calls the update complete.
 */
async function remains(
  { engine }: Workshop,
  { snapshot, files }: StackDraft,
  { key }: Amendment,
  { signal }: Watching,
): Promise<readonly Leftover[]> {
  const suffix = key.previewId.toUpperCase();
  const leftovers: Leftover[] = [];
  for (const { deployed, content } of files) {
    const gone = content.decision.entries.some(({ verdict }) => verdict === 'remove');
    if (!gone || !deployed.stack?.StackId) continue;
    const all = await engine.listResources(snapshot.cloud, deployed.stack.StackId, signal);
    const names = new Set(all.map(({ LogicalResourceId }) => LogicalResourceId));
    for (const { LogicalResourceId = '', ResourceType = '', ResourceStatus } of all) {
      const original = LogicalResourceId.slice(0, -suffix.length);
      if (!LogicalResourceId.endsWith(suffix) || !names.has(original)) continue;
      if (ResourceStatus === 'DELETE_COMPLETE') continue;
      const reason = `it is still in the stack ${deployed.stack.StackName}, as ${ResourceStatus}`;
      leftovers.push({ type: ResourceType, id: LogicalResourceId, reason });
    }
  }
  return leftovers;
}
