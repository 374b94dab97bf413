import { outputsOf, readDefinition, wanted } from './definition.ts';
import {
  beginOperation,
  type Cloud,
  newStack,
  type Place,
  setResource,
  setStatus,
} from './model.ts';
import type { SeededStack } from './options.ts';
import { newResource, physicalIdOf } from './resources.ts';

const least = 'Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }\n';

/** Puts a stack there, with its resources and events, without any time passing. */
export function seed(cloud: Cloud, place: Place, given: SeededStack): void {
  const stack = newStack(cloud, place, given.name);
  if (given.createdAt) Object.assign(stack, { createdAt: given.createdAt.getTime() });
  const definition = readDefinition(cloud, {
    TemplateBody: given.template ?? least,
    Parameters: entries(given.parameters, 'ParameterKey', 'ParameterValue'),
    Tags: entries(given.tags, 'Key', 'Value'),
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
  });
  beginOperation(cloud, stack, 'CREATE_STACK', undefined);
  stack.definition = definition;
  stack.terminationProtection = given.terminationProtection ?? false;
  const status = given.status ?? 'CREATE_COMPLETE';
  if (!['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE'].includes(status)) fill(cloud, stack);
  stack.outputs = given.outputs
    ? Object.fromEntries(Object.entries(given.outputs).map(([name, value]) => [name, { value }]))
    : outputsOf(cloud, stack, definition);
  setStatus(cloud, stack, status, given.reason);
}

function fill(cloud: Cloud, stack: ReturnType<typeof newStack>): void {
  const { definition } = stack;
  if (!definition) return;
  for (const [id, { declared }] of wanted(cloud, stack, definition)) {
    const resource = newResource(cloud, stack, id, declared);
    resource.properties = wanted(cloud, stack, definition).get(id)?.properties;
    resource.physicalId = physicalIdOf(cloud, stack, resource);
    setResource(cloud, stack, resource, 'CREATE_COMPLETE');
  }
}

function entries(map: Readonly<Record<string, string>> | undefined, name: string, value: string) {
  return Object.entries(map ?? {}).map(([key, text]) => ({ [name]: key, [value]: text }));
}
