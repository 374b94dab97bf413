import { ChangeSetReplaced } from '../../change-sets/replaced.ts';
import type { Followed } from '../../watching/follow.ts';
import type { StackDraft } from './draft-stack.ts';
import { type PreparedDraft, prepareDraft } from './prepared-draft.ts';
import type { Workshop } from './snapshot.ts';
import type { SharedWatch } from './wait-until-free.ts';

/** How sending a draft ended. */
export type Sent =
  | { readonly kind: 'unchanged' }
  /** Under way; nobody waits for it. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'done' | 'failed'; readonly followed: Followed }
  /** Someone else's update came first: look again. */
  | { readonly kind: 'replaced'; readonly why: string };

/** Executes a draft and follows it to its end, unless nobody waits. Throws what the user can mend as `UserError`. */
export async function sendDraft(
  workshop: Workshop,
  draft: StackDraft,
  watch: SharedWatch & { readonly wait: boolean },
  ready?: PreparedDraft,
): Promise<Sent> {
  if (draft.unchanged) return { kind: 'unchanged' };
  try {
    const prepared = ready ?? (await prepareDraft(workshop, draft, watch.signal));
    return await execute(workshop, prepared, watch);
  } catch (cause) {
    if (cause instanceof ChangeSetReplaced) return { kind: 'replaced', why: cause.message };
    throw cause;
  }
}

async function execute(
  { context, engine }: Workshop,
  { draft, prepared, operation }: PreparedDraft,
  { progress, service, signal, wait }: SharedWatch & { readonly wait: boolean },
): Promise<Sent> {
  if (prepared.kind === 'empty') return { kind: 'unchanged' };
  const { cloud } = draft.snapshot;
  const since = context.now();
  const how = { token: operation, onFailure: 'rollback' } as const;
  await engine.executeChangeSet(cloud, prepared, how, signal);
  if (!wait) return { kind: 'accepted' };
  const { stackId, touched } = prepared;
  const followed = await engine.followOperation(
    cloud,
    { stackId, token: operation, since, touched, doing: 'update' },
    { ...context, progress, service, signal },
  );
  return { kind: followed.ok ? 'done' : 'failed', followed };
}
