import type { Behaviour, Failure } from './options.ts';
import { Refusal } from './query.ts';
import type { DeclaredResource, Template } from './template.ts';
import type { Timeline } from './timeline.ts';

/** Who asks, and where. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly at: number;
  readonly token: string | undefined;
  readonly operationId: string | undefined;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  physicalId: string;
  status: string;
  reason: string | undefined;
  at: number;
  declared: DeclaredResource;
  /** With functions worked out. */
  properties: unknown;
  /** The stack that it embeds. */
  child?: Stack;
}

/** What a stack is made of; an update that fails takes it back. */
export interface Definition {
  readonly body: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn?: string | undefined;
  readonly notificationArns: readonly string[];
}

export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly token: string | undefined;
  /** Its steps that are still to come do not. */
  cancelled: boolean;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly place: Place;
  readonly parent: Stack | undefined;
  readonly createdAt: number;
  readonly events: StackEvent[];
  readonly resources: Map<string, StackResource>;
  readonly operations: Operation[];
  definition: Definition | undefined;
  status: string;
  reason: string | undefined;
  outputs: Readonly<Record<string, { value: string; description?: string; export?: string }>>;
  updatedAt?: number;
  deletedAt?: number;
  terminationProtection: boolean;
  disableRollback: boolean;
  changeSetId?: string;
  /** What DescribeStacks still says, and until when. */
  stale?: { status: string; until: number };
  /** Taking back an update failed: what is left of it. */
  unfinished?: Before;
  /** What an update of a nested stack is taken back to when the stack around it fails later. */
  former?: Before;
  drift?: 'DRIFTED' | 'IN_SYNC';
}

/** What an update takes back. */
export interface Before {
  readonly definition: Definition;
  /** Logical ids that were not there. */
  readonly added: readonly string[];
  readonly resources: ReadonlyMap<string, StackResource>;
}

/** All there is, and how it behaves. */
export interface Cloud {
  readonly timeline: Timeline;
  readonly stacks: Stack[];
  readonly changeSets: ChangeSet[];
  readonly detections: Detection[];
  /** `bucket/key` → text. */
  readonly objects: Map<string, Buffer>;
  readonly tokens: Set<string>;
  /** How often each failure has happened. */
  readonly failed: Map<Failure, number>;
  behaviour: Behaviour;
  /** A number that was not given out before. */
  next(): number;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly kind: 'CREATE' | 'UPDATE' | 'IMPORT';
  readonly createdAt: number;
  readonly definition: Definition;
  readonly changes: readonly PlannedChange[];
  readonly imports: Readonly<Record<string, string>>;
  readonly onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING' | undefined;
  readonly nested: boolean;
  readonly parent?: ChangeSet | undefined;
  readonly operationId: string;
  readonly problem?: { readonly reason: string } | undefined;
  status: string;
  reason: string | undefined;
  execution: string;
  deleted: boolean;
}

export interface PlannedChange {
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string | undefined;
  readonly replacement?: 'True' | 'False' | 'Conditional' | undefined;
  readonly scope: readonly string[];
  readonly details: readonly {
    readonly attribute: string;
    readonly name?: string;
    readonly recreation: string;
    readonly dynamic?: boolean;
    readonly before?: string;
    readonly after?: string;
  }[];
  readonly child?: ChangeSet | undefined;
}

export interface Detection {
  readonly id: string;
  readonly stack: Stack;
  readonly startedAt: number;
  readonly doneAt: number;
}

/** A stack by name, unless it is gone, or by id whatever became of it. */
export function findStack(cloud: Cloud, place: Place, nameOrId: string): Stack | undefined {
  const here = cloud.stacks.filter(
    ({ place: { account, region } }) => account === place.account && region === place.region,
  );
  if (nameOrId.startsWith('arn:')) return here.find(({ id }) => id === nameOrId);
  return here.findLast(({ name, deletedAt }) => name === nameOrId && deletedAt === undefined);
}

export function mustFindStack(cloud: Cloud, place: Place, nameOrId: string): Stack {
  const found = findStack(cloud, place, nameOrId);
  if (found) return found;
  throw new Refusal('ValidationError', `Stack [${nameOrId}] does not exist`);
}

export function newStack(cloud: Cloud, place: Place, name: string, parent?: Stack): Stack {
  const { account, region } = place;
  const stack: Stack = {
    id: `arn:aws:cloudformation:${region}:${account}:stack/${name}/${unique(cloud)}`,
    name,
    place,
    parent,
    createdAt: cloud.timeline.at,
    events: [],
    resources: new Map(),
    operations: [],
    definition: undefined,
    status: 'REVIEW_IN_PROGRESS',
    reason: undefined,
    outputs: {},
    terminationProtection: false,
    disableRollback: false,
  };
  cloud.stacks.push(stack);
  return stack;
}

/** In the form of a UUID. */
export function unique(cloud: Cloud): string {
  return `00000000-0000-4000-8000-${String(cloud.next()).padStart(12, '0')}`;
}

/** The stack itself changes its status. */
export function setStatus(cloud: Cloud, stack: Stack, status: string, reason?: string): void {
  stack.status = status;
  stack.reason = reason;
  if (status === 'DELETE_COMPLETE') stack.deletedAt = cloud.timeline.at;
  note(cloud, stack, {
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    status,
    reason,
  });
}

/** A resource changes its status. */
export function setResource(
  cloud: Cloud,
  stack: Stack,
  resource: StackResource,
  status: string,
  reason?: string,
): void {
  Object.assign(resource, { status, reason, at: cloud.timeline.at });
  note(cloud, stack, { ...resource, status, reason });
}

type Noted = Pick<StackEvent, 'logicalId' | 'physicalId' | 'type' | 'status' | 'reason'>;

function note(cloud: Cloud, stack: Stack, event: Noted): void {
  const { logicalId, physicalId, type, status, reason } = event;
  const operation = stack.operations.at(-1);
  stack.events.push({
    id: `${logicalId}-${status}-${unique(cloud)}`,
    logicalId,
    physicalId,
    type,
    status,
    reason,
    at: cloud.timeline.at,
    token: operation?.token,
    operationId: operation?.id,
  });
}

/** Begins an operation; one that was under way ends where it is. */
export function beginOperation(
  cloud: Cloud,
  stack: Stack,
  kind: string,
  token: string | undefined,
): Operation {
  const before = stack.operations.at(-1);
  if (before) before.cancelled = true;
  const { staleSeconds } = cloud.behaviour;
  const until = cloud.timeline.at + cloud.timeline.length(staleSeconds);
  if (staleSeconds > 0) stack.stale = { status: stack.status, until };
  const operation: Operation = { id: unique(cloud), kind, token, cancelled: false };
  stack.operations.push(operation);
  return operation;
}

/** A failure that is due for a resource; it counts as having happened. */
export function takeFailure(
  cloud: Cloud,
  stack: Stack,
  logicalId: string,
  on: Failure['on'],
): Failure | undefined {
  const found = cloud.behaviour.failures.find(
    (one) =>
      one.logicalId === logicalId &&
      one.on === on &&
      stack.name.startsWith(one.stack ?? '') &&
      (cloud.failed.get(one) ?? 0) < (one.times ?? Number.POSITIVE_INFINITY),
  );
  if (found) cloud.failed.set(found, (cloud.failed.get(found) ?? 0) + 1);
  return found;
}

export function isBusy({ status }: Stack): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
