import {
  type Cloud,
  type Operation,
  type Stack,
  type StackResource,
  setResource,
  takeFailure,
} from './model.ts';

/** One resource's part in an operation. */
export interface Work {
  readonly resource: StackResource;
  readonly doing: 'create' | 'update' | 'replace' | 'delete' | 'import' | 'restore';
  /** Logical ids whose work comes before. */
  readonly after: readonly string[];
  /** Called when the work begins, before its time is known to pass. */
  readonly begin?: () => void;
  readonly done?: () => void;
  /** Does the work instead of the clock, for stacks within. */
  readonly embedded?: (seconds: number, ended: (failure?: string) => void) => void;
}

export interface Shift {
  readonly cloud: Cloud;
  readonly stack: Stack;
  readonly operation: Operation;
  readonly seconds: number;
  readonly done: () => void;
  /** With the logical ids that failed, the first one first; the others were cancelled. */
  readonly failed: (ids: readonly string[]) => void;
}

const verbs = {
  create: 'CREATE',
  update: 'UPDATE',
  replace: 'UPDATE',
  delete: 'DELETE',
  import: 'IMPORT',
  restore: 'UPDATE',
} as const;

/** Works on resources, each when those before it are done. */
export function doWork(works: readonly Work[], shift: Shift): void {
  const { cloud, operation, done, failed } = shift;
  const waiting = new Set(works);
  const running = new Set<Work>();
  const finished = new Set<string>();
  const broken: string[] = [];
  let over = false;
  const lengths = shares(works, shift.seconds, cloud);
  const guarded = (run: () => void) => () => {
    if (!operation.cancelled) run();
  };
  const advance = (): void => {
    for (const work of waiting) {
      const blocked = work.after.some(
        (id) => !finished.has(id) && works.some(({ resource }) => resource.logicalId === id),
      );
      if (!blocked) start(work);
    }
    if (over || running.size > 0 || (broken.length === 0 && waiting.size > 0)) return;
    over = true;
    if (broken.length > 0) failed(broken);
    else done();
  };
  const end = (work: Work, failure?: string): void => {
    if (!running.delete(work)) return;
    const { resource, doing } = work;
    if (failure === undefined) {
      setResource(cloud, shift.stack, resource, `${verbs[doing]}_COMPLETE`);
      finished.add(resource.logicalId);
      work.done?.();
    } else {
      setResource(cloud, shift.stack, resource, `${verbs[doing]}_FAILED`, failure);
      broken.push(resource.logicalId);
      if (doing !== 'delete' && doing !== 'restore') cancelOthers();
    }
    advance();
  };
  const cancelOthers = (): void => {
    waiting.clear();
    for (const { resource, doing } of running) {
      const word = doing === 'create' ? 'creation' : 'update';
      setResource(
        cloud,
        shift.stack,
        resource,
        `${verbs[doing]}_FAILED`,
        `Resource ${word} cancelled`,
      );
      broken.push(resource.logicalId);
    }
    running.clear();
  };
  const start = (work: Work): void => {
    waiting.delete(work);
    running.add(work);
    const length = lengths.get(work) ?? 0;
    announce(work, shift, guarded, length);
    const failure = takeFailure(cloud, shift.stack, work.resource.logicalId, failureOf(work));
    if (failure)
      cloud.timeline.after(
        failure.after ?? length,
        guarded(() => end(work, failure.reason)),
      );
    else if (work.embedded) work.embedded(length, (reason) => guarded(() => end(work, reason))());
    else
      cloud.timeline.after(
        length,
        guarded(() => end(work)),
      );
  };
  advance();
}

function failureOf({ doing }: Work): 'create' | 'update' | 'delete' | 'rollback' {
  if (doing === 'restore') return 'rollback';
  if (doing === 'replace') return 'update';
  return doing === 'import' ? 'create' : doing;
}

type Guard = (run: () => void) => () => void;

/** The events with which CloudFormation begins. */
function announce(work: Work, { cloud, stack }: Shift, guarded: Guard, length: number): void {
  const { resource, doing } = work;
  const replacing =
    'Requested update requires the creation of a new physical resource; hence creating one.';
  setResource(
    cloud,
    stack,
    resource,
    `${verbs[doing]}_IN_PROGRESS`,
    doing === 'replace' ? replacing : undefined,
  );
  if (doing !== 'create' && doing !== 'replace') {
    work.begin?.();
    return;
  }
  cloud.timeline.after(
    length / 10,
    guarded(() => {
      if (resource.status.endsWith('_FAILED')) return;
      work.begin?.();
      setResource(cloud, stack, resource, resource.status, 'Resource creation Initiated');
    }),
  );
}

/** Resources at one depth take the time of that depth, the later ones all of it. */
function shares(works: readonly Work[], seconds: number, cloud: Cloud): Map<Work, number> {
  const byId = new Map(works.map((work) => [work.resource.logicalId, work]));
  const depths = new Map<Work, number>();
  const depthOf = (work: Work): number => {
    const known = depths.get(work);
    if (known !== undefined) return known;
    depths.set(work, 0);
    const before = work.after.flatMap((id) => byId.get(id) ?? []);
    const depth = Math.max(-1, ...before.map(depthOf)) + 1;
    depths.set(work, depth);
    return depth;
  };
  const deepest = Math.max(0, ...works.map(depthOf));
  const share = seconds / (deepest + 1);
  return new Map(
    works.map((work) => {
      const peers = works.filter((other) => depthOf(other) === depthOf(work));
      const part = (peers.indexOf(work) + 1) / peers.length;
      const fixed = cloud.behaviour.resourceSeconds[work.resource.logicalId];
      return [work, fixed ?? share * part];
    }),
  );
}
