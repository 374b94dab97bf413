import { start } from '../../core/start.ts';
import type { Instant } from '../../core/time.ts';
import { UserError } from '../../core/user-error.ts';
import type { Act } from '../transitions/record-act.ts';

/** How a request that changes something ended. Ports answer it, and throw only for faults of ours. */
export type Written<Value = undefined> =
  | { readonly kind: 'done'; readonly value: Value }
  | Refused
  /** No answer, or one that says nothing of what was done: it may have happened, or may yet. */
  | { readonly kind: 'unknown'; readonly detail: string };

/** Nothing was done. */
export interface Refused {
  readonly kind: 'refused';
  /**
   * `limited`: too much at once. `forbidden`: no permission, or no valid token. `absent`: no such thing, or it may not be
   * seen. `conflict`: something else is under way there. `outrun`: it is no longer as it was seen. `invalid`: it cannot be
   * done as asked.
   */
  readonly as: 'limited' | 'forbidden' | 'absent' | 'conflict' | 'outrun' | 'invalid';
  /** In the words of whoever refused, with the status. */
  readonly detail: string;
}

/** An act that did nothing. */
export type Failed = Extract<Act, { kind: 'failed' }>;

/** What came of looking for an effect and making it. */
export type Acted = Exclude<Act, { kind: 'nothing' }>;

/** An act that did nothing, and what a person can do about it; without a hint it may go better the next time. */
export function failed(at: Instant, problem: string, hint?: string): Failed {
  const evidence = hint === undefined ? problem : `${sentence(problem)} ${hint}`;
  return { kind: 'failed', at, evidence, transient: hint === undefined };
}

/** A refusal by limits and passing conflicts, which is tried again later; `undefined` for all others. */
export function passing({ as, detail }: Refused, at: Instant): Failed | undefined {
  return as === 'limited' || as === 'conflict'
    ? failed(at, `GitHub refused for now: ${detail}`)
    : undefined;
}

/** The error of an act whose outcome nobody knows: the next run looks for it before it does anything. */
export function unknownOutcome(what: string, detail: string): UserError {
  const error = new UserError(
    `it is not known whether ${what}: ${detail}`,
    'Run again: what was done is looked for first, and done again only if it is not there.',
  );
  return Object.assign(error, { isOutcomeUnknown: true });
}

/** Whether an act was thrown out of by such an error; by its shape, as each bundle has classes of its own. */
export function isOutcomeUnknown(cause: unknown): boolean {
  return cause instanceof UserError && 'isOutcomeUnknown' in cause;
}

/** A text of others on one line, at most 300 characters. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${start(line, 299)}…` : line;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
