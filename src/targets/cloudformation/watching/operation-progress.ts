import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { duration, formatDuration, type Instant } from '../../../core/time.ts';
import type { StackHappening } from './stack-events.ts';
import { isRunning, type Running } from './statuses.ts';

/** Statuses that an operation was started for; everything else is a failure. */
const goals: Readonly<Record<Running, readonly StackStatus[]>> = {
  create: ['CREATE_COMPLETE', 'IMPORT_COMPLETE'],
  update: ['UPDATE_COMPLETE', 'IMPORT_COMPLETE'],
  delete: ['DELETE_COMPLETE'],
  rollback: ['ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'],
};

/** Whether a status is what the operation was started for. */
export function isGoal(doing: Running, status: StackStatus): boolean {
  return goals[doing].includes(status);
}

/** How far an operation is, by its events. */
export interface OperationProgress {
  /** Status that the stack ended in; absent = it goes on. */
  readonly end?: StackStatus;
  /** It goes back, or goes away, instead of where it was meant to go. */
  readonly rollingBack: boolean;
  /** Not every touched resource has begun. */
  readonly pending: boolean;
  /** All touched resources are done; never when it is not known which they are. */
  readonly allDone: boolean;
  /** "3 of 7 resources, AWS::ECS::Service Service creating for 40s". */
  readonly detail: string;
}

/**
 * Reads the events of one operation, oldest first.
 * @param awsNow the present by AWS's clock
 */
export function progressOf(
  events: readonly StackHappening[],
  { touched, doing }: { readonly touched: readonly string[]; readonly doing: Running },
  awsNow: Instant,
): OperationProgress {
  const last = events.findLast(({ ofStack }) => ofStack);
  const rollingBack = isRollback(doing, last?.status ?? '');
  const resources = events.filter(({ ofStack }) => !ofStack);
  const begun = new Set(resources.map(({ logicalId }) => logicalId));
  const done = new Set(resources.filter(isDone).map(({ logicalId }) => logicalId));
  const own = touched.filter((id) => !id.includes('/'));
  return {
    ...(last && isEnd(last.status) && { end: last.status as StackStatus }),
    rollingBack,
    pending: !rollingBack && (own.length === 0 ? false : !own.every((id) => begun.has(id))),
    allDone: !rollingBack && own.length > 0 && own.every((id) => done.has(id)),
    detail: [rollingBack ? '' : counted(own, done), slowest(resources, awsNow)]
      .filter(Boolean)
      .join(', '),
  };
}

function isEnd(status: string): boolean {
  return status !== 'REVIEW_IN_PROGRESS' && !isRunning(status);
}

function isRollback(doing: Running, status: string): boolean {
  if (doing === 'rollback' || doing === 'delete') return false;
  return status.includes('ROLLBACK') || status.startsWith('DELETE');
}

function isDone({ status }: StackHappening): boolean {
  return status.endsWith('_COMPLETE') || status === 'DELETE_SKIPPED';
}

function counted(touched: readonly string[], done: ReadonlySet<string>): string {
  if (touched.length === 0) return done.size > 0 ? `${done.size} resources` : '';
  const count = touched.filter((id) => done.has(id)).length;
  return `${count} of ${touched.length} resources`;
}

/** The resource that has been worked on for longest. */
function slowest(resources: readonly StackHappening[], awsNow: Instant): string {
  const open = new Map<string, StackHappening>();
  for (const event of resources) {
    if (!event.status.endsWith('_IN_PROGRESS')) open.delete(event.logicalId);
    else if (!open.has(event.logicalId)) open.set(event.logicalId, event);
  }
  const [first] = open.values();
  if (!first) return '';
  const length = formatDuration(duration(Math.max(0, awsNow - first.at)));
  return `${first.type} ${first.logicalId} ${doingOf(first.status)} for ${length}`;
}

function doingOf(status: string): string {
  const words = [
    ['CREATE_', 'creating'],
    ['DELETE_', 'deleting'],
    ['IMPORT_', 'taken over'],
    ['UPDATE_', 'updating'],
  ] as const;
  return words.find(([start]) => status.startsWith(start))?.[1] ?? 'rolling back';
}
