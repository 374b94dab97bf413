import { readDefinition, wanted } from './definition.ts';
import {
  type Cloud,
  type Definition,
  newStack,
  type Stack,
  type StackResource,
  unique,
} from './model.ts';
import type { Input } from './query.ts';
import type { DeclaredResource } from './template.ts';

export function newResource(
  cloud: Cloud,
  stack: Stack,
  logicalId: string,
  declared: DeclaredResource,
): StackResource {
  const resource: StackResource = {
    logicalId,
    type: declared.Type,
    physicalId: '',
    status: 'CREATE_IN_PROGRESS',
    reason: undefined,
    at: cloud.timeline.at,
    declared,
    properties: {},
  };
  stack.resources.set(logicalId, resource);
  return resource;
}

export function newChild(cloud: Cloud, stack: Stack, logicalId: string): Stack {
  const suffix = String(cloud.next()).padStart(12, '0');
  return newStack(cloud, stack.place, `${stack.name}-${logicalId}-${suffix}`, stack);
}

/** What an embedded stack is to be, by the properties of the resource that embeds it. */
export function childDefinition(
  cloud: Cloud,
  stack: Stack,
  logicalId: string,
  definition: Definition,
  child?: Stack,
): Definition {
  const properties = wanted(cloud, stack, definition).get(logicalId)?.properties as {
    TemplateURL?: string;
    Parameters?: Record<string, unknown>;
  };
  const parameters = Object.entries(properties.Parameters ?? {}).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: [value].flat().join(','),
  }));
  const input: Input = {
    TemplateURL: properties.TemplateURL ?? '',
    Parameters: parameters,
    Capabilities: definition.capabilities,
  };
  const read = readDefinition(cloud, input, child);
  return { ...read, tags: definition.tags };
}

const namedBy = [
  'BucketName',
  'QueueName',
  'TopicName',
  'RoleName',
  'TableName',
  'FunctionName',
  'LogGroupName',
  'ServiceName',
  'Name',
];

export function physicalIdOf(
  cloud: Cloud,
  stack: Stack,
  { logicalId, type, properties }: StackResource,
): string {
  const own = properties as Record<string, unknown>;
  const name = namedBy.map((key) => own[key]).find((one) => typeof one === 'string');
  if (type === 'AWS::CloudFormation::WaitConditionHandle')
    return `https://cloudformation-waitcondition.invalid/${unique(cloud)}`;
  return (name as string | undefined) ?? `${stack.name}-${logicalId}-${cloud.next()}`;
}
