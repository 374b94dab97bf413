import type { Leftover, ProgressEvent, Watch } from '../../../target.ts';
import type { Followed } from '../../watching/follow.ts';
import { resourceTypes } from './describe-changes.ts';
import { draftStack, type StackDraft } from './draft-stack.ts';
import type { Amendment } from './goal.ts';
import { sendDraft } from './send-draft.ts';
import type { SharedPlace } from './shared-place.ts';
import { findStack, type Snapshot, takeSnapshot, type Workshop } from './snapshot.ts';
import { afterOthers, freeSnapshot } from './wait-until-free.ts';

/** Others may be faster this often before we give up. */
const mostRounds = 30;

/**
 * Makes one change to one preview of a shared stack, and waits for it: everything else stays as it is deployed.
 * Answers what is left over; of something that is not there: nothing. Needs nothing but what is deployed. Where
 * nobody waits, it ends once CloudFormation has taken the change.
 */
export async function amendShared(
  workshop: Workshop,
  place: SharedPlace,
  goal: Amendment,
  watch: Watch,
): Promise<readonly Leftover[]> {
  const watching = {
    progress: (event: ProgressEvent) => watch.progress(event),
    signal: watch.signal,
    service: place.files[0]?.parts[0]?.service ?? '',
    wait: watch.wait,
  };
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
    if (sent.kind === 'accepted') return [...leftovers, underWay(place, goal)];
    if (sent.kind === 'failed') return [...leftovers, notDone(place, goal, sent.followed)];
    if (sent.kind === 'done' && goal.kind === 'extend') return [];
    if (sent.kind === 'done') {
      leftovers.push(...undeleted(sent.followed));
      leftovers.push(...(await remains(workshop, draft, watch.signal)));
    }
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

function underWay({ stack }: SharedPlace, { key }: Amendment): Leftover {
  const reason = `${stack} is being updated, and nobody waits`;
  return { type: 'preview', id: key.previewId, reason, removing: true };
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
 * Resources that the template no longer has and the stack still lists. One that could not be deleted when
 * CloudFormation cleaned up is among them only while CloudFormation remembers it.
 */
async function remains(
  { engine }: Workshop,
  { snapshot, files }: StackDraft,
  signal: AbortSignal,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const { deployed, text, content } of files) {
    const gone = content.decision.entries.some(({ verdict }) => verdict === 'remove');
    if (!gone || !deployed.stack?.StackId) continue;
    const before = resourceTypes(deployed.text);
    const after = resourceTypes(text);
    const all = await engine.listResources(snapshot.cloud, deployed.stack.StackId, signal);
    for (const { LogicalResourceId: id = '', ResourceType: type = '', ResourceStatus } of all) {
      if (!before.has(id) || after.has(id) || ResourceStatus === 'DELETE_COMPLETE') continue;
      const reason = `it is still in the stack ${deployed.stack.StackName}, as ${ResourceStatus}`;
      leftovers.push({ type, id, reason });
    }
  }
  return leftovers;
}

/** What CloudFormation could not delete when it cleaned up: it lets go of it and calls the update complete. */
function undeleted({ events }: Followed): readonly Leftover[] {
  return events
    .filter(({ status, ofStack }) => status === 'DELETE_FAILED' && !ofStack)
    .map(({ type, logicalId, physicalId, reason = 'it could not be deleted' }) => ({
      type,
      id: physicalId || logicalId,
      reason,
    }));
}
