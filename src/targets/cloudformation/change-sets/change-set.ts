import {
  type DescribeChangeSetCommandOutput,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type Parameter,
  type Tag,
} from '@aws-sdk/client-cloudformation';
import type { Instant } from '../../../core/time.ts';
import type { SourceLocation } from '../../../core/user-error.ts';
import { type Pause, pauseFor } from '../../pause.ts';
import type { Change } from '../../target.ts';
import type { Cloud } from '../connect/cloud.ts';
import { explainAws, isNoChange, isTokenUsed, isUnknownOutcome } from '../connect/errors.ts';
import type { ResourceImport } from '../settings.ts';
import { askForChangeSet, untilDecided } from './asked-change-set.ts';
import { changesOf, reasonOf } from './described-change-set.ts';
import { diffOf } from './diff.ts';
import { isPerhapsDone, tookEffect } from './executed-change-set.ts';
import { refusedChangeSet } from './refused-change-set.ts';
import { ChangeSetReplaced } from './replaced.ts';
import { deleteChangeSet, deleteReviewStack } from './review-stack.ts';

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

/**
 * Asks for a change set and waits until it is there. `empty`: nothing would change, and nothing is left of it.
 * Answers that were lost are resolved by looking for the change set of this name.
 * @throws UserError when CloudFormation refuses template, parameters or rights; then nothing is left either
 * @throws ChangeSetReplaced when the stack is not what `kind` says, is busy, or the change set went away: plan again
 */
export async function prepareChangeSet(
  cloud: Cloud,
  request: ChangeSetRequest,
  waiting: Waiting,
): Promise<PreparedChangeSet> {
  const doing = `make a change set for stack ${request.stackName}`;
  try {
    const asked = await askForChangeSet(cloud, request, waiting);
    if (asked === 'no-change') return await emptyOf(cloud, request.stackName, waiting.signal);
    const described = await untilDecided(cloud, asked, waiting);
    return await prepared(cloud, described, request, waiting.signal);
  } catch (cause) {
    throw explainAws(cause, doing);
  }
}

async function emptyOf(
  cloud: Cloud,
  stackName: string,
  signal: AbortSignal,
): Promise<PreparedChangeSet> {
  const command = new DescribeStacksCommand({ StackName: stackName });
  const { Stacks } = await cloud.send(command, { abortSignal: signal });
  return { kind: 'empty', stackId: Stacks?.[0]?.StackId ?? stackName };
}

async function prepared(
  cloud: Cloud,
  described: DescribeChangeSetCommandOutput,
  request: ChangeSetRequest,
  signal: AbortSignal,
): Promise<PreparedChangeSet> {
  const { ChangeSetId: id = '', StackId: stackId = '', StackName } = described;
  if (described.Status === 'CREATE_COMPLETE') {
    const tree = await changesOf(cloud, described, signal);
    const touched = tree.flatMap(({ change }) => change.LogicalResourceId ?? []);
    const stackName = StackName ?? request.stackName;
    return { kind: 'ready', id, stackId, stackName, changes: diffOf(tree), touched };
  }
  const reason = await reasonOf(cloud, described, signal);
  if (isNoChange(reason)) {
    await tidy(deleteChangeSet(cloud, { id, stackId }, signal), signal);
    return { kind: 'empty', stackId };
  }
  const refusal = await refusedChangeSet(cloud, { id, stackId, reason }, request, signal);
  await tidy(discard(cloud, { id, stackId }, signal), signal);
  throw refusal;
}

/** What is left over does no harm, and lacking the right to remove it must not hide the outcome. */
async function tidy(removal: Promise<void>, signal: AbortSignal): Promise<void> {
  await removal.catch(() => signal.throwIfAborted());
}

/** How a change set is executed. */
export interface Execution {
  /** 1–128 letters, digits and dashes, unique to this execution: every event of the operation carries it. */
  readonly token: string;
  readonly onFailure: 'rollback' | 'keep';
  /** Between looks after an answer that was lost. */
  readonly pause?: Pause;
}

/**
 * Executes a change set; resolves when CloudFormation has taken it, also where only a lost answer said so.
 * @throws ChangeSetReplaced when someone else's execution came first: look at the stack and plan again
 */
export async function executeChangeSet(
  cloud: Cloud,
  { id, stackId, stackName }: ReadyChangeSet,
  { token, onFailure, pause = pauseFor }: Execution,
  signal: AbortSignal,
): Promise<void> {
  const command = new ExecuteChangeSetCommand({
    ChangeSetName: id,
    StackName: stackId,
    ClientRequestToken: token,
    DisableRollback: onFailure === 'keep',
  });
  try {
    await cloud.send(command, { abortSignal: signal });
  } catch (cause) {
    signal.throwIfAborted();
    if (!isPerhapsDone(cause))
      throw explainAws(cause, `execute the change set of stack ${stackName}`);
    if (await tookEffect(cloud, { id, stackId, token }, pause, signal)) return;
    if (isUnknownOutcome(cause) || isTokenUsed(cause)) throw cause;
    throw new ChangeSetReplaced(`the change set of stack ${stackName} was overtaken`, { cause });
  }
}

/** Removes a change set that is not going to be executed, and the stack that was only made to hold it. */
export async function discardChangeSet(
  cloud: Cloud,
  change: PreparedChangeSet,
  signal: AbortSignal,
): Promise<void> {
  if (change.kind === 'empty') return;
  try {
    await discard(cloud, change, signal);
  } catch (cause) {
    throw explainAws(cause, `remove the change set of stack ${change.stackName}`);
  }
}

async function discard(
  cloud: Cloud,
  change: { readonly id: string; readonly stackId: string },
  signal: AbortSignal,
): Promise<void> {
  await deleteChangeSet(cloud, change, signal);
  await deleteReviewStack(cloud, change.stackId, signal);
}
