import { toIso } from '../../../../core/time.ts';
import { UserError } from '../../../../core/user-error.ts';
import type { DeployResult, DesiredPreviews, Watch } from '../../../target.ts';
import { consoleLink } from '../../watching/console-link.ts';
import type { Followed } from '../../watching/follow.ts';
import { findCulprit, holdCulprit, type SharedFailure } from '../decide/decide-culprit.ts';
import type { EntryDecision } from '../decide/decide-set.ts';
import { occasionHeld, occasionWaits } from '../decide/explain-drift.ts';
import { overlayHeld } from '../held-overlay.ts';
import type { HeldEntry } from '../shared-state.ts';
import { draftStack, type StackDraft } from './draft-stack.ts';
import { placeOfFailure, placeOfHeld } from './fault-place.ts';
import type { Goal } from './goal.ts';
import type { PreparedDraft } from './prepared-draft.ts';
import { type Sent, sendDraft } from './send-draft.ts';
import type { SharedPlace } from './shared-place.ts';
import { noStack, type Workshop } from './snapshot.ts';
import { afterOthers, freeSnapshot } from './wait-until-free.ts';

/** How a shared stack ended up, as far as the occasion goes. */
export type SharedOutcome =
  | { readonly kind: 'accepted' | 'ready'; readonly draft: StackDraft }
  | Extract<DeployResult, { kind: 'failed' }>;

/** After so many other previews that fail, a run changes the occasion only: each costs everybody a rollback. */
const mostCulprits = 3;
/** More than this many updates of others one after another, and the run leaves the rest to the next one. */
const mostRounds = 30;

/** What one run has learnt about previews that fail. */
interface Learnt {
  readonly failed: Map<string, string>;
  held: readonly HeldEntry[];
}

/**
 * Brings one shared stack to what is desired: waits for others, reads everything anew each time, leaves out what
 * makes it fail and tries again with the rest.
 */
export async function deployShared(
  workshop: Workshop,
  place: SharedPlace,
  desired: DesiredPreviews,
  watch: Watch & { readonly service: string },
  prepared?: PreparedDraft,
): Promise<SharedOutcome> {
  const learnt: Learnt = { failed: new Map(), held: [] };
  for (let round = 0; round < mostRounds; round += 1) {
    const ready = round === 0 ? prepared : undefined;
    const draft = ready?.draft ?? (await draftAnew(workshop, place, desired, learnt, watch));
    const sent = await attempt(workshop, draft, learnt, watch, ready);
    if (sent === 'again') continue;
    if (sent.kind === 'replaced') await afterOthers(workshop, watch);
    else if (sent.kind !== 'failed') {
      return outcomeOf(draft, sent.kind === 'accepted' ? 'accepted' : 'ready', watch.service);
    } else if (!learn(workshop, draft, failureOf(sent.followed), learnt, watch)) {
      return failed(draft, sent.followed, watch.service);
    }
  }
  throw new UserError(
    `the shared stack ${place.stack} was changed by others ${mostRounds} times while this run waited`,
    'Run the job again; if it goes on, look who else updates the stack.',
  );
}

async function draftAnew(
  workshop: Workshop,
  place: SharedPlace,
  desired: DesiredPreviews,
  learnt: Learnt,
  watch: Watch & { readonly service: string },
): Promise<StackDraft> {
  const snapshot = await freeSnapshot(workshop, place, watch);
  if (!snapshot) throw await noStack(workshop, place);
  const goal = await desiredGoal(desired, learnt);
  return draftStack(workshop, snapshot, goal, watch.signal);
}

/** The desired set as it is now. Where the head has moved on since, `all` throws: the newest wins. */
export async function desiredGoal(
  { occasion, all }: DesiredPreviews,
  { failed, held }: Learnt = { failed: new Map(), held: [] },
): Promise<Extract<Goal, { kind: 'desired' }>> {
  const others = await all();
  const isOccasion = ({ previewId }: { previewId: string }) => previewId === occasion.previewId;
  const previews = others.some(isOccasion) ? others : [...others, occasion];
  const occasionOnly = failed.size >= mostCulprits;
  return { kind: 'desired', occasion, previews, failed, learnt: held, occasionOnly };
}

/** Sends it; a change set that CloudFormation refuses because of another preview is tried again without that. */
async function attempt(
  workshop: Workshop,
  draft: StackDraft,
  learnt: Learnt,
  watch: Watch & { readonly service: string },
  ready: PreparedDraft | undefined,
): Promise<Sent | 'again'> {
  try {
    return await sendDraft(workshop, draft, watch, ready);
  } catch (cause) {
    if (watch.signal.aborted || !(cause instanceof UserError)) throw cause;
    const culprit = culpritOf(draft, { logicalId: '', reason: cause.message }, true);
    if (!culprit || culprit.id === occasionOf(draft)) throw cause;
    note(workshop, draft, learnt, { culprit, reason: cause.message }, watch);
    return 'again';
  }
}

function failureOf({ failure, status }: Followed): SharedFailure {
  return {
    stack: failure?.stack ?? '',
    logicalId: failure?.logicalId ?? '',
    reason: failure?.reason ?? `the update ended as ${status}`,
  };
}

/** Whether the failure is some preview's, which is then left out. */
function learn(
  workshop: Workshop,
  draft: StackDraft,
  failure: SharedFailure,
  learnt: Learnt,
  watch: Watch,
): boolean {
  const culprit = culpritOf(draft, failure, draft.drift.template);
  if (!culprit) return false;
  const path = [failure.stack, failure.logicalId].filter(Boolean).join('/');
  note(workshop, draft, learnt, { culprit, reason: `${path} ${failure.reason}`.trim() }, watch);
  return true;
}

/** Attempts of earlier runs, which the template remembers, count too. */
function note(
  { context }: Workshop,
  draft: StackDraft,
  learnt: Learnt,
  { culprit, reason }: { readonly culprit: EntryDecision; readonly reason: string },
  watch: Watch,
): void {
  const { files } = draft;
  learnt.failed.set(culprit.key, reason);
  const remembered = files.flatMap(({ content }) => content.decision.held);
  const held = holdCulprit(remembered, culprit, { reason, at: toIso(context.now()) });
  const own = held.filter(({ service, id }) => service === culprit.part && id === culprit.id);
  learnt.held = overlayHeld(learnt.held, own);
  const [last] = own;
  if (!last || culprit.id === occasionOf(draft)) return;
  const { id: previewId, pullRequest, commit } = last;
  watch.leftOut?.({ previewId, pullRequest, commit, reason: last.reason });
}

function culpritOf({ files }: StackDraft, failure: SharedFailure, othersToo: boolean) {
  const changed = files.flatMap(({ content, deployed: { path } }) =>
    content.changed.map((entry) => ({ ...entry, path })),
  );
  return findCulprit(failure, changed, othersToo);
}

function occasionOf({ goal }: StackDraft): string {
  return goal.kind === 'desired' ? goal.occasion.previewId : '';
}

/** The stack is as decided; the occasion may have been left out of it. */
function outcomeOf(draft: StackDraft, kind: 'accepted' | 'ready', service: string): SharedOutcome {
  const occasion = occasionOf(draft);
  for (const file of draft.files) {
    const { content } = file;
    const held = occasionHeld(content.decision, occasion);
    const waits = occasionWaits(content.decision, occasion);
    const reason = held?.reason ?? waits;
    if (reason === undefined) continue;
    const link = consoleLink(draft.snapshot.stack.StackId);
    const location = held && placeOfHeld(file, held);
    return {
      kind: 'failed',
      service,
      reason,
      log: [],
      stillServing: content.kept.some(({ id }) => id === occasion),
      hint: held
        ? 'Mend the application or what it needs, and push; the other previews go on without it.'
        : 'Run the job again once it is there.',
      ...(location && { location }),
      ...(link && { link }),
    };
  }
  return { kind, draft };
}

/** Nothing of a preview's: the shared template itself, or something around it. */
function failed(draft: StackDraft, followed: Followed, service: string): SharedOutcome {
  const { failure, status, events } = followed;
  const { stack, files } = { ...draft.snapshot, files: draft.files };
  const link = consoleLink(stack.StackId);
  const location = failure && placeOfFailure(files, failure);
  const path = [failure?.stack, failure?.logicalId].filter(Boolean).join('/');
  const occasion = occasionOf(draft);
  return {
    kind: 'failed',
    service,
    reason: failure
      ? `${failure.type} ${path} of the shared stack failed: ${failure.reason}`
      : `the shared stack ended as ${status}`,
    log: events
      .filter((event) => event.status.endsWith('_FAILED'))
      .map((event) => `${event.status} ${event.type} ${event.logicalId} ${event.reason ?? ''}`),
    stillServing: files.some(({ content }) =>
      content.decision.entries.some(({ id, entry }) => id === occasion && entry !== undefined),
    ),
    hint: 'It belongs to no preview: mend the shared template, or what it deploys.',
    ...(location && { location }),
    ...(link && { link }),
  };
}
