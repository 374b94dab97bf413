import { isDeepStrictEqual } from 'node:util';
import { wanted } from './definition.ts';
import type { Cloud, Definition, Stack, StackResource } from './model.ts';
import { childDefinition } from './resources.ts';
import { references } from './template.ts';

/** Properties whose change makes another resource, for the types that tests use. */
const replacing = [
  'BucketName',
  'QueueName',
  'TopicName',
  'RoleName',
  'TableName',
  'FunctionName',
  'LogGroupName',
  'Name',
  'ServiceName',
  'Family',
  'ContainerDefinitions',
  'Cpu',
  'Memory',
  'ServiceToken',
];

/** What becomes of one resource. */
export interface Difference {
  readonly logicalId: string;
  readonly properties: readonly string[];
  readonly replacement: 'True' | 'False' | 'Conditional';
  /** Only the stack's tags, which are passed on. */
  readonly tagsOnly: boolean;
  /** Known for certain only when what it refers to has been replaced. */
  readonly dynamic?: boolean;
}

/** Resources that a definition changes, of those that are there, and those that refer to what is replaced. */
export function differences(
  cloud: Cloud,
  stack: Stack,
  definition: Definition,
): readonly Difference[] {
  const found = [...directDifferences(cloud, stack, definition)];
  const replaced = () => found.filter(({ replacement }) => replacement === 'True');
  const followers = () =>
    [...stack.resources.keys()].flatMap((logicalId) => {
      const declared = definition.template.Resources[logicalId]?.Properties ?? {};
      const properties = Object.keys(declared).filter((name) =>
        replaced().some((one) => references(declared[name]).has(one.logicalId)),
      );
      const known = found.some((one) => one.logicalId === logicalId);
      return known || properties.length === 0 ? [] : [{ logicalId, properties }];
    });
  for (let more = followers(); more.length > 0; more = followers())
    for (const one of more)
      found.push({ ...one, replacement: 'False', tagsOnly: false, dynamic: true });
  return found;
}

function directDifferences(
  cloud: Cloud,
  stack: Stack,
  definition: Definition,
): readonly Difference[] {
  const tagsOnly = !isDeepStrictEqual(stack.definition?.tags ?? {}, definition.tags);
  return [...wanted(cloud, stack, definition)].flatMap(([logicalId, { declared, properties }]) => {
    const there = stack.resources.get(logicalId);
    if (!there) return [];
    const names = changedNames(there.properties, properties);
    const childChanged =
      there.child !== undefined && embeddedChanges(cloud, stack, there, definition);
    const metadata = !isDeepStrictEqual(there.declared.Metadata, declared.Metadata);
    if (names.length === 0 && !childChanged && !metadata && !(tagsOnly && takesTags(there)))
      return [];
    const replaced = names.some((name) => replacing.includes(name)) && !there.child;
    const replacement = cloud.behaviour.replacements[logicalId] ?? (replaced ? 'True' : 'False');
    const only = names.length === 0 && !childChanged && !metadata;
    return [{ logicalId, properties: names, replacement, tagsOnly: only }];
  });
}

function takesTags({ type }: StackResource): boolean {
  return !type.startsWith('AWS::CloudFormation::Wait');
}

function changedNames(before: unknown, after: unknown): readonly string[] {
  const [a, b] = [before, after].map((one) => (one ?? {}) as Record<string, unknown>);
  const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
  return [...names].filter((name) => !isDeepStrictEqual(a?.[name], b?.[name]));
}

function embeddedChanges(
  cloud: Cloud,
  stack: Stack,
  { child, logicalId }: StackResource,
  definition: Definition,
) {
  if (!child) return false;
  const inner = childDefinition(cloud, stack, logicalId, definition, child);
  return changesAnything(cloud, child, inner);
}

/** Whether an update would do anything at all. */
export function changesAnything(cloud: Cloud, stack: Stack, definition: Definition): boolean {
  const ids = [...wanted(cloud, stack, definition).keys()];
  const added = ids.some((id) => !stack.resources.has(id));
  const removed = [...stack.resources.keys()].some((id) => !ids.includes(id));
  const outputs = !isDeepStrictEqual(
    stack.definition?.template.Outputs ?? {},
    definition.template.Outputs,
  );
  return added || removed || outputs || differences(cloud, stack, definition).length > 0;
}
