import type { Stack } from '@aws-sdk/client-cloudformation';
import { UserError } from '../../../core/user-error.ts';
import type { DesiredPreview, PlanPurpose, ProgressEvent } from '../../target.ts';
import type { ChangeSetRequest } from '../change-sets/change-set.ts';
import type { ChangeSetsOfRun } from '../change-sets/change-sets-of-run.ts';
import type { Cloud } from '../connect/cloud.ts';
import type { Connections } from '../connect/connections.ts';
import { explainAws } from '../connect/errors.ts';
import type { CloudFormationContext } from '../context.ts';
import { describeStack } from '../describe-stack.ts';
import { listResources } from '../list-resources.ts';
import { statusAnswers } from '../watching/statuses.ts';
import type { PreparedStack } from './deploy-stack.ts';
import { type MarkedStack, marksOf } from './observe-stacks.ts';
import { ensureDeployable } from './recover.ts';
import { groupByStack, type StackGroup } from './stack-group.ts';
import {
  contentHash,
  marksFor,
  type ParameterTexts,
  readParameters,
  requestFor,
} from './stack-request.ts';
import { readSource, type StackSource, uploadAll } from './stack-source.ts';
import { usualSeconds } from './usual-duration.ts';

/** One stack of a preview: what it is made from, and how it is now. */
export interface StackCase {
  readonly preview: DesiredPreview;
  readonly group: StackGroup;
  readonly cloud: Cloud;
  readonly source: StackSource;
  readonly parameters: ParameterTexts;
  /** Hash of all that the stack is made from. */
  readonly content: string;
  readonly stack: Stack | undefined;
}

/** What preparing takes. */
export interface Preparing {
  readonly context: CloudFormationContext;
  readonly connections: Connections;
  readonly changeSets: ChangeSetsOfRun;
  readonly signal: AbortSignal;
}

/** Every stack of the preview, looked at and read. Changes nothing. Throws a `UserError`. */
export async function openCases(
  preview: DesiredPreview,
  { context, connections }: Pick<Preparing, 'context' | 'connections'>,
  seen?: readonly MarkedStack[],
): Promise<readonly StackCase[]> {
  return Promise.all(
    groupByStack(preview).map(async (group) => {
      const cloud = connections.cloud(group.settings);
      const { files, environment } = context;
      const read = (path: string) => files.at(preview.commit, path);
      const [stack, source, parameters] = await Promise.all([
        stackNamed(group.stackName, cloud, seen),
        readSource(group, { cloud, files, environment, commit: preview.commit }),
        readParameters(group, read),
      ]);
      const content = contentHash(source, parameters);
      return { preview, group, cloud, source, parameters, content, stack };
    }),
  );
}

/**
 * As a complete list of moments ago showed it, where there was one. Someone else's stack of that name is not in it;
 * CloudFormation then refuses the change set.
 */
async function stackNamed(name: string, cloud: Cloud, seen: readonly MarkedStack[] | undefined) {
  if (seen) return seen.find((one) => one.cloud === cloud && one.stack.StackName === name)?.stack;
  return describeStack(cloud, name).catch((cause) => {
    throw explainAws(cause, `read the stack ${name}`);
  });
}

/** Whether the stack is as it should be, down to its template. */
export function isAsDesired({ stack, preview, content }: StackCase): boolean {
  const marks = stack && marksOf(stack);
  return (
    stack?.StackStatus !== undefined &&
    statusAnswers[stack.StackStatus].deploy === 'update' &&
    marks?.commit === preview.commit &&
    marks.fingerprint === preview.fingerprint &&
    marks.templateHash === content &&
    marks.pullRequest === preview.pullRequest &&
    marks.requested === preview.requested
  );
}

/** Whether a change set can be made at once: the stack is ours, and nothing runs or has failed in it. */
export function isReadyForChange({ stack, preview }: StackCase): boolean {
  if (!stack) return true;
  const marks = marksOf(stack);
  const { deploy } = statusAnswers[stack.StackStatus ?? 'CREATE_FAILED'];
  return (
    (deploy === 'update' || deploy === 'continue-review') &&
    marks?.repository === preview.repository &&
    marks.previewId === preview.previewId
  );
}

/** A case that needs nothing but a look at its health. */
export function unchangedStack(stackCase: StackCase): PreparedStack {
  const { cloud, group, stack } = stackCase;
  const { services } = marksOfCase(stackCase, undefined);
  return { cloud, group, services, stackId: stack?.StackId ?? '' };
}

/** Makes the change set of a stack that is ready for one. */
export async function prepareStack(
  stackCase: StackCase,
  preparing: Preparing,
  attempt: number,
): Promise<PreparedStack> {
  const { cloud, group, source, stack } = stackCase;
  const { context, connections, changeSets, signal } = preparing;
  const reviewed = stack?.StackStatus === 'REVIEW_IN_PROGRESS';
  const known = stack && marksOf(stack)?.usualSeconds;
  const [usual, kind] = await Promise.all([
    stack && !reviewed ? usualSeconds(cloud, stack.StackId ?? group.stackName, known) : undefined,
    kindOf(stackCase, stack === undefined || reviewed, signal),
    uploadAll(source.uploads, () => connections.nearby(group.settings), signal),
  ]);
  const operation = attempt === 1 ? context.operation : `${context.operation}-${attempt}`;
  const marks = marksOfCase(stackCase, usual);
  const request = requestFor({ ...stackCase, marks, kind, operation });
  const { now, pause } = context;
  const changeSet = await changeSets.prepare(cloud, request, { now, pause, signal });
  const { stackId } = changeSet;
  const { services } = marks;
  if (changeSet.kind === 'empty') return { cloud, group, services, stackId };
  return { cloud, group, services, stackId, change: { request, changeSet, usualSeconds: usual } };
}

/** As `prepareStack`, for a stack that may first have to be waited for, mended or deleted. */
export async function recoverAndPrepare(
  stackCase: StackCase,
  preparing: Preparing,
  attempt: number,
  progress: (event: ProgressEvent) => void,
): Promise<PreparedStack> {
  const { context, signal } = preparing;
  const { cloud, group, preview } = stackCase;
  const acting = { ...context, signal, progress, service: group.services[0].name };
  const { stack } = await ensureDeployable(cloud, group.stackName, preview, acting);
  return prepareStack({ ...stackCase, stack }, preparing, attempt);
}

/** Resources are imported while the stack does not have them yet. */
async function kindOf(
  { cloud, group, stack }: StackCase,
  isNew: boolean,
  signal: AbortSignal,
): Promise<ChangeSetRequest['kind']> {
  const wanted = group.settings.import.map(({ logicalId }) => logicalId);
  if (wanted.length === 0) return isNew ? 'CREATE' : 'UPDATE';
  if (isNew) return 'IMPORT';
  const resources = await listResources(cloud, stack?.StackId ?? group.stackName, signal);
  const there = new Set(resources.map(({ LogicalResourceId }) => LogicalResourceId));
  return wanted.every((logicalId) => there.has(logicalId)) ? 'UPDATE' : 'IMPORT';
}

function marksOfCase({ preview, group, content }: StackCase, usualSeconds: number | undefined) {
  return marksFor(preview, group, { templateHash: content, usualSeconds });
}

/** What a dry run says of a stack in which no change set can be made now. */
export function unplannable(
  { group, stack }: StackCase,
  { dryRun }: PlanPurpose,
): UserError | string {
  const status = stack?.StackStatus ?? 'CREATE_FAILED';
  const reason = `the stack ${group.stackName} is ${status}: ${statusAnswers[status].meaning}`;
  return dryRun
    ? new UserError(reason, 'Run without `dry-run` to bring it in order, or wait until it is.')
    : reason;
}
