import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { Instant } from '../../core/time.ts';
import type { SourceLocation } from '../../core/user-error.ts';
import type { Change } from '../target.ts';
import type { Cloud } from './cloud.ts';
import type { Pause } from './context.ts';
import type { ResourceImport } from './settings.ts';

/** What a change set is asked for with. */
export interface ChangeSetRequest {
  readonly stackName: string;
  readonly template: { readonly body: string } | { readonly url: string } | 'previous';
  readonly parameters: readonly Parameter[];
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly roleArn?: string;
  readonly notificationArns: readonly string[];
  readonly kind: 'CREATE' | 'UPDATE' | 'IMPORT';
  readonly imports: readonly ResourceImport[];
  readonly onFailure: 'rollback' | 'keep';
  /** ARNs of alarms. */
  readonly rollbackTriggers: readonly string[];
  readonly monitorMinutes: number;
  /** Unique to this attempt of this run; names and tokens derive from it. Letters, digits and dashes. */
  readonly operation: string;
  /** Whether nested stacks are part of the change set (`IncludeNestedStacks`). */
  readonly nested: boolean;
  /** Where a resource stands in the repository, for the annotation of what CloudFormation's validation says of it. */
  readonly locate?: (logicalId: string) => SourceLocation | undefined;
}

/** A change set that can be executed. */
export interface ReadyChangeSet {
  readonly kind: 'ready';
  readonly id: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly changes: readonly Change[];
  /** Logical ids, in the stack itself, of what is going to change. */
  readonly touched: readonly string[];
}

export type PreparedChangeSet =
  | ReadyChangeSet
  | { readonly kind: 'empty'; readonly stackId: string };

/** How waiting is done. */
export interface Waiting {
  now(): Instant;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

export async function prepareChangeSet(
  _cloud: Cloud,
  _request: ChangeSetRequest,
  _waiting: Waiting,
): Promise<PreparedChangeSet> {
  throw new Error('not there yet');
}

export async function executeChangeSet(
  _cloud: Cloud,
  _prepared: ReadyChangeSet,
  _how: { readonly token: string; readonly onFailure: 'rollback' | 'keep' },
  _signal: AbortSignal,
): Promise<void> {
  throw new Error('not there yet');
}

export async function discardChangeSet(
  _cloud: Cloud,
  _prepared: PreparedChangeSet,
  _signal: AbortSignal,
): Promise<void> {
  throw new Error('not there yet');
}
