import { takeToken } from './change-sets.ts';
import { exportsOf, readDefinition } from './definition.ts';
import { changesAnything } from './differences.ts';
import {
  beginOperation,
  type Cloud,
  findStack,
  isBusy,
  mustFindStack,
  newStack,
  type Place,
  type Stack,
  setStatus,
  unique,
} from './model.ts';
import { create, remove, rollBackCreation } from './operations.ts';
import { type Input, type Output, Refusal, required, text, texts } from './query.ts';
import { invalid } from './template.ts';
import { rollBackUpdate, update } from './update.ts';

export function createStack(cloud: Cloud, place: Place, input: Input): Output {
  const name = required(input, 'StackName');
  if (findStack(cloud, place, name))
    throw new Refusal('AlreadyExistsException', `Stack [${name}] already exists`);
  const definition = readDefinition(cloud, input);
  const token = text(input, 'ClientRequestToken');
  const stack = newStack(cloud, place, name);
  takeToken(cloud, stack.id, token);
  stack.terminationProtection = input.EnableTerminationProtection === 'true';
  const disabled = input.DisableRollback === 'true';
  const onFailure = disabled ? 'DO_NOTHING' : (text(input, 'OnFailure') ?? 'ROLLBACK');
  create(cloud, stack, definition, {
    token,
    seconds: cloud.behaviour.operationSeconds,
    onFailure: onFailure as 'ROLLBACK' | 'DELETE' | 'DO_NOTHING',
  });
  return { StackId: stack.id, OperationId: stack.operations.at(-1)?.id };
}

export function updateStack(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const updatable =
    /^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$|^UPDATE_FAILED$/;
  if (!updatable.test(stack.status))
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  const definition = readDefinition(cloud, input, stack);
  if (!changesAnything(cloud, stack, definition)) throw invalid('No updates are to be performed.');
  const token = text(input, 'ClientRequestToken');
  takeToken(cloud, stack.id, token);
  const disableRollback = input.DisableRollback === 'true';
  const seconds = cloud.behaviour.operationSeconds;
  update(cloud, stack, definition, { token, seconds, disableRollback });
  return { StackId: stack.id, OperationId: stack.operations.at(-1)?.id };
}

export function deleteStack(cloud: Cloud, place: Place, input: Input): Output {
  const name = required(input, 'StackName');
  const stack = findStack(cloud, place, name);
  if (!stack || stack.deletedAt !== undefined || stack.status === 'DELETE_IN_PROGRESS') return {};
  checkDeletable(cloud, stack, input);
  const token = text(input, 'ClientRequestToken');
  takeToken(cloud, stack.id, token);
  const empty = stack.resources.size === 0;
  const seconds = empty ? 0 : cloud.behaviour.deleteSeconds;
  for (const changeSet of cloud.changeSets) if (changeSet.stack === stack) changeSet.deleted = true;
  remove(cloud, stack, { token, seconds, retain: texts(input, 'RetainResources') });
  return {};
}

function checkDeletable(cloud: Cloud, stack: Stack, input: Input): void {
  if (stack.terminationProtection)
    throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  if (texts(input, 'RetainResources').length > 0 && stack.status !== 'DELETE_FAILED')
    throw invalid(
      `Invalid operation on stack [${stack.id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
    );
  if (
    isBusy(stack) &&
    stack.status !== 'CREATE_IN_PROGRESS' &&
    !/ROLLBACK_IN_PROGRESS$/.test(stack.status)
  )
    throw invalid(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
  for (const [name, { stack: exporter }] of exportsOf(cloud, stack.place))
    for (const other of cloud.stacks)
      if (exporter === stack && other.deletedAt === undefined && imports(other, name))
        throw invalid(`Export ${name} cannot be deleted as it is in use by ${other.name}`);
}

function imports({ definition }: Stack, name: string): boolean {
  const text = JSON.stringify(definition?.template.Resources ?? {});
  return text.includes(`{"Fn::ImportValue":${JSON.stringify(name)}}`);
}

export function cancelUpdateStack(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const { status, unfinished } = stack;
  if (status !== 'UPDATE_IN_PROGRESS')
    throw invalid(`CancelUpdateStack cannot be called from current stack status ${status}`);
  const operation = beginOperation(cloud, stack, 'ROLLBACK', text(input, 'ClientRequestToken'));
  if (unfinished) rollBackUpdate(cloud, stack, operation, unfinished, 'User Initiated');
  return {};
}

export function continueUpdateRollback(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED' || !stack.definition)
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
  const token = text(input, 'ClientRequestToken');
  takeToken(cloud, stack.id, token);
  const operation = beginOperation(cloud, stack, 'CONTINUE_ROLLBACK', token);
  const skipped = texts(input, 'ResourcesToSkip');
  if (stack.unfinished)
    rollBackUpdate(cloud, stack, operation, stack.unfinished, 'User Initiated', skipped);
  else setStatus(cloud, stack, 'UPDATE_ROLLBACK_COMPLETE');
  return {};
}

export function rollbackStack(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const token = text(input, 'ClientRequestToken');
  if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED')
    throw invalid(`RollbackStack cannot be called from current stack status ${stack.status}`);
  takeToken(cloud, stack.id, token);
  const operation = beginOperation(cloud, stack, 'ROLLBACK', token);
  const { unfinished } = stack;
  if (stack.status === 'CREATE_FAILED') rollBackCreation(cloud, stack, operation, 'User Initiated');
  else if (unfinished) rollBackUpdate(cloud, stack, operation, unfinished, 'User Initiated');
  return { StackId: stack.id, OperationId: operation.id };
}

export function updateTerminationProtection(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  stack.terminationProtection = required(input, 'EnableTerminationProtection') === 'true';
  return { StackId: stack.id };
}

export function detectStackDrift(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  if (isBusy(stack) || stack.status === 'REVIEW_IN_PROGRESS')
    throw invalid(
      `Drift detection cannot be performed on stack [${stack.id}] in status ${stack.status}`,
    );
  const { timeline, behaviour } = cloud;
  const doneAt = timeline.at + timeline.length(behaviour.driftSeconds);
  const detection = { id: unique(cloud), stack, startedAt: timeline.at, doneAt };
  cloud.detections.push(detection);
  return { StackDriftDetectionId: detection.id };
}

export function describeDriftDetection(cloud: Cloud, _place: Place, input: Input): Output {
  const id = required(input, 'StackDriftDetectionId');
  const found = cloud.detections.find((one) => one.id === id);
  if (!found) throw invalid(`Drift detection [${id}] does not exist`);
  const { stack, startedAt, doneAt } = found;
  const common = { StackId: stack.id, StackDriftDetectionId: id, Timestamp: new Date(startedAt) };
  if (cloud.timeline.at < doneAt) return { ...common, DetectionStatus: 'DETECTION_IN_PROGRESS' };
  if (cloud.behaviour.driftFails)
    return {
      ...common,
      DetectionStatus: 'DETECTION_FAILED',
      DetectionStatusReason: 'Failed to detect drift on some resources.',
    };
  const drifted = driftedIn(cloud, stack);
  stack.drift = drifted.length > 0 ? 'DRIFTED' : 'IN_SYNC';
  return {
    ...common,
    DetectionStatus: 'DETECTION_COMPLETE',
    StackDriftStatus: stack.drift,
    DriftedStackResourceCount: drifted.length,
  };
}

function driftedIn(cloud: Cloud, stack: Stack) {
  return [...stack.resources.values()].filter(({ logicalId }) => cloud.behaviour.drift[logicalId]);
}

export function describeResourceDrifts(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const filter = texts(input, 'StackResourceDriftStatusFilters');
  const all = [...stack.resources.values()].map((one) => {
    const drift = cloud.behaviour.drift[one.logicalId] ?? [];
    return {
      StackId: stack.id,
      LogicalResourceId: one.logicalId,
      PhysicalResourceId: one.physicalId,
      ResourceType: one.type,
      PropertyDifferences: drift.map(({ path, expected, actual }) => ({
        PropertyPath: path,
        ExpectedValue: expected,
        ActualValue: actual,
        DifferenceType: 'NOT_EQUAL',
      })),
      StackResourceDriftStatus: drift.length > 0 ? 'MODIFIED' : 'IN_SYNC',
      Timestamp: new Date(cloud.timeline.at),
    };
  });
  const chosen = all.filter(
    ({ StackResourceDriftStatus: status }) => filter.length === 0 || filter.includes(status),
  );
  return { StackResourceDrifts: chosen };
}
