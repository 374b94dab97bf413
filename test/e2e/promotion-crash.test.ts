import { rmSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inParallel } from '../world/crash.ts';
import {
  inCopy,
  type KeptScenario,
  keepScenario,
  promotionScenarios,
} from '../world/promotion-scenarios.ts';
import {
  comeToRest,
  type PromotionSpot,
  Striker,
  someOf,
  spotName,
  type UndisturbedRun,
  undisturbedRun,
} from '../world/promotion-spots.ts';

interface Crash {
  readonly spot: PromotionSpot;
  readonly cut: 'before' | 'after';
}

/** They wait for clocks and answers more than they work. */
const atOnce = 6;
/**
 * A run keeps nothing on its machine, so that one that is killed before a request leaves what one leaves that is killed
 * after the write before it. So it is cut off after writes that show, a few of each run, and in one other place.
 * `UNDERSTUDY_ALL_CRASHES=1` is for every place, and takes hours.
 */
const every = process.env.UNDERSTUDY_ALL_CRASHES === '1';
const timeout = every ? 3_600_000 : 300_000;

function crashesOf({ spots }: UndisturbedRun): Crash[] {
  const all = spots.flatMap((spot): Crash[] => [
    { spot, cut: 'before' },
    ...(spot.method === 'GET' ? [] : [{ spot, cut: 'after' } as const]),
  ]);
  const isSure = ({ spot, cut }: Crash) =>
    cut === 'after' && !/\/git\/(trees|commits)$/.test(spot.name);
  const others = all.filter((each) => !isSure(each));
  return every ? all : [...someOf(all.filter(isSure), 5), ...someOf(others, 1)];
}

/** Kills the run there, has it asked for again, and answers what is not as it should be. */
async function crash(kept: KeptScenario, { spot, cut }: Crash, { end }: UndisturbedRun) {
  const words: string[] = [];
  await inCopy(kept, async (story, asked) => {
    const { tap } = story.world;
    const running = await story.start(asked.inputs, asked.by);
    const striker = new Striker(spot, () => cut);
    tap.atCut = running.kill;
    tap.gate = striker.gate;
    const { exit } = await running.finished;
    tap.reset();
    const where = `killed ${cut} ${spotName(spot)}`;
    if (!striker.struck || exit !== 137) words.push(`${where}: was not killed (exit ${exit})`);
    const told = await comeToRest(story, asked, end).catch(String);
    if (told) words.push(`${where}: ${told}`);
  }).catch((cause) => words.push(`killed ${cut} ${spotName(spot)}: ${cause}`));
  return words;
}

describe('killed at any request and asked for again, a run that', () => {
  for (const [name, scenario] of Object.entries(promotionScenarios)) {
    test(
      `${name} has every effect once and ends as if nothing had been`,
      async () => {
        const kept = await keepScenario(scenario);
        const run = await undisturbedRun(kept);
        const crashes = crashesOf(run);
        expect(crashes.length).toBeGreaterThan(3);
        const words = await inParallel(crashes, atOnce, (each) => crash(kept, each, run));
        rmSync(kept.folder, { recursive: true });
        expect(words.flat()).toEqual([]);
      },
      timeout,
    );
  }
});
