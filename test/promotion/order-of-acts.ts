import type { ActOrder } from '../../src/promotion/ports.ts';
import { stageRecord } from '../../src/promotion/records/record.ts';
import type { PipelineWorld } from './pipeline-world.ts';

/** What is wrong with the order in which everything was acted upon. A queue is whole while nobody disturbs it. */
export function orderFaults(
  world: PipelineWorld,
  acts: readonly ActOrder[],
  isQueueWhole: boolean,
): string[] {
  const firsts = firstActs(acts);
  return [...backward(world, firsts), ...(isQueueWhole ? leftOut(world, firsts) : [])];
}

/** Forward promotions of a stage only ever go to newer versions, but for those that a person let in once more. */
function backward(world: PipelineWorld, acts: readonly ActOrder[]): string[] {
  const newest = new Map<string, number>();
  const found: string[] = [];
  for (const { stage, promotion } of acts) {
    const { rearmed } = stageRecord(world.record, stage);
    const isRearmed = rearmed.some(
      ({ version, generation }) =>
        version === promotion.version && generation === promotion.generation,
    );
    if (promotion.kind === 'rollback' || isRearmed) continue;
    const index = indexOf(world, promotion.version);
    if (index <= (newest.get(stage) ?? -1))
      found.push(`${stage} went back to ${promotion.version} by itself`);
    newest.set(stage, index);
  }
  return found;
}

/** In a queue that nobody disturbs, no version is left out of the first stage. */
function leftOut(world: PipelineWorld, acts: readonly ActOrder[]): string[] {
  const { order, requiredChecks, stages } = world.pipeline;
  if (order !== 'queue' || requiredChecks.length > 0) return [];
  const indices = acts
    .filter(({ stage }) => stage === stages[0]?.name)
    .map(({ promotion }) => indexOf(world, promotion.version));
  const gap = indices.findIndex((each, at) => at > 0 && each !== (indices[at - 1] ?? 0) + 1);
  return gap < 0 ? [] : [`the queue left out what is before v${(indices[gap] ?? 0) + 1}`];
}

/** Of each promotion the first. */
function firstActs(acts: readonly ActOrder[]): ActOrder[] {
  const ids = new Set<string>();
  return acts.filter(({ promotion: { id } }) => {
    const isFirst = !ids.has(id);
    ids.add(id);
    return isFirst;
  });
}

function indexOf({ versions }: PipelineWorld, version: string): number {
  return versions.findIndex(({ key }) => key === version);
}
