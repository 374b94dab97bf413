import {
  type CloudFormationClient as Cloud,
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
  type StackResourceDrift,
} from '@aws-sdk/client-cloudformation';
import type { Watching } from '../watching/follow.ts';

/** A resource that is not as its template says. Values are not shown: they may be secrets. */
export interface DriftedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly kind: 'changed' | 'deleted';
  /** Paths of the properties that differ. */
  readonly properties: readonly string[];
}

/** Whether a stack is as its template says. */
export type Drift = 'in-sync' | 'unknown' | { readonly drifted: readonly DriftedResource[] };

/** How many stacks are looked at together: detection is throttled more than most calls. */
const together = 5;
const longestGap = 10_000;

type Waiting = Pick<Watching, 'signal' | 'pause'>;

/**
 * Detects drift of every stack, a few at a time; a stack that cannot be judged is `unknown`.
 * @throws the signal's reason when that is aborted
 */
export async function detectDrift(
  cloud: Cloud,
  stackIds: readonly string[],
  waiting: Waiting,
): Promise<ReadonlyMap<string, Drift>> {
  const answers = new Map<string, Drift>();
  const queue = [...stackIds];
  const work = async () => {
    for (let stackId = queue.shift(); stackId !== undefined; stackId = queue.shift()) {
      answers.set(stackId, await driftOf(cloud, stackId, waiting));
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  return new Map(stackIds.map((stackId) => [stackId, answers.get(stackId) ?? 'unknown']));
}

async function driftOf(cloud: Cloud, stackId: string, waiting: Waiting): Promise<Drift> {
  try {
    return await detect(cloud, stackId, waiting);
  } catch {
    // Busy stacks refuse it, and some policies do not allow it: neither is a reason to fail a sweep.
    waiting.signal.throwIfAborted();
    return 'unknown';
  }
}

async function detect(cloud: Cloud, stackId: string, { signal, pause }: Waiting): Promise<Drift> {
  const options = { abortSignal: signal };
  const started = await cloud.send(new DetectStackDriftCommand({ StackName: stackId }), options);
  const asking = { StackDriftDetectionId: started.StackDriftDetectionId };
  for (let gap = 300; ; gap = Math.min(longestGap, gap * 1.6)) {
    await pause(gap, signal);
    const command = new DescribeStackDriftDetectionStatusCommand(asking);
    const { DetectionStatus, StackDriftStatus } = await cloud.send(command, options);
    if (DetectionStatus === 'DETECTION_IN_PROGRESS') continue;
    if (StackDriftStatus === 'DRIFTED')
      return { drifted: await differences(cloud, stackId, signal) };
    // A detection that failed for some resources still tells of those that drifted, never that none did.
    const sound = DetectionStatus === 'DETECTION_COMPLETE' && StackDriftStatus === 'IN_SYNC';
    return sound ? 'in-sync' : 'unknown';
  }
}

async function differences(
  cloud: Cloud,
  stackId: string,
  signal: AbortSignal,
): Promise<DriftedResource[]> {
  const found: DriftedResource[] = [];
  const pages = paginateDescribeStackResourceDrifts(
    { client: cloud },
    { StackName: stackId, StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'] },
  );
  for await (const { StackResourceDrifts = [] } of pages) {
    signal.throwIfAborted();
    found.push(...StackResourceDrifts.map(toDrifted));
  }
  return found;
}

function toDrifted(drift: StackResourceDrift): DriftedResource {
  return {
    logicalId: drift.LogicalResourceId ?? '',
    type: drift.ResourceType ?? '',
    kind: drift.StackResourceDriftStatus === 'DELETED' ? 'deleted' : 'changed',
    properties: (drift.PropertyDifferences ?? []).map(({ PropertyPath = '' }) => PropertyPath),
  };
}
