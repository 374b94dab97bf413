import { type Instant, instant, toIso } from '../../../../core/time.ts';
import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { Part } from '../shared-stack/shared-place.ts';
import type {
  PreviewEntry,
  RenderedPreview,
  SharedState,
  SharedTemplate,
} from '../shared-state.ts';
import type { ChangedEntry } from './decide-culprit.ts';
import type { EntryDecision, SetDecision } from './decide-set.ts';
import { fitPreviews } from './limits.ts';
import { allocatePriorities, priorityKey, rangeIsFull } from './priorities.ts';
import type { Wanted } from './wanted.ts';

/** What one shared text is made from, once it is decided what it holds. */
export interface FileFacts {
  readonly template: SharedTemplate;
  readonly parts: readonly Part[];
  readonly decision: SetDecision;
  /** The previews that the deployed text holds. */
  readonly deployed: SharedState;
  /** Priorities of the listener that are nobody's of this template. */
  readonly taken: readonly number[];
  /** Whether the text apart from previews differs from the deployed one. */
  readonly baseChanged: boolean;
  /** The address that the memory gives to an entry. */
  addressFor(wanted: Wanted, part: Part): string | undefined;
  readonly occasion: string;
  readonly now: Instant;
}

/** What goes into one shared text. */
export interface FileContent {
  /** Decisions as they came out: what has no room waits. */
  readonly decision: SetDecision;
  /** Made from the template. */
  readonly previews: readonly RenderedPreview[];
  /** Carried over from the deployed text as they stand there. */
  readonly kept: readonly PreviewEntry[];
  /** Those that are added or changed, with their resources. */
  readonly changed: readonly ChangedEntry[];
}

/**
 * Gives every preview its numbers and its place. What has no number, no room or a fault of its own waits and does
 * not hold up the others; when that is the occasion, a `UserError` says why.
 */
export function decideFile(facts: FileFacts): FileContent {
  const numbered = withPriorities(facts, withoutFaults(facts));
  const fitting = withinLimits(facts, numbered.entries, numbered.priorities);
  const decision = { ...facts.decision, entries: fitting };
  const made = fitting.filter((entry) => isMade(facts, entry));
  return {
    decision,
    previews: made.flatMap((entry) => rendered(facts, entry, numbered.priorities)),
    kept: [...decision.others, ...fitting.flatMap((entry) => carriedOver(facts, entry))],
    changed: fitting
      .filter(({ verdict }) => verdict === 'add' || verdict === 'update')
      .map((one) => ({ decision: one, resources: facts.template.cloneIds(one.part, one.id) })),
  };
}

/** Made anew: what changes, and what stays but has to follow a template that changed. */
function isMade({ baseChanged }: FileFacts, { verdict, wanted }: EntryDecision): boolean {
  if (verdict === 'add' || verdict === 'update') return true;
  return verdict === 'keep' && baseChanged && wanted?.image !== undefined;
}

function carriedOver(facts: FileFacts, decision: EntryDecision): PreviewEntry[] {
  const { entry, verdict } = decision;
  return entry && verdict !== 'remove' && !isMade(facts, decision) ? [entry] : [];
}

function withoutFaults(facts: FileFacts): readonly EntryDecision[] {
  return facts.decision.entries.map((entry) => {
    if (!isMade(facts, entry)) return entry;
    const [preview] = rendered(facts, entry, placeholders(facts, entry));
    const fault = preview && facts.template.faultOf(preview);
    if (fault === undefined) return entry;
    const hint = 'Correct `preview.cloudformation.expand`, or the shared template.';
    return without(facts, entry, { message: fault, hint });
  });
}

/** Numbers that fit in kind: faults are looked for before numbers are given away. */
function placeholders({ template, parts }: FileFacts, { part, id }: EntryDecision) {
  const count = template.rules.filter(({ service }) => service === part).length;
  const from = parts.find(({ name }) => name === part)?.expand.priorities.from ?? 1;
  return new Map([[priorityKey({ service: part, id }), Array.from({ length: count }, () => from)]]);
}

function withPriorities(facts: FileFacts, entries: readonly EntryDecision[]) {
  const { template, parts, deployed, taken } = facts;
  const priorities = new Map<string, readonly number[]>();
  let rest = entries;
  const given: { service: string; id: string; priorities: readonly number[] }[] = [];
  for (const { name, expand } of parts) {
    const count = template.rules.filter(({ service }) => service === name).length;
    const wanted = rest.filter((one) => one.part === name && isMade(facts, one));
    const allocated = allocatePriorities({
      wanted: wanted.map(({ part, id }) => ({ service: part, id, count })),
      known: [...deployed.previews, ...given],
      range: expand.priorities,
      taken: [...taken, ...template.takenPriorities],
    });
    for (const { part, id } of wanted) {
      const key = priorityKey({ service: part, id });
      const numbers = allocated.priorities.get(key);
      if (!numbers) continue;
      priorities.set(key, numbers);
      given.push({ service: part, id, priorities: numbers });
    }
    const left = new Set(allocated.without.map(priorityKey));
    rest = rest.map((one) =>
      left.has(priorityKey({ service: one.part, id: one.id }))
        ? without(facts, one, rangeIsFull(name, expand.priorities))
        : one,
    );
  }
  return { entries: rest, priorities };
}

function rendered(
  facts: FileFacts,
  { wanted, entry, part: name }: EntryDecision,
  priorities: ReadonlyMap<string, readonly number[]>,
): RenderedPreview[] {
  const part = facts.parts.find((one) => one.name === name);
  if (!wanted || !part) return [];
  const { id, repository, pullRequest, commit, fingerprint, requested, values, image } = wanted;
  const url = facts.addressFor(wanted, part);
  const expiresAt = expiryOf(wanted, entry);
  return [
    {
      service: name,
      id,
      repository,
      pullRequest,
      commit,
      fingerprint,
      requested,
      createdAt: entry?.createdAt ?? toIso(facts.now),
      priorities: priorities.get(priorityKey({ service: name, id })) ?? [],
      values,
      ...(image !== undefined && { image }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(url !== undefined && { url }),
    },
  ];
}

/** What `/preview keep` added stays added; a preview that does not change does not get older or younger. */
function expiryOf(wanted: Wanted, entry: PreviewEntry | undefined): string | undefined {
  if (entry?.commit === wanted.commit && entry.fingerprint === wanted.fingerprint) {
    return entry.expiresAt;
  }
  if (!entry || wanted.expiresAt === undefined) return wanted.expiresAt;
  const times = [entry.expiresAt, wanted.expiresAt].map((at) => Date.parse(at ?? ''));
  return toIso(instant(Math.max(...times.filter((time) => !Number.isNaN(time)))));
}

/** Drops what is new, the youngest first, until the rest fits. */
function withinLimits(
  facts: FileFacts,
  entries: readonly EntryDecision[],
  priorities: ReadonlyMap<string, readonly number[]>,
): readonly EntryDecision[] {
  let fitting = entries;
  for (;;) {
    const problem = limitProblem(facts, fitting, priorities);
    if (!problem) return fitting;
    const last = fitting.findLast(({ verdict }) => verdict === 'add');
    if (!last) throw UserError.all([problem]);
    fitting = fitting.map((one) => (one === last ? without(facts, one, problem) : one));
  }
}

function limitProblem(
  facts: FileFacts,
  entries: readonly EntryDecision[],
  priorities: ReadonlyMap<string, readonly number[]>,
): Problem | undefined {
  const { template, decision } = facts;
  const there = entries.filter(
    ({ verdict, entry }) => verdict !== 'remove' && (entry || verdict === 'add'),
  );
  const services = [
    ...decision.others.map(({ service }) => service),
    ...there.map(({ part }) => part),
  ];
  const made = there.flatMap((one) => (isMade(facts, one) ? rendered(facts, one, priorities) : []));
  const text = template.render({ previews: made, held: decision.held });
  return fitPreviews({
    baseResources: template.resourceCount,
    baseTargetGroups: template.targetGroups,
    previews: services.map((service) => ({
      resources: template.clonesPerPreview.get(service) ?? 0,
      targetGroups: template.targetGroupsPerPreview.get(service) ?? 0,
    })),
    baseBytes: Buffer.byteLength(template.base),
    bytes: Buffer.byteLength(text),
  }).problem;
}

/** Left as it is. The occasion is told why at once, since somebody waits for it. */
function without(facts: FileFacts, entry: EntryDecision, problem: Problem): EntryDecision {
  if (entry.id === facts.occasion) throw UserError.all([problem]);
  return { ...entry, verdict: 'wait', reason: problem.message };
}
