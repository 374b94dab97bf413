import { UserError } from '../../../core/user-error.ts';
import type { Change } from '../../target.ts';
import { isNotFound, kubeErrorIn } from '../connect/kube-errors.ts';
import { applyObject } from '../connect/objects.ts';
import { settleAll } from '../in-parallel.ts';
import type { KubeObject } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import { asMember, throwRefusals } from './apply-objects.ts';
import type { KnownSet } from './apply-set.ts';
import { isAsApplied } from './as-applied.ts';
import { changedFields, describeFields } from './changed-fields.ts';
import { describeFaults, explainRefusal, isImmutable } from './conflicts.ts';
import { atOnce, keyOfObject } from './live-objects.ts';
import { isClientSideApplied } from './managed-fields.ts';
import { setOf } from './set-labels.ts';

/** What a deploy of a set would do. */
export interface SetDiff {
  readonly changes: readonly Change[];
  /** As the API server would have them; live statuses included. What would be made anew is as it is. */
  readonly answers: readonly StagedObject[];
}

/** How a diff is made. */
export interface Diffing {
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Lets the API server say what each object would become, without changing anything, and compares that with what is
 * there. Of a fresh set, and of what is as it was applied, nothing is asked. Throws a `UserError` for all that it would refuse.
 */
export async function diffSet(set: KnownSet, diffing: Diffing): Promise<SetDiff> {
  const { objects, stale } = set;
  const removals = stale.map((object) => change('remove', object));
  if (set.isFresh)
    return { changes: objects.map(({ object }) => change('add', object)), answers: objects };
  const settled = await settleAll(objects, atOnce, (staged) => diffStaged(staged, set, diffing));
  throwRefusals(
    settled.map((result) => (result.status === 'rejected' ? result.reason : undefined)),
  );
  const diffs = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return {
    changes: [...diffs.flatMap(({ changed }) => changed ?? []), ...removals],
    answers: diffs.map(({ answer }) => answer),
  };
}

interface StagedDiff {
  readonly changed?: Change;
  readonly answer: StagedObject;
}

async function diffStaged(
  staged: StagedObject,
  set: KnownSet,
  { force, signal }: Diffing,
): Promise<StagedDiff> {
  const live = set.live.get(keyOfObject(staged.object));
  if (staged.how === 'once') return diffOnce(staged, live);
  const object = asMember(staged, live, set);
  if (live && isAsApplied(live, object)) return { answer: { ...staged, object: live } };
  try {
    // What kubectl applied becomes ours first, so that it is no conflict.
    const forced = force || (live !== undefined && isClientSideApplied(live));
    const next = await applyObject(set.kube, object, { dryRun: true, force: forced, signal });
    const changed = compared(live, next);
    return { answer: { ...staged, object: next }, ...(changed && { changed }) };
  } catch (cause) {
    const changed = live ? recreated(live, cause, set) : comesWithIt(staged, cause, set);
    if (!changed) throw explainRefusal(cause, staged);
    return { answer: live ? { ...staged, object: live } : staged, changed };
  }
}

function diffOnce(staged: StagedObject, live: KubeObject | undefined): StagedDiff {
  if (live) return { answer: { ...staged, object: live } };
  return { answer: staged, changed: change('add', staged.object) };
}

function compared(live: KubeObject | undefined, next: KubeObject): Change | undefined {
  if (!live) return change('add', next);
  const fields = changedFields(live, next);
  return fields.length === 0
    ? undefined
    : change('modify', next, { detail: describeFields(next.kind, fields) });
}

/** What cannot be changed is deleted and made anew, where it is of this set. */
function recreated(live: KubeObject, cause: unknown, { id }: KnownSet): Change | undefined {
  const error = kubeErrorIn(cause);
  if (!error || !isImmutable(cause) || setOf(live) !== id) return undefined;
  const detail = `deleted and made anew: ${describeFaults(error)}`;
  return change('modify', live, { replacement: true, detail });
}

/** An object of a kind that the same set defines. */
function comesWithIt(
  { object }: StagedObject,
  cause: unknown,
  { objects }: KnownSet,
): Change | undefined {
  const isDefined = objects.some(({ object: { kind, spec } }) => {
    const { names } = (spec ?? {}) as { readonly names?: { readonly kind?: string } };
    return kind === 'CustomResourceDefinition' && names?.kind === object.kind;
  });
  const isMissing = cause instanceof UserError && isNotFound(cause);
  return isDefined && isMissing ? change('add', object) : undefined;
}

function change(
  action: Change['action'],
  { kind, metadata: { name } }: KubeObject,
  more: Partial<Pick<Change, 'replacement' | 'detail'>> = {},
): Change {
  return { action, type: kind, id: name, replacement: false, ...more };
}
