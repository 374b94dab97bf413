import { readdirSync } from 'node:fs';
import { inParallel } from './crash.ts';
import { inCopy, type KeptScenario } from './promotion-copies.ts';
import { Judge, type Swept, undisturbedRun } from './promotion-rest.ts';
import { type PromotionSpot, Striker, spotName } from './promotion-spots.ts';

interface Crash {
  readonly spot: PromotionSpot;
  readonly cut: 'before' | 'after';
}

/** They wait for answers as long as they work. */
const atOnce = 4;

/** After an answer to a question there is what there was before it: that is before the next request. */
function crashesOf(spot: PromotionSpot): Crash[] {
  const before = { spot, cut: 'before' } as const;
  return spot.method === 'GET' ? [before] : [before, { spot, cut: 'after' }];
}

/** Kills the run there, has it asked for again, and answers what is not as it should be. */
async function crash(kept: KeptScenario, { spot, cut }: Crash, judge: Judge): Promise<string> {
  const where = `killed ${cut} ${spotName(spot)}`;
  const told = await inCopy(kept, async (story, asked) => {
    const { tap } = story.world;
    const running = await story.start(asked.inputs, asked.by);
    const striker = new Striker([{ spot, strike: () => cut }]);
    tap.atCut = running.kill;
    tap.gate = striker.gate;
    const { exit } = await running.finished;
    tap.reset();
    if (striker.missed.length > 0 || exit !== 137) return `was not killed (exit ${exit})`;
    if (readdirSync(story.world.home).length > 0) return 'kept something on its machine';
    return judge.restOf(story, asked);
  }).catch(String);
  return told && `${where}: ${told}`;
}

/**
 * Kills a run before each of its requests, and after each that writes.
 * @param share Every which of these is played: 1 = all.
 */
export async function sweepCrashes(kept: KeptScenario, share: number): Promise<Swept> {
  const run = await undisturbedRun(kept);
  const judge = new Judge(run);
  const crashes = run.spots.flatMap(crashesOf).filter((_, index) => index % share === 0);
  const words = await inParallel(crashes, atOnce, (each) => crash(kept, each, judge));
  return {
    requests: run.spots.length,
    disturbed: crashes.length,
    runs: crashes.length,
    ends: judge.played,
    words: words.filter(Boolean),
  };
}
