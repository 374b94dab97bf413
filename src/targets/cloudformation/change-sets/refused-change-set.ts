import { DescribeEventsCommand, type OperationEvent } from '@aws-sdk/client-cloudformation';
import { type Problem, UserError } from '../../../core/user-error.ts';
import type { Cloud } from '../connect/cloud.ts';
import { withoutValues } from '../connect/errors.ts';
import type { ChangeSetRequest } from './change-set.ts';

/**
 * The error for a change set that CloudFormation could not make: its reason, and one problem for each resource that
 * its validation before deployment found fault with, where the role may ask for that (`DescribeEvents`).
 */
export async function refusedChangeSet(
  cloud: Cloud,
  refused: { readonly id: string; readonly stackId: string; readonly reason: string },
  request: Pick<ChangeSetRequest, 'stackName' | 'locate'>,
  signal: AbortSignal,
): Promise<UserError> {
  const events = await failedEvents(cloud, refused, signal);
  const faults = events.flatMap((event) => problemOf(event, request));
  const reason = withoutValues(refused.reason) || 'no reason given';
  const whole = {
    message: `CloudFormation cannot make a change set for stack ${request.stackName}: ${reason}`,
    hint: 'Mend the template or its parameters; nothing was changed.',
  };
  return UserError.all(faults.length > 0 ? faults : [whole]);
}

/** None where the role may not ask, or where the endpoint does not know the call. */
async function failedEvents(
  cloud: Cloud,
  { id, stackId }: { readonly id: string; readonly stackId: string },
  signal: AbortSignal,
): Promise<readonly OperationEvent[]> {
  const input = { ChangeSetName: id, StackName: stackId, Filters: { FailedEvents: true } };
  const command = new DescribeEventsCommand(input);
  const answer = await cloud.send(command, { abortSignal: signal }).catch(() => undefined);
  signal.throwIfAborted();
  return answer?.OperationEvents ?? [];
}

function problemOf(
  event: OperationEvent,
  { stackName, locate }: Pick<ChangeSetRequest, 'stackName' | 'locate'>,
): Problem[] {
  const said = event.ValidationStatusReason ?? event.HookStatusReason ?? event.ResourceStatusReason;
  const { LogicalResourceId: id, ResourceType: type = '', ValidationPath: path } = event;
  if (!said || !id || event.ValidationFailureMode === 'WARN') return [];
  const location = locate?.(id);
  return [
    {
      message: `${type} ${id}${path ? ` (${path})` : ''} of stack ${stackName} does not pass ${checkOf(event)}: ${withoutValues(said)}`,
      hint: `Mend ${id} in the template; nothing was changed.`,
      ...(location && { location }),
    },
  ];
}

function checkOf({ ValidationName, HookType }: OperationEvent): string {
  if (HookType) return `the hook ${HookType}`;
  return ValidationName
    ? `CloudFormation's check ${ValidationName}`
    : "CloudFormation's validation";
}
