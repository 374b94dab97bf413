import type { CloudFormationClient as Cloud, Stack } from '@aws-sdk/client-cloudformation';
import type { PreviewKey } from '../target.ts';
import type { Watching } from './follow.ts';

/** Watching of what is also acted upon. */
export interface Acting extends Watching {
  /** Unique to this attempt, of letters, digits and dashes; client request tokens derive from it. */
  readonly operation: string;
}

/** What kind of change set the stack takes now; `stack` as it is, absent when there is none. */
export interface Deployable {
  readonly kind: 'CREATE' | 'UPDATE';
  readonly stack?: Stack;
}

/**
 * Brings the stack of that name into a status that takes a change set: waits for what runs, deletes what failed to
 * be created, continues a rollback once. Never touches a stack that does not carry the marks of `owner`.
 * @throws UserError when the stack is not ours, or only a person can mend it
 */
export async function ensureDeployable(
  _cloud: Cloud,
  _stackName: string,
  _owner: PreviewKey,
  _acting: Acting,
): Promise<Deployable> {
  throw new Error('not yet');
}
