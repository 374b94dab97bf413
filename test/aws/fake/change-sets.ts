import { readDefinition } from './definition.ts';
import { changesAnything } from './differences.ts';
import {
  type ChangeSet,
  type Cloud,
  type Definition,
  findStack,
  isBusy,
  mustFindStack,
  newStack,
  type Place,
  type Stack,
  setStatus,
  unique,
} from './model.ts';
import { create, importResources } from './operations.ts';
import { changesOf, identifier } from './planned-changes.ts';
import { flag, type Input, maps, Refusal, required, text } from './query.ts';
import { childDefinition } from './resources.ts';
import { invalid } from './template.ts';
import { update } from './update.ts';

const unchanged = {
  'didnt-contain':
    "The submitted information didn't contain changes. Submit different information to create a change set.",
  'no-updates': 'No updates are to be performed.',
};

type Kind = ChangeSet['kind'];

export function createChangeSet(cloud: Cloud, place: Place, input: Input) {
  const name = required(input, 'ChangeSetName');
  const kind = (text(input, 'ChangeSetType') ?? 'UPDATE') as Kind;
  const stackName = required(input, 'StackName');
  checkName(name, 'changeSetName', /^[a-zA-Z][-a-zA-Z0-9]*$/);
  const there = findStack(cloud, place, stackName);
  checkStack(there, stackName, kind, name);
  // What was executed has given its name free: deployers use one name again and again.
  const taken = there && findChangeSet(cloud, place, name, there);
  if (taken && taken.execution !== 'EXECUTE_COMPLETE')
    throw new Refusal('AlreadyExistsException', `ChangeSet [${name}] already exists`);
  const definition = readDefinition(cloud, input, there);
  const stack = there ?? reviewStack(cloud, place, stackName, definition);
  const made = plan(cloud, stack, { name, kind, definition, input });
  return { Id: made.id, StackId: stack.id };
}

function checkName(value: string, label: string, pattern: RegExp): void {
  if (pattern.test(value) && value.length <= 128) return;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${label}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
  );
}

function checkStack(stack: Stack | undefined, name: string, kind: Kind, changeSet: string): void {
  if (!stack && !name.startsWith('arn:')) checkName(name, 'stackName', /^[a-zA-Z][-a-zA-Z0-9]*$/);
  if (!stack && kind === 'UPDATE') throw invalid(`Stack [${name}] does not exist`);
  if (!stack) return;
  const review = stack.status === 'REVIEW_IN_PROGRESS';
  if (kind === 'CREATE' && !review)
    throw invalid(
      `Stack [${stack.name}] already exists and cannot be created again with the changeSet [${changeSet}].`,
    );
  const updatable =
    /^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$|^UPDATE_FAILED$/;
  if (kind !== 'CREATE' && !(review && kind === 'IMPORT') && !updatable.test(stack.status))
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

function reviewStack(cloud: Cloud, place: Place, name: string, definition: Definition): Stack {
  const stack = newStack(cloud, place, name);
  stack.definition = definition;
  setStatus(cloud, stack, 'REVIEW_IN_PROGRESS', 'User Initiated');
  return stack;
}

interface Plan {
  readonly name: string;
  readonly kind: Kind;
  readonly definition: Definition;
  readonly input: Input;
  readonly parent?: ChangeSet;
}

function plan(
  cloud: Cloud,
  stack: Stack,
  { name, kind, definition, input, parent }: Plan,
): ChangeSet {
  const { account, region } = stack.place;
  const imports = maps(input, 'ResourcesToImport').map(
    (one) => [text(one, 'LogicalResourceId') ?? '', identifier(one)] as const,
  );
  const problem = parent ? undefined : problemOf(cloud, stack, kind, definition);
  const changeSet: ChangeSet = {
    id: `arn:aws:cloudformation:${region}:${account}:changeSet/${name}/${unique(cloud)}`,
    name,
    stack,
    kind,
    createdAt: cloud.timeline.at,
    definition,
    changes: [],
    imports: Object.fromEntries(imports),
    onFailure: text(input, 'OnStackFailure') as ChangeSet['onFailure'],
    nested: flag(input, 'IncludeNestedStacks'),
    parent,
    operationId: unique(cloud),
    problem,
    status: 'CREATE_PENDING',
    reason: undefined,
    execution: 'UNAVAILABLE',
    deleted: false,
  };
  cloud.changeSets.push(changeSet);
  Object.assign(changeSet, {
    changes: changesOf(cloud, changeSet, (id) => embeddedPlan(cloud, changeSet, id, input)),
  });
  const { changeSetSeconds } = cloud.behaviour;
  cloud.timeline.after(changeSetSeconds / 5, () => {
    if (changeSet.status === 'CREATE_PENDING') changeSet.status = 'CREATE_IN_PROGRESS';
  });
  cloud.timeline.after(changeSetSeconds, () => settleChangeSet(changeSet));
  if (changeSetSeconds === 0) settleChangeSet(changeSet);
  return changeSet;
}

function settleChangeSet(changeSet: ChangeSet): void {
  const { problem } = changeSet;
  changeSet.status = problem ? 'FAILED' : 'CREATE_COMPLETE';
  changeSet.reason = problem?.reason;
  changeSet.execution = problem ? 'UNAVAILABLE' : 'AVAILABLE';
}

function problemOf(cloud: Cloud, stack: Stack, kind: Kind, definition: Definition) {
  const { changeSetProblem, noChanges } = cloud.behaviour;
  if (changeSetProblem) return changeSetProblem;
  if (kind !== 'UPDATE' || changesAnything(cloud, stack, definition)) return undefined;
  return { reason: unchanged[noChanges] };
}

function embeddedPlan(cloud: Cloud, changeSet: ChangeSet, logicalId: string, input: Input) {
  const { stack, definition, nested, kind, name } = changeSet;
  const type = definition.template.Resources[logicalId]?.Type;
  if (!nested || type !== 'AWS::CloudFormation::Stack') return undefined;
  const child = stack.resources.get(logicalId)?.child;
  const inner = childDefinition(cloud, stack, logicalId, definition, child);
  const of =
    child ?? newStack(cloud, stack.place, `${stack.name}-${logicalId}-${cloud.next()}`, stack);
  const { ResourcesToImport: _, ...rest } = input;
  const innerName = `${name}-${logicalId}-${cloud.next()}`.slice(-120);
  return plan(cloud, of, {
    name: innerName.replace(/^[^a-zA-Z]+/, 'c'),
    kind: child ? kind : 'CREATE',
    definition: inner,
    input: rest,
    parent: changeSet,
  });
}

/** A change set by id, or by name within a stack. */
export function findChangeSet(cloud: Cloud, place: Place, nameOrId: string, stack?: Stack) {
  return cloud.changeSets.findLast(
    (one) =>
      !one.deleted &&
      one.stack.place.account === place.account &&
      one.stack.place.region === place.region &&
      (nameOrId.startsWith('arn:')
        ? one.id === nameOrId
        : one.name === nameOrId && one.stack === stack),
  );
}

/** The change set of a request. Throws as AWS does when it is not there. */
export function askedChangeSet(cloud: Cloud, place: Place, input: Input): ChangeSet {
  const nameOrId = required(input, 'ChangeSetName');
  const stackName = text(input, 'StackName');
  if (!nameOrId.startsWith('arn:') && !stackName)
    throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const byId = nameOrId.startsWith('arn:');
  const stack = byId || !stackName ? undefined : mustFindStack(cloud, place, stackName);
  const found = findChangeSet(cloud, place, nameOrId, stack);
  if (found) return found;
  throw new Refusal('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, 404);
}

export function executeChangeSet(cloud: Cloud, place: Place, input: Input) {
  const changeSet = askedChangeSet(cloud, place, input);
  const { stack, kind, definition } = changeSet;
  const token = text(input, 'ClientRequestToken');
  if (changeSet.execution !== 'AVAILABLE') {
    const status = changeSet.execution === 'UNAVAILABLE' ? changeSet.status : changeSet.execution;
    throw new Refusal(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${status}]`,
    );
  }
  if (isBusy(stack))
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  takeToken(cloud, stack.id, token);
  const disable = input.DisableRollback === 'true';
  const seconds = cloud.behaviour.operationSeconds;
  Object.assign(changeSet, { execution: 'EXECUTE_COMPLETE' });
  stack.changeSetId = changeSet.id;
  for (const other of cloud.changeSets)
    if (other.stack === stack && other !== changeSet) other.deleted = true;
  const onFailure = disable ? 'DO_NOTHING' : (changeSet.onFailure ?? 'ROLLBACK');
  const disableRollback = disable || changeSet.onFailure === 'DO_NOTHING';
  if (kind === 'CREATE') create(cloud, stack, definition, { token, seconds, onFailure });
  else if (kind === 'IMPORT')
    importResources(cloud, stack, definition, { token, seconds, imports: changeSet.imports });
  else update(cloud, stack, definition, { token, seconds, disableRollback });
  return {};
}

/** Each token begins one operation of a stack. */
export function takeToken(cloud: Cloud, stack: string, token: string | undefined): void {
  if (token === undefined) return;
  if (cloud.tokens.has(`${stack} ${token}`))
    throw new Refusal(
      'TokenAlreadyExistsException',
      `A client request token already exists: ${token}`,
    );
  cloud.tokens.add(`${stack} ${token}`);
}

export function deleteChangeSet(cloud: Cloud, place: Place, input: Input) {
  const nameOrId = required(input, 'ChangeSetName');
  const stackName = text(input, 'StackName');
  const stack = stackName ? mustFindStack(cloud, place, stackName) : undefined;
  const found = findChangeSet(cloud, place, nameOrId, stack);
  if (found) found.deleted = true;
  return {};
}
