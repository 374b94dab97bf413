import { page } from './answers.ts';
import { askedChangeSet } from './change-sets.ts';
import {
  type ChangeSet,
  type Cloud,
  mustFindStack,
  type Place,
  type Stack,
  type StackEvent,
} from './model.ts';
import { type Input, type Output, required, text } from './query.ts';
import { invalid } from './template.ts';

/** Newest first, those that are seen already. */
function seenEvents(cloud: Cloud, { events }: Stack): readonly StackEvent[] {
  const lag = cloud.timeline.length(cloud.behaviour.eventLagSeconds);
  return events.filter(({ at }) => at <= cloud.timeline.at - lag).toReversed();
}

export function describeStackEvents(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const { items, next } = page(cloud, input, seenEvents(cloud, stack));
  return {
    StackEvents: items.map((event) => ({
      StackId: stack.id,
      StackName: stack.name,
      EventId: event.id,
      OperationId: event.operationId,
      ...eventOutput(event),
    })),
    NextToken: next,
  };
}

function eventOutput(event: StackEvent) {
  return {
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ClientRequestToken: event.token,
  };
}

/** Events by operation, with what the validation of change sets found. */
export function describeEvents(cloud: Cloud, place: Place, input: Input): Output {
  const changeSetName = text(input, 'ChangeSetName');
  const changeSet = changeSetName ? askedChangeSet(cloud, place, input) : undefined;
  const operationId = text(input, 'OperationId');
  const stackName = text(input, 'StackName');
  const known =
    operationId && cloud.stacks.find((one) => one.operations.some(({ id }) => id === operationId));
  const stack = changeSet?.stack ?? (stackName ? mustFindStack(cloud, place, stackName) : known);
  if (!stack)
    throw invalid('At least one of StackName, ChangeSetName, OperationId must be specified.');
  const filters = input.Filters as Input | undefined;
  const failedOnly = filters?.FailedEvents === 'true';
  const events = changeSet ? [] : seenEvents(cloud, stack);
  const chosen = events.filter(
    (one) =>
      (!operationId || one.operationId === operationId) &&
      (!failedOnly || one.status.endsWith('_FAILED')),
  );
  const outputs = [
    ...validationOutputs(cloud, stack, changeSet),
    ...chosen.map((one) => operationEvent(stack, one)),
  ];
  const { items, next } = page(cloud, input, outputs);
  return { OperationEvents: items, NextToken: next };
}

function operationEvent(stack: Stack, event: StackEvent): Output {
  const operation = stack.operations.find(({ id }) => id === event.operationId);
  const failed = event.status.endsWith('_FAILED');
  return {
    EventId: event.id,
    StackId: stack.id,
    OperationId: event.operationId,
    OperationType: operation?.kind,
    EventType: failed ? 'PROVISIONING_ERROR' : 'STACK_EVENT',
    ...eventOutput(event),
  };
}

function validationOutputs(
  cloud: Cloud,
  stack: Stack,
  changeSet: ChangeSet | undefined,
): readonly Output[] {
  const failed =
    changeSet ?? cloud.changeSets.findLast((one) => one.stack === stack && one.problem);
  const { changeSetProblem } = cloud.behaviour;
  if (failed?.status !== 'FAILED' || failed.problem !== changeSetProblem) return [];
  return (changeSetProblem?.validation ?? []).map((one, index) => ({
    EventId: `${failed.operationId}-${index}`,
    StackId: stack.id,
    OperationId: failed.operationId,
    OperationType: 'CREATE_CHANGESET',
    EventType: 'VALIDATION_ERROR',
    LogicalResourceId: one.logicalId,
    ResourceType: one.type,
    Timestamp: new Date(failed.createdAt),
    ValidationFailureMode: 'FAIL',
    ValidationName: one.name,
    ValidationStatus: 'FAILED',
    ValidationStatusReason: one.reason,
    ValidationPath: one.path,
  }));
}
