import { isDeepStrictEqual } from 'node:util';
import { outputsOf, wanted } from './definition.ts';
import { changesAnything, type Difference, differences } from './differences.ts';
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
import { type Asked, creation, deleteResources } from './operations.ts';
import { childDefinition, physicalIdOf } from './resources.ts';
import { dependencies } from './template.ts';
import { doWork, type Work } from './work.ts';

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
    stack.former = before;
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
    delete child.former;
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
  ended?: () => void,
): void {
  setStatus(cloud, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  const successors: StackResource[] = [];
  const works = [...stack.resources.values()].flatMap((resource): Work[] => {
    const was = before.resources.get(resource.logicalId);
    if (!was || !isTouched(resource, was) || skipped.includes(resource.logicalId)) return [];
    if (was.physicalId !== resource.physicalId) successors.push({ ...resource });
    const { physicalId, properties, declared } = was;
    const done = () => Object.assign(resource, { physicalId, properties, declared });
    const embedded = restoration(cloud, resource);
    return [{ resource, doing: 'restore', after: [], done, ...(embedded && { embedded }) }];
  });
  const done = () => {
    const isNew = ({ logicalId }: StackResource) => before.added.includes(logicalId);
    const leaving = [...successors, ...[...stack.resources.values()].filter(isNew)];
    stack.definition = before.definition;
    delete stack.unfinished;
    cleanUp(cloud, stack, operation, leaving, 'UPDATE_ROLLBACK_COMPLETE', ended);
  };
  const failed = (ids: readonly string[]) => {
    const text = `The following resource(s) failed to update: [${ids.join(', ')}]. `;
    setStatus(cloud, stack, 'UPDATE_ROLLBACK_FAILED', text);
  };
  const seconds = cloud.behaviour.rollbackSeconds;
  doWork(works, { cloud, stack, operation, seconds, done, failed });
}

/** A nested stack whose own update went well goes back with the stack around it. */
function restoration(cloud: Cloud, { child }: StackResource): Work['embedded'] | undefined {
  const { former, operations = [] } = child ?? {};
  const operation = operations.at(-1);
  if (!child || !former || !operation) return undefined;
  return (_seconds, ended) => {
    delete child.former;
    rollBackUpdate(cloud, child, operation, former, '', [], ended);
  };
}

function isTouched(now: StackResource, was: StackResource): boolean {
  return (
    now.physicalId !== was.physicalId ||
    !isDeepStrictEqual(now.properties, was.properties) ||
    now.status.endsWith('_FAILED')
  );
}
