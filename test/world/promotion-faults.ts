import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from './crash.ts';
import { inCopy, type KeptScenario } from './promotion-copies.ts';
import { differenceOf, promotionsEnd } from './promotion-end.ts';
import { Judge, type Swept, type UndisturbedRun, undisturbedRun } from './promotion-rest.ts';
import {
  oldAnswerTo,
  type PromotionSpot,
  Striker,
  spotName,
  spotsWithOldAnswer,
} from './promotion-spots.ts';
import type { TappedCall } from './tap.ts';
import type { World } from './world.ts';

interface Fault {
  readonly name: string;
  fits(spot: PromotionSpot): boolean;
  /** Whether it costs time alone, so that several may befall one run. */
  passes(spot: PromotionSpot): boolean;
  /** What becomes of the call. */
  strike(call: TappedCall, world: World): ReturnType<Striker['gate']>;
}

const isRead = ({ method }: PromotionSpot) => method === 'GET';
const isWrite = (spot: PromotionSpot) => !isRead(spot);
const always = () => true;
const never = () => false;
/** Nobody sees a git object to which nothing leads; of it GitHub says by a conflict that the repository is empty. */
const shows = (spot: PromotionSpot) => isWrite(spot) && !/git\/(trees|commits)$/.test(spot.name);
const hides = (spot: PromotionSpot) => !shows(spot);
/**
 * To whoever asks, a broken connection is what a 502 is, and a 502 after the fact what a lost answer is: of writes of one
 * name it is enough that the first is struck by it.
 */
const isFirst = (spot: PromotionSpot) => isRead(spot) || spot.nth === 1;
/** What is only for people is told once: a refusal is a warning. By one of a cancellation GitHub says that a run has ended. */
const mayConflict = (spot: PromotionSpot) =>
  shows(spot) && !/(?:labels|statuses|comments|deployments|cancel)(?:\/\*)?$/.test(spot.name);

const limit = {
  status: 403,
  headers: { 'retry-after': '1' },
  body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' },
};
const conflict = { status: 409, body: { message: 'Conflict' } };

/** What can go wrong between GitHub and a run; each is over after one time. */
const faults: readonly Fault[] = [
  { name: 'a 502', fits: always, passes: hides, strike: () => ({ status: 502 }) },
  {
    name: 'a 502 though it was done',
    fits: (spot) => isWrite(spot) && isFirst(spot),
    passes: hides,
    strike: () => ({ status: 502, done: true }),
  },
  { name: 'a lost answer', fits: isWrite, passes: hides, strike: () => 'after' },
  { name: 'a broken connection', fits: isFirst, passes: hides, strike: () => 'before' },
  { name: 'a secondary limit', fits: always, passes: always, strike: () => limit },
  { name: 'a conflict', fits: mayConflict, passes: never, strike: () => conflict },
  { name: 'an old answer', fits: never, passes: never, strike: answerOld },
  { name: 'a delay', fits: isWrite, passes: always, strike: () => sleep(300, undefined) },
];

async function answerOld({ path }: TappedCall, world: World): Promise<undefined> {
  await world.must('POST', '/_lab/faults', oldAnswerTo(path));
}

/** They wait for answers, and before they ask again, more than they work. */
const atOnce = 6;
/** How many requests of one run are struck by what passes. */
const together = 6;

interface Ends {
  readonly run: UndisturbedRun;
  readonly judge: Judge;
}

interface Harm {
  readonly spot: PromotionSpot;
  readonly fault: Fault;
}

/** A check that is seen late lets an older version go first, which is another story. */
const isCheck = ({ name }: PromotionSpot) => /\/(?:status|check-runs)$/.test(name);

/** Everything that can befall a run, at each of its requests. */
function harmsOf({ spots }: UndisturbedRun, aged: readonly PromotionSpot[]): Harm[][] {
  const all = faults.flatMap((fault) =>
    (fault.strike === answerOld
      ? aged.filter((spot) => !isCheck(spot))
      : spots.filter(fault.fits)
    ).map((spot) => ({ spot, fault })),
  );
  const alone = all.filter(({ spot, fault }) => !fault.passes(spot));
  return [...alone.map((harm) => [harm]), ...inGroups(all.filter((each) => !alone.includes(each)))];
}

/** No request twice in one group, and those of a group far from each other. */
function inGroups(harms: readonly Harm[]): Harm[][] {
  const byFault = faults.map((fault) => harms.filter((each) => each.fault === fault));
  return byFault.flatMap((same) => {
    const count = Math.ceil(same.length / together);
    const groups = Array.from({ length: count }, (_, at) =>
      same.filter((__, index) => index % count === at),
    );
    return groups.filter((group) => group.length > 0);
  });
}

/** What a run says that does not know what it did. */
const unknown = /it is not known whether|Run (?:it )?again/;

async function befall(kept: KeptScenario, harms: readonly Harm[], ends: Ends): Promise<string> {
  const told = await inCopy(kept, async (story, asked) => {
    const { tap } = story.world;
    const striker = new Striker(
      harms.map(({ spot, fault }) => ({ spot, strike: (call) => fault.strike(call, story.world) })),
    );
    tap.gate = striker.gate;
    const result = await story.run(asked.inputs, asked.by);
    tap.reset();
    if (striker.missed.length > 0) return 'hit nothing';
    const { exit, log } = result;
    if (exit !== 0 && (harms.every(({ spot }) => isRead(spot)) || !unknown.test(log)))
      return `exit ${exit}: ${log}`;
    if (exit === 0 && differenceOf(await promotionsEnd(story), ends.run.after) === '') return '';
    return ends.judge.restOf(story, asked, result);
  }).catch(String);
  return told && `${harms.map(nameOfHarm).join(', ')}: ${told}`;
}

function nameOfHarm({ spot, fault }: Harm): string {
  return `${fault.name} at ${spotName(spot)}`;
}

/** What several do together must be told of each by itself. */
async function befallAll(kept: KeptScenario, harms: readonly Harm[], ends: Ends) {
  const told = await befall(kept, harms, ends);
  if (told === '' || harms.length === 1) return [told];
  const words: string[] = [];
  for (const harm of harms) words.push(await befall(kept, [harm], ends));
  return words;
}

/**
 * Has everything that can befall a run befall each of its requests.
 * @param share Every which of them is played: 1 = all.
 */
export async function sweepFaults(kept: KeptScenario, share: number): Promise<Swept> {
  const run = await undisturbedRun(kept);
  const ends = { run, judge: new Judge(run) };
  const all = harmsOf(run, await spotsWithOldAnswer(kept));
  const harms = all.filter((_, index) => index % share === 0);
  const told = await inParallel(harms, atOnce, (each) => befallAll(kept, each, ends));
  return {
    requests: run.spots.length,
    disturbed: harms.flat().length,
    runs: harms.length,
    ends: ends.judge.played,
    words: told.flat().filter(Boolean),
  };
}
