import type { Instant } from '../../core/time.ts';

/** One event of a stack: what happened to one of its resources, or to the stack itself. */
export interface StackHappening {
  readonly id: string;
  /** AWS's own time. */
  readonly at: Instant;
  readonly stackId: string;
  readonly logicalId: string;
  /** `''` until CloudFormation knows it. */
  readonly physicalId: string;
  readonly type: string;
  /** A status of resources, or of stacks where `ofStack`. */
  readonly status: string;
  readonly reason?: string;
  readonly token?: string;
  readonly operationId?: string;
  /** Of the stack as a whole, not of one of its resources. */
  readonly ofStack: boolean;
}
