import { outputsOf, wanted } from './definition.ts';
import {
  beginOperation,
  type Cloud,
  type Definition,
  type Operation,
  type Stack,
  type StackResource,
  setResource,
  setStatus,
} from './model.ts';
import { childDefinition, newChild, newResource, physicalIdOf } from './resources.ts';
import { type DeclaredResource, dependencies } from './template.ts';
import { doWork, type Shift, type Work } from './work.ts';

/** How an operation is asked for. */
export interface Asked {
  readonly token?: string | undefined;
  readonly seconds: number;
  /** For stacks within others: told when it is over, with what failed. */
  readonly ended?: (failure?: string) => void;
}

const embeddedType = 'AWS::CloudFormation::Stack';

/** Creates what the definition of a stack says. */
export function create(
  cloud: Cloud,
  stack: Stack,
  definition: Definition,
  asked: Asked & { readonly onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING' },
): void {
  const operation = beginOperation(cloud, stack, 'CREATE_STACK', asked.token);
  Object.assign(stack, { definition, disableRollback: asked.onFailure === 'DO_NOTHING' });
  setStatus(cloud, stack, 'CREATE_IN_PROGRESS', 'User Initiated');
  const works = [...wanted(cloud, stack, definition)].map(([id, { declared }]) =>
    creation(cloud, stack, id, declared, definition),
  );
  const failed = (ids: readonly string[]) => {
    const reason = `The following resource(s) failed to create: [${ids.join(', ')}]. `;
    if (asked.ended) {
      setStatus(cloud, stack, 'CREATE_FAILED', reason);
      return asked.ended(reason);
    }
    if (asked.onFailure === 'DO_NOTHING') return setStatus(cloud, stack, 'CREATE_FAILED', reason);
    if (asked.onFailure === 'DELETE')
      return remove(cloud, stack, {
        token: asked.token,
        seconds: cloud.behaviour.rollbackSeconds,
        reason,
      });
    rollBackCreation(cloud, stack, operation, `${reason}Rollback requested by user.`);
  };
  const done = () => {
    stack.outputs = outputsOf(cloud, stack, definition);
    setStatus(cloud, stack, 'CREATE_COMPLETE');
    asked.ended?.();
  };
  doWork(works, { cloud, stack, operation, seconds: asked.seconds, done, failed });
}

/** Deletes what a failed creation made. */
export function rollBackCreation(
  cloud: Cloud,
  stack: Stack,
  operation: Operation,
  reason: string,
): void {
  setStatus(cloud, stack, 'ROLLBACK_IN_PROGRESS', reason);
  deleteResources(cloud, stack, [...stack.resources.values()], {
    cloud,
    stack,
    operation,
    seconds: cloud.behaviour.rollbackSeconds,
    done: () => setStatus(cloud, stack, 'ROLLBACK_COMPLETE'),
    failed: (ids) =>
      setStatus(
        cloud,
        stack,
        'ROLLBACK_FAILED',
        `The following resource(s) failed to delete: [${ids.join(', ')}]. `,
      ),
  });
}

/** Takes over resources that exist. */
export function importResources(
  cloud: Cloud,
  stack: Stack,
  definition: Definition,
  asked: Asked & { readonly imports: Readonly<Record<string, string>> },
): void {
  const operation = beginOperation(cloud, stack, 'UPDATE_STACK', asked.token);
  stack.definition = definition;
  setStatus(cloud, stack, 'IMPORT_IN_PROGRESS', 'User Initiated');
  const works = Object.entries(asked.imports).flatMap(([id, physicalId]): Work[] => {
    const declared = definition.template.Resources[id];
    if (!declared) return [];
    const resource = newResource(cloud, stack, id, declared);
    resource.physicalId = physicalId;
    return [{ resource, doing: 'import', after: [] }];
  });
  const done = () => {
    stack.outputs = outputsOf(cloud, stack, definition);
    setStatus(cloud, stack, 'IMPORT_COMPLETE');
  };
  const failed = (ids: readonly string[]) => {
    setStatus(
      cloud,
      stack,
      'IMPORT_ROLLBACK_IN_PROGRESS',
      `The following resource(s) failed to import: [${ids.join(', ')}].`,
    );
    for (const id of Object.keys(asked.imports)) stack.resources.delete(id);
    setStatus(cloud, stack, 'IMPORT_ROLLBACK_COMPLETE');
  };
  doWork(works, { cloud, stack, operation, seconds: asked.seconds, done, failed });
}

/** Deletes a stack; in vain where a resource fails, unless it is to be kept. */
export function remove(
  cloud: Cloud,
  stack: Stack,
  asked: Asked & { readonly retain?: readonly string[]; readonly reason?: string },
): void {
  const operation = beginOperation(cloud, stack, 'DELETE_STACK', asked.token);
  setStatus(cloud, stack, 'DELETE_IN_PROGRESS', asked.reason ?? 'User Initiated');
  const all = [...stack.resources.values()];
  const kept = all.filter(({ logicalId }) => asked.retain?.includes(logicalId));
  for (const resource of kept) skip(cloud, stack, resource);
  const shift: Shift = {
    cloud,
    stack,
    operation,
    seconds: asked.seconds,
    done: () => {
      stack.outputs = {};
      setStatus(cloud, stack, 'DELETE_COMPLETE');
      asked.ended?.();
    },
    failed: (ids) => {
      const reason = `The following resource(s) failed to delete: [${ids.join(', ')}]. `;
      setStatus(cloud, stack, 'DELETE_FAILED', reason);
      asked.ended?.(`Embedded stack ${stack.id} was not successfully deleted: ${reason}`);
    },
  };
  deleteResources(
    cloud,
    stack,
    all.filter((one) => !kept.includes(one)),
    shift,
  );
}

function skip(cloud: Cloud, stack: Stack, resource: StackResource): void {
  setResource(cloud, stack, resource, 'DELETE_SKIPPED');
  stack.resources.delete(resource.logicalId);
}

/** Deletes resources, those that others need last. */
export function deleteResources(
  cloud: Cloud,
  stack: Stack,
  resources: readonly StackResource[],
  shift: Shift,
): void {
  const template = stack.definition?.template;
  const works: Work[] = [];
  for (const resource of resources) {
    const { logicalId, declared, child } = resource;
    if (declared.DeletionPolicy === 'Retain' && resource.physicalId) skip(cloud, stack, resource);
    else if (!resource.physicalId) stack.resources.delete(logicalId);
    else
      works.push({
        resource,
        doing: 'delete',
        after: resources
          .filter(
            (other) =>
              template?.Resources[other.logicalId] &&
              dependencies(template, other.logicalId).includes(logicalId),
          )
          .map((other) => other.logicalId),
        // What replaced it has the same logical id and stays.
        done: () => {
          if (stack.resources.get(logicalId) === resource) stack.resources.delete(logicalId);
        },
        ...(child && {
          embedded: (seconds, ended) =>
            remove(cloud, child, { token: shift.operation.token, seconds, ended }),
        }),
      });
  }
  doWork(works, shift);
}

/** The work of making a resource that is not there yet. */
export function creation(
  cloud: Cloud,
  stack: Stack,
  logicalId: string,
  declared: DeclaredResource,
  definition: Definition,
): Work {
  const resource = newResource(cloud, stack, logicalId, declared);
  const after = dependencies(definition.template, logicalId);
  const begin = () => {
    resource.properties = wanted(cloud, stack, definition).get(logicalId)?.properties;
    resource.physicalId ||= physicalIdOf(cloud, stack, resource);
  };
  if (declared.Type !== embeddedType) return { resource, doing: 'create', after, begin };
  const embedded: Work['embedded'] = (seconds, ended) => {
    const child = newChild(cloud, stack, logicalId);
    Object.assign(resource, { child, physicalId: child.id });
    const inner = childDefinition(cloud, stack, logicalId, definition, child);
    const whenOver = (reason?: string) =>
      ended(reason && `Embedded stack ${child.id} was not successfully created: ${reason}`);
    const token = stack.operations.at(-1)?.token;
    create(cloud, child, inner, {
      token,
      seconds: seconds * 0.8,
      onFailure: 'ROLLBACK',
      ended: whenOver,
    });
  };
  return { resource, doing: 'create', after, begin, embedded };
}
