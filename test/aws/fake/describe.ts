import { askedChangeSet } from './change-sets.ts';
import { exportsOf, neededCapabilities, storedTemplate } from './definition.ts';
import {
  type ChangeSet,
  type Cloud,
  findStack,
  mustFindStack,
  type Place,
  type PlannedChange,
  type Stack,
  type StackEvent,
  type StackResource,
} from './model.ts';
import { type Input, type Output, required, text, texts } from './query.ts';
import { invalid, readTemplate } from './template.ts';

/** One page of a list; the token says where the next begins. */
export function page<T>(cloud: Cloud, input: Input, all: readonly T[]) {
  const token = text(input, 'NextToken');
  const from = token === undefined ? 0 : Number(token.replace('page-', ''));
  if (Number.isNaN(from)) throw invalid('Invalid NextToken');
  const to = from + cloud.behaviour.pageSize;
  return { items: all.slice(from, to), next: to < all.length ? `page-${to}` : undefined };
}

export function describeStacks(cloud: Cloud, place: Place, input: Input) {
  const name = text(input, 'StackName');
  if (name !== undefined) {
    const found = findStack(cloud, place, name);
    if (!found) throw invalid(`Stack with id ${name} does not exist`);
    return { Stacks: [stackOutput(cloud, found)] };
  }
  const { items, next } = page(
    cloud,
    input,
    stacksOf(cloud, place).filter(({ deletedAt }) => deletedAt === undefined),
  );
  return { Stacks: items.map((stack) => stackOutput(cloud, stack)), NextToken: next };
}

/** Newest first. */
function stacksOf(cloud: Cloud, { account, region }: Place): readonly Stack[] {
  return cloud.stacks
    .filter(({ place }) => place.account === account && place.region === region)
    .toReversed();
}

export function listStacks(cloud: Cloud, place: Place, input: Input) {
  const statuses = texts(input, 'StackStatusFilter');
  const all = stacksOf(cloud, place).filter(
    (stack) => statuses.length === 0 || statuses.includes(visibleStatus(cloud, stack)),
  );
  const { items, next } = page(cloud, input, all);
  const summaries = items.map((stack) => ({
    StackId: stack.id,
    StackName: stack.name,
    ...lifeOf(cloud, stack),
    ...familyOf(stack),
  }));
  return { StackSummaries: summaries, NextToken: next };
}

function visibleStatus(cloud: Cloud, { stale, status }: Stack): string {
  return stale && stale.until > cloud.timeline.at ? stale.status : status;
}

function lifeOf(cloud: Cloud, stack: Stack) {
  const status = visibleStatus(cloud, stack);
  const isStale = status !== stack.status;
  return {
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: dateOf(isStale ? undefined : stack.updatedAt),
    DeletionTime: dateOf(stack.deletedAt),
    StackStatus: status,
    StackStatusReason: isStale ? undefined : stack.reason,
    LastOperations: stack.operations
      .slice(-2)
      .toReversed()
      .map(({ id, kind }) => ({ OperationType: kind, OperationId: id })),
    DriftInformation: { StackDriftStatus: stack.drift ?? 'NOT_CHECKED' },
  };
}

function familyOf(stack: Stack) {
  let root = stack.parent;
  while (root?.parent) root = root.parent;
  return { ParentId: stack.parent?.id, RootId: root?.id };
}

function dateOf(at: number | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

function stackOutput(cloud: Cloud, stack: Stack): Output {
  const { definition } = stack;
  const declared = definition?.template.Parameters ?? {};
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: stack.changeSetId,
    Description: definition?.template.Description,
    Parameters: Object.entries(definition?.parameters ?? {}).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: isTrue(declared[key]?.NoEcho) ? '****' : value,
    })),
    ...lifeOf(cloud, stack),
    ...familyOf(stack),
    DisableRollback: stack.disableRollback,
    NotificationARNs: definition?.notificationArns ?? [],
    Capabilities: definition?.capabilities ?? [],
    Outputs: outputsOutput(stack),
    RoleARN: definition?.roleArn,
    Tags: tagsOutput(definition?.tags ?? {}),
    EnableTerminationProtection: stack.terminationProtection,
  };
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function outputsOutput({ outputs }: Stack): Output {
  return Object.entries(outputs).map(([name, { value, description, export: exported }]) => ({
    OutputKey: name,
    OutputValue: value,
    Description: description,
    ExportName: exported,
  }));
}

function tagsOutput(tags: Readonly<Record<string, string>>): Output {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function describeChangeSet(cloud: Cloud, place: Place, input: Input): Output {
  const changeSet = askedChangeSet(cloud, place, input);
  const values = text(input, 'IncludePropertyValues') === 'true';
  const ready = changeSet.status === 'CREATE_COMPLETE';
  const { items, next } = page(cloud, input, ready ? changeSet.changes : []);
  let root = changeSet.parent;
  while (root?.parent) root = root.parent;
  return {
    ...changeSetSummary(changeSet),
    Parameters: Object.entries(changeSet.definition.parameters).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: isTrue(changeSet.definition.template.Parameters[key]?.NoEcho)
        ? '****'
        : value,
    })),
    NotificationARNs: changeSet.definition.notificationArns,
    Capabilities: changeSet.definition.capabilities,
    Tags: tagsOutput(changeSet.definition.tags),
    Changes: items.map((one) => changeOutput(one, values)),
    NextToken: next,
    ParentChangeSetId: changeSet.parent?.id,
    RootChangeSetId: root?.id,
    OnStackFailure: changeSet.onFailure,
  };
}

function changeSetSummary(changeSet: ChangeSet) {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: changeSet.stack.id,
    StackName: changeSet.stack.name,
    CreationTime: new Date(changeSet.createdAt),
    ExecutionStatus: changeSet.execution,
    Status: changeSet.status,
    StatusReason: changeSet.reason,
    IncludeNestedStacks: changeSet.nested,
  };
}

function changeOutput(change: PlannedChange, values: boolean): Output {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: change.action,
      LogicalResourceId: change.logicalId,
      PhysicalResourceId: change.physicalId,
      ResourceType: change.type,
      Replacement: change.replacement,
      PolicyAction: change.replacement === 'True' ? 'ReplaceAndDelete' : undefined,
      Scope: change.scope,
      Details: change.details.map(({ attribute, name, recreation, dynamic, before, after }) => ({
        Target: {
          Attribute: attribute,
          Name: name,
          RequiresRecreation: recreation,
          ...(values && { BeforeValue: before, AfterValue: after, AttributeChangeType: 'Modify' }),
        },
        Evaluation: dynamic ? 'Dynamic' : 'Static',
        ChangeSource: dynamic ? 'ResourceAttribute' : 'DirectModification',
      })),
      ChangeSetId: change.child?.id,
    },
  };
}

export function listChangeSets(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const all = cloud.changeSets.filter((one) => one.stack === stack && !one.deleted);
  const { items, next } = page(cloud, input, all);
  return { Summaries: items.map(changeSetSummary), NextToken: next };
}

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

function resourceOutput(stack: Stack, resource: StackResource) {
  return {
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId || undefined,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.reason,
  };
}

export function describeStackResources(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const only = text(input, 'LogicalResourceId');
  const all = [...stack.resources.values()].filter(({ logicalId }) => !only || only === logicalId);
  return {
    StackResources: all.map((one) => ({
      ...resourceOutput(stack, one),
      Timestamp: new Date(one.at),
    })),
  };
}

export function describeStackResource(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const id = required(input, 'LogicalResourceId');
  const found = stack.resources.get(id);
  if (!found) throw invalid(`Resource ${id} does not exist for stack ${stack.name}`);
  const LastUpdatedTimestamp = new Date(found.at);
  return { StackResourceDetail: { ...resourceOutput(stack, found), LastUpdatedTimestamp } };
}

export function listStackResources(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const { items, next } = page(cloud, input, [...stack.resources.values()]);
  const summaries = items.map((one) => ({
    ...resourceOutput(stack, one),
    LastUpdatedTimestamp: new Date(one.at),
  }));
  return { StackResourceSummaries: summaries, NextToken: next };
}

export function getTemplate(cloud: Cloud, place: Place, input: Input): Output {
  const changeSet = text(input, 'ChangeSetName') ? askedChangeSet(cloud, place, input) : undefined;
  const stack = changeSet?.stack ?? mustFindStack(cloud, place, required(input, 'StackName'));
  const body = (changeSet ?? stack).definition?.body ?? '';
  return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
}

export function getTemplateSummary(cloud: Cloud, place: Place, input: Input): Output {
  const url = text(input, 'TemplateURL');
  const name = text(input, 'StackName');
  const body =
    text(input, 'TemplateBody') ??
    (url ? storedTemplate(cloud, url) : undefined) ??
    (name ? mustFindStack(cloud, place, name).definition?.body : undefined);
  if (body === undefined) throw invalid('Either Template URL or Template Body must be specified.');
  const template = readTemplate(body);
  return {
    Parameters: Object.entries(template.Parameters).map(([key, declared]) => ({
      ParameterKey: key,
      ParameterType: declared.Type,
      DefaultValue: declared.Default === undefined ? undefined : String(declared.Default),
      NoEcho: isTrue(declared.NoEcho),
      Description: declared.Description,
      ...(declared.AllowedValues && {
        ParameterConstraints: { AllowedValues: declared.AllowedValues.map(String) },
      }),
    })),
    Description: template.Description,
    Capabilities: neededCapabilities(template),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Metadata: template.Metadata === undefined ? undefined : JSON.stringify(template.Metadata),
    DeclaredTransforms: [template.Transform ?? []].flat().map(String),
  };
}

export function listExports(cloud: Cloud, place: Place, input: Input): Output {
  const all = [...exportsOf(cloud, place)].map(([Name, { value, stack }]) => ({
    ExportingStackId: stack.id,
    Name,
    Value: value,
  }));
  const { items, next } = page(cloud, input, all);
  return { Exports: items, NextToken: next };
}
