import { isTrue, page, tagsOutput } from './answers.ts';
import { exportsOf } from './definition.ts';
import {
  type Cloud,
  findStack,
  mustFindStack,
  type Place,
  type Stack,
  type StackResource,
} from './model.ts';
import { type Input, type Output, required, text, texts } from './query.ts';
import { invalid } from './template.ts';

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

function outputsOutput({ outputs }: Stack): Output {
  return Object.entries(outputs).map(([name, { value, description, export: exported }]) => ({
    OutputKey: name,
    OutputValue: value,
    Description: description,
    ExportName: exported,
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

export function listExports(cloud: Cloud, place: Place, input: Input): Output {
  const all = [...exportsOf(cloud, place)].map(([Name, { value, stack }]) => ({
    ExportingStackId: stack.id,
    Name,
    Value: value,
  }));
  const { items, next } = page(cloud, input, all);
  return { Exports: items, NextToken: next };
}
