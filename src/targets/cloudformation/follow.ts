import type { CloudFormationClient as Cloud, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Instant } from '../../core/time.ts';
import type { ProgressEvent } from '../target.ts';
import type { Pause } from './context.ts';
import type { StackHappening } from './stack-events.ts';
import type { Running } from './statuses.ts';

/** How something at CloudFormation is watched. */
export interface Watching {
  progress(event: ProgressEvent): void;
  /** When it is aborted, its reason is thrown. */
  readonly signal: AbortSignal;
  now(): Instant;
  readonly pause: Pause;
  /** The service that progress is shown for. */
  readonly service: string;
}

/** Which operation of a stack. */
export interface Operation {
  readonly stackId: string;
  /** Client request token it was started with; absent = whatever runs in the stack, started by anyone. */
  readonly token?: string;
  /** Events before this (by AWS's clock) are never part of it; only read where there is no token. */
  readonly since: Instant;
  /** Logical ids of the resources it will touch, for "3 of 7"; empty = not known. */
  readonly touched: readonly string[];
  /** How long an operation of this stack usually takes. */
  readonly usualSeconds?: number;
  readonly doing: Running;
}

/** The first resource that failed of itself. */
export interface Failure {
  readonly logicalId: string;
  readonly type: string;
  /** The provider's own message. */
  readonly reason: string;
  /** Logical ids of the nested stacks on the way to it, `Parent/Child`; `''` = in the stack itself. */
  readonly stack: string;
  /** How many resources failed of themselves. */
  readonly count: number;
}

/** How an operation ended. */
export interface Followed {
  readonly status: StackStatus;
  /** Whether the operation reached what it was started for. */
  readonly ok: boolean;
  readonly failure?: Failure;
  /** All events of the operation in the stack itself, oldest first. */
  readonly events: readonly StackHappening[];
  /** How long it took by AWS's clock, for the next `usualSeconds`. */
  readonly seconds: number;
}

/**
 * Follows one operation of a stack to its end. Its events alone tell the end (never a DescribeStacks, which may be
 * stale, and never the end of another operation), and nothing sleeps after they did.
 * @throws the signal's reason when that is aborted
 */
export async function followOperation(
  _cloud: Cloud,
  _operation: Operation,
  _watching: Watching,
): Promise<Followed> {
  throw new Error('not yet');
}
