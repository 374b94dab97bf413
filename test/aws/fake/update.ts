import { isDeepStrictEqual } from 'node:util';
import { outputsOf, wanted } from './definition.ts';
import {
  type Before,
  beginOperation,
  type Cloud,
  type Definition,
  type Operation,
  type Stack,
  type StackResource,
  setStatus,
} from './model.ts';
import {
  type Asked,
  childDefinition,
  creation,
  deleteResources,
  physicalIdOf,
} from './operations.ts';
import { dependencies, references } from './template.ts';
import { doWork, type Work } from './work.ts';

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

/** Updates a stack; taken back when a resource fails. */
export function update(
  cloud: Cloud,
  stack: Stack,
  definition: Definition,
  asked: Asked & { readonly disableRollback?: boolean },
): void {
  const operation = beginOperation(cloud, stack, 'UPDATE_STACK', asked.token);
  const found = differences(cloud, stack, definition);
  stack.updatedAt = cloud.timeline.at;
  setStatus(cloud, stack, 'UPDATE_IN_PROGRESS', 'User Initiated');
  const ids = [...wanted(cloud, stack, definition)];
  const added = ids.filter(([id]) => !stack.resources.has(id));
  const leaving = [...stack.resources.values()].filter(
    ({ logicalId }) => !ids.some(([id]) => id === logicalId),
  );
  const replaced: StackResource[] = [];
  const works = [
    ...found.map((one) => modification(cloud, stack, one, definition, replaced)),
    ...added.map(([id, { declared }]) => creation(cloud, stack, id, declared, definition)),
  ];
  const addedIds = added.map(([id]) => id);
  const resources = new Map([...stack.resources].map(([id, one]) => [id, { ...one }]));
  for (const id of addedIds) resources.delete(id);
  const before: Before = { definition: stack.definition ?? definition, added: addedIds, resources };
  Object.assign(stack, { definition, unfinished: before });
  const failed = (broken: readonly string[]) => {
    const reason = failureText(broken, addedIds);
    if (asked.disableRollback) setStatus(cloud, stack, 'UPDATE_FAILED', reason);
    else rollBackUpdate(cloud, stack, operation, before, reason);
    asked.ended?.(`Embedded stack ${stack.id} was not successfully updated: ${reason}`);
  };
  const done = () => {
    stack.outputs = outputsOf(cloud, stack, definition);
    delete stack.unfinished;
    cleanUp(cloud, stack, operation, [...leaving, ...replaced], 'UPDATE_COMPLETE', asked.ended);
  };
  const seconds = works.length === 0 ? Math.min(asked.seconds, 2) : asked.seconds;
  const go = () => doWork(works, { cloud, stack, operation, seconds, done, failed });
  if (works.length > 0) go();
  else cloud.timeline.after(seconds, () => operation.cancelled || go());
}

function failureText(broken: readonly string[], added: readonly string[]): string {
  const made = broken.filter((id) => added.includes(id));
  const changed = broken.filter((id) => !added.includes(id));
  const creating =
    made.length > 0 ? `The following resource(s) failed to create: [${made.join(', ')}]. ` : '';
  return `${creating}${changed.length > 0 ? `The following resource(s) failed to update: [${changed.join(', ')}]. ` : ''}`;
}

function modification(
  cloud: Cloud,
  stack: Stack,
  { logicalId, replacement }: Difference,
  definition: Definition,
  replaced: StackResource[],
): Work {
  const resource = stack.resources.get(logicalId);
  if (!resource) throw new Error(`${logicalId} is not there`);
  const after = dependencies(definition.template, logicalId);
  const doing = replacement === 'True' ? 'replace' : 'update';
  const { child } = resource;
  const begin = () => {
    if (doing === 'replace') replaced.push({ ...resource });
    const now = wanted(cloud, stack, definition).get(logicalId);
    if (now) Object.assign(resource, now);
    if (doing === 'replace') resource.physicalId = physicalIdOf(cloud, stack, resource);
  };
  if (!child) return { resource, doing, after, begin };
  const embedded: Work['embedded'] = (seconds, ended) => {
    const inner = childDefinition(cloud, stack, logicalId, definition, child);
    if (!changesAnything(cloud, child, inner)) return ended();
    const token = stack.operations.at(-1)?.token;
    update(cloud, child, inner, { token, seconds: seconds * 0.8, ended });
  };
  return { resource, doing, after, begin, embedded };
}

/** Deletes what an update no longer needs. */
function cleanUp(
  cloud: Cloud,
  stack: Stack,
  operation: Operation,
  leaving: readonly StackResource[],
  end: string,
  ended?: () => void,
): void {
  setStatus(cloud, stack, `${end}_CLEANUP_IN_PROGRESS`);
  const over = () => {
    setStatus(cloud, stack, end);
    ended?.();
  };
  const { cleanupSeconds } = cloud.behaviour;
  deleteResources(cloud, stack, leaving, {
    cloud,
    stack,
    operation,
    seconds: cleanupSeconds,
    // What could not be deleted is left behind: the update has succeeded all the same.
    failed: over,
    done: over,
  });
}

/** Takes an update back. */
export function rollBackUpdate(
  cloud: Cloud,
  stack: Stack,
  operation: Operation,
  before: Before,
  reason: string,
  skipped: readonly string[] = [],
): void {
  setStatus(cloud, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  const successors: StackResource[] = [];
  const works = [...stack.resources.values()].flatMap((resource): Work[] => {
    const was = before.resources.get(resource.logicalId);
    if (!was || !isTouched(resource, was) || skipped.includes(resource.logicalId)) return [];
    if (was.physicalId !== resource.physicalId) successors.push({ ...resource });
    const { physicalId, properties, declared } = was;
    const done = () => Object.assign(resource, { physicalId, properties, declared });
    return [{ resource, doing: 'restore', after: [], done }];
  });
  const done = () => {
    const isNew = ({ logicalId }: StackResource) => before.added.includes(logicalId);
    const leaving = [...successors, ...[...stack.resources.values()].filter(isNew)];
    stack.definition = before.definition;
    delete stack.unfinished;
    cleanUp(cloud, stack, operation, leaving, 'UPDATE_ROLLBACK_COMPLETE');
  };
  const failed = (ids: readonly string[]) => {
    const text = `The following resource(s) failed to update: [${ids.join(', ')}]. `;
    setStatus(cloud, stack, 'UPDATE_ROLLBACK_FAILED', text);
  };
  const seconds = cloud.behaviour.rollbackSeconds;
  doWork(works, { cloud, stack, operation, seconds, done, failed });
}

function isTouched(now: StackResource, was: StackResource): boolean {
  return (
    now.physicalId !== was.physicalId ||
    !isDeepStrictEqual(now.properties, was.properties) ||
    now.status.endsWith('_FAILED')
  );
}
