import { advance } from '../../src/promotion/advance.ts';
import type { Decision } from '../../src/promotion/decision.ts';
import { leaseLength, type PipelineWorld } from './pipeline-world.ts';

const turn = async () => undefined;

/** One run over the pipeline of a world, which nobody disturbs. */
export async function runOver(world: PipelineWorld): Promise<readonly Decision[]> {
  const { pipeline, clock } = world;
  const holder = `run-${world.chain.length}`;
  const { decisions } = await advance(
    { pipeline, holder, lease: leaseLength, jitter: 0.5, dryRun: false },
    { records: world.records(turn), observer: world.observer(turn), way: world.way(turn), clock },
  );
  return decisions;
}
