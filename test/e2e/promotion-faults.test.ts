import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { inParallel } from '../world/crash.ts';
import { differenceOf, promotionsEnd } from '../world/promotion-end.ts';
import {
  inCopy,
  type KeptScenario,
  keepScenario,
  others,
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
import type { TappedCall } from '../world/tap.ts';
import type { World } from '../world/world.ts';

interface Fault {
  readonly name: string;
  fits(spot: PromotionSpot): boolean;
  /** What becomes of the call. */
  strike(call: TappedCall, world: World): ReturnType<Striker['gate']>;
}

const isRead = ({ method }: PromotionSpot) => method === 'GET';
const isWrite = (spot: PromotionSpot) => !isRead(spot);
const isAny = () => true;
/** Of git objects GitHub says by a conflict that the repository is empty. */
const shows = (spot: PromotionSpot) => isWrite(spot) && !/git\/(trees|commits)$/.test(spot.name);
/** What is only for people is told once: a refusal is a warning. */
const mayConflict = (spot: PromotionSpot) =>
  shows(spot) && !/(?:labels|statuses|comments|deployments)$/.test(spot.name);

const limit = {
  status: 403,
  headers: { 'retry-after': '1' },
  body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' },
};
const conflict = { status: 409, body: { message: 'Conflict' } };

/** What can go wrong between GitHub and a run; each is over after one time. */
const faults: readonly Fault[] = [
  { name: 'a 502', fits: isAny, strike: () => ({ status: 502 }) },
  { name: 'a 502 though it was done', fits: isWrite, strike: () => ({ status: 502, done: true }) },
  { name: 'a lost answer', fits: isWrite, strike: () => 'after' },
  { name: 'a broken connection', fits: isAny, strike: () => 'before' },
  { name: 'a secondary limit', fits: isAny, strike: () => limit },
  { name: 'a conflict', fits: mayConflict, strike: () => conflict },
  { name: 'an old answer', fits: isRead, strike: answerOld },
  { name: 'a delay', fits: isWrite, strike: () => sleep(300, undefined) },
];

async function answerOld({ path }: TappedCall, world: World): Promise<undefined> {
  const [bare] = path.split('?');
  const match = { method: 'GET', path: bare };
  await world.must('POST', '/_lab/faults', { match, action: 'stale-read' });
}

/** They wait for clocks and answers more than they work. */
const atOnce = 6;

/** All of them take hours; without the variable it is a few of each run. */
const every = process.env.UNDERSTUDY_ALL_CRASHES === '1';
const timeout = every ? 3_600_000 : 300_000;

interface Harm {
  readonly spot: PromotionSpot;
  readonly fault: Fault;
}

/**
 * Everything that can befall a kind of request, where it comes first of all runs; all other writes that show get one
 * fault each, in turn.
 */
function harmsOf({ spots }: UndisturbedRun, known: Set<string>): Harm[] {
  let turn = 0;
  return spots.flatMap((spot) => {
    const fitting = faults.filter(({ fits }) => fits(spot));
    if (!known.has(spot.name)) {
      known.add(spot.name);
      return fitting.map((fault) => ({ spot, fault }));
    }
    if (!shows(spot)) return [];
    turn += 1;
    const fault = fitting[turn % fitting.length];
    return fault ? [{ spot, fault }] : [];
  });
}

/** What a run says that does not know what it did. */
const unknown = /it is not known whether|Run (?:it )?again/;

async function befall(kept: KeptScenario, { spot, fault }: Harm, run: UndisturbedRun) {
  const words: string[] = [];
  const where = `${fault.name} at ${spotName(spot)}`;
  await inCopy(kept, async (story, asked) => {
    const { tap } = story.world;
    const striker = new Striker(spot, (call) => fault.strike(call, story.world));
    tap.gate = striker.gate;
    const result = await story.run(asked.inputs, asked.by);
    tap.reset();
    if (!striker.struck) words.push(`${where}: hit nothing`);
    if (result.exit !== 0 && (isRead(spot) || !unknown.test(result.log)))
      words.push(`${where}: exit ${result.exit}: ${result.log}`);
    if (differenceOf(await promotionsEnd(story), run.after) === '') return;
    if (result.exit === 0) await others(story, asked, result);
    const told = await comeToRest(story, asked, run.end);
    if (told) words.push(`${where}: ${told}`);
  }).catch((cause) => words.push(`${where}: ${cause}`));
  return words;
}

describe('whatever befalls one request to GitHub, nothing is done twice, and all ends well for a run that', () => {
  const known = new Set<string>();
  for (const [name, scenario] of Object.entries(promotionScenarios)) {
    test(
      name,
      async () => {
        const kept = await keepScenario(scenario);
        const run = await undisturbedRun(kept);
        const harms = every ? harmsOf(run, known) : someOf(harmsOf(run, known), 6);
        expect(harms.length).toBeGreaterThan(1);
        const words = await inParallel(harms, atOnce, (harm) => befall(kept, harm, run));
        rmSync(kept.folder, { recursive: true });
        expect(words.flat()).toEqual([]);
      },
      timeout,
    );
  }
});
