import { type Problem, UserError } from '../../../core/user-error.ts';
import type { KubeError } from '../connect/kube.ts';
import { isConflict, isInvalid, kubeErrorIn } from '../connect/kube-errors.ts';
import { describeRef, refOf } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';

/** Someone else manages fields that the object sets otherwise: not a write that came between. */
export function isFieldConflict(cause: unknown): boolean {
  return conflictsIn(cause).length > 0;
}

function conflictsIn(cause: unknown) {
  const error = isConflict(cause) ? kubeErrorIn(cause) : undefined;
  return (error?.causes ?? []).filter(({ reason }) => reason === 'FieldManagerConflict');
}

/**
 * The API server refuses because a field cannot be changed, so that the object has to be made anew. Its words differ
 * by kind: there is no code for it. Source: kubernetes/kubernetes, pkg/apis/…/validation.
 */
export function isImmutable(cause: unknown): boolean {
  const error = isInvalid(cause) ? kubeErrorIn(cause) : undefined;
  const texts = [error?.message ?? '', ...(error?.causes ?? []).map(({ message }) => message)];
  return texts.some((text) =>
    /immutable|may not (?:be )?change|(?:can't|cannot|can not) (?:be )?change|updates to .+ are forbidden|may not be (?:updated|modified)/i.test(
      text,
    ),
  );
}

/** `spec.selector: field is immutable`, for people. */
export function describeFaults({ causes, message }: KubeError): string {
  const faults = causes.map(({ field, message: fault }) =>
    field ? `${field}: ${shortened(fault)}` : shortened(fault),
  );
  return faults.length > 0 ? [...new Set(faults)].join('; ') : shortened(message);
}

/** The server repeats whole values: `Invalid value: {"matchLabels": …}: field is immutable`. */
function shortened(fault: string): string {
  const untyped = /^failed to create typed patch object \([^)]*\): ([\s\S]*)$/.exec(fault)?.[1];
  if (untyped)
    return untyped
      .replace(/^errors:\s*/, '')
      .replaceAll(/\s*\n\s*/g, '; ')
      .replace(/^\./, '');
  const said = /^Invalid value: [\s\S]*: ([^:{}]+)$/.exec(fault)?.[1] ?? fault;
  return said.length > 300 ? `${said.slice(0, 300)} …` : said;
}

/** A `UserError` where the manifest has to be changed, at its line; anything else as it is. */
export function explainRefusal(cause: unknown, staged: StagedObject): unknown {
  const error = kubeErrorIn(cause);
  const problem = isFieldConflict(cause)
    ? conflictProblem(cause, staged)
    : error && invalidProblem(error, staged);
  if (!problem) return cause;
  const { location } = staged;
  return new UserError(problem.message, problem.hint, { cause, ...(location && { location }) });
}

function conflictProblem(cause: unknown, { object }: StagedObject): Problem {
  const fields = conflictsIn(cause).map(
    ({ field, message }) =>
      `${field.replace(/^\./, '')} (${/conflict with "([^"]*)"/.exec(message)?.[1] ?? message})`,
  );
  return {
    message: `${describeRef(refOf(object))} has fields that others manage: ${fields.join(', ')}`,
    hint: 'Leave these fields out of the manifest, so that those keep them; or take them over: preview: { kubernetes: { force: true } }',
  };
}

/** 422: not valid. 400: fields that the kind does not have, of which `fieldValidation=Strict` tells. */
function invalidProblem(error: KubeError, { object }: StagedObject): Problem | undefined {
  if (error.status !== 422 && error.status !== 400) return undefined;
  const why = error.status === 422 ? describeFaults(error) : shortened(error.message);
  return {
    message: `${describeRef(refOf(object))} is not valid: ${why}`,
    hint: `Correct the manifest; kubectl explain ${object.kind.toLowerCase()} tells the fields that there are.`,
  };
}
