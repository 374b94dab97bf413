import type { Change } from '../../../target.ts';
import type { PreparedChangeSet } from '../../change-sets/change-set.ts';
import { ChangeSetReplaced } from '../../change-sets/replaced.ts';
import type { StackDraft } from './draft-stack.ts';
import { isCurrent, type Workshop } from './snapshot.ts';

/** A draft with the change set that brings it about. */
export interface PreparedDraft {
  readonly draft: StackDraft;
  readonly prepared: PreparedChangeSet;
  readonly operation: string;
}

/**
 * Makes the change set of a draft. What CloudFormation takes for no change, since only our memory differs, is sent
 * with a resource that differs too. Throws `ChangeSetReplaced` when someone else was faster.
 */
export async function prepareDraft(
  workshop: Workshop,
  draft: StackDraft,
  signal: AbortSignal,
): Promise<PreparedDraft> {
  const first = await prepareOnce(workshop, draft, isMemoryAlone(draft), signal);
  if (first.prepared.kind === 'ready') return first;
  const second = draft.unchanged ? first : await prepareOnce(workshop, draft, true, signal);
  return second;
}

/** What a nested stack is told of, CloudFormation sees only in the nested stack itself. */
function isMemoryAlone({ snapshot, files, drift }: StackDraft): boolean {
  if (snapshot.place.root === undefined || drift.template || drift.parameters.length > 0) {
    return false;
  }
  const entries = files.flatMap(({ content }) => content.decision.entries);
  return !entries.some(({ verdict }) => verdict === 'add' || verdict === 'remove');
}

async function prepareOnce(
  workshop: Workshop,
  draft: StackDraft,
  revised: boolean,
  signal: AbortSignal,
): Promise<PreparedDraft> {
  const { context, engine } = workshop;
  const { cloud } = draft.snapshot;
  const operation = workshop.nextOperation();
  const { request, uploads } = draft.request({ operation, revised });
  if (uploads.length > 0) {
    const nearby = await engine.nearby(cloud);
    for (const upload of uploads) await nearby.upload(upload, signal);
  }
  const prepared = await engine.prepareChangeSet(cloud, request, { ...context, signal });
  if (await isCurrent(workshop, draft.snapshot, signal)) return { draft, prepared, operation };
  await engine.discardChangeSet(cloud, prepared, signal);
  throw new ChangeSetReplaced(
    `the shared stack ${draft.snapshot.place.stack} was changed meanwhile`,
  );
}

/** The diff for people. */
export function changesOf({ prepared }: PreparedDraft): readonly Change[] {
  return prepared.kind === 'ready' ? prepared.changes : [];
}
