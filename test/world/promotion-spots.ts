import { differenceOf, type PromotionsEnd, promotionsEnd } from './promotion-end.ts';
import {
  type Asked,
  ask,
  inCopy,
  type KeptScenario,
  later,
  nextRun,
  others,
} from './promotion-scenarios.ts';
import type { PipelineStory } from './promotion-story.ts';
import type { Gate, TappedCall } from './tap.ts';

/** One request of a run, told from its others. */
export interface PromotionSpot {
  readonly method: string;
  /** As `nameOf` says. */
  readonly name: string;
  /** Counts the run's requests of this name, from 1. */
  readonly nth: number;
}

/** What a run does that nothing disturbs, and what there is after it. */
export interface UndisturbedRun {
  readonly spots: readonly PromotionSpot[];
  /** Right after it. */
  readonly after: PromotionsEnd;
  /** When all has come to rest. */
  readonly end: PromotionsEnd;
}

/** Minutes: the leases of a run that died are over after the first, and waits before a further attempt after each. */
const rounds = [11, 2, 2, 2] as const;

export async function undisturbedRun(kept: KeptScenario): Promise<UndisturbedRun> {
  const found: UndisturbedRun[] = [];
  await inCopy(kept, async (story, asked) => {
    const result = await ask(story, asked);
    const spots = spotsOf(story.world.tap.calls);
    const after = await promotionsEnd(story);
    await others(story, asked, result);
    for (const minutes of rounds) {
      await later(story, minutes);
      await nextRun(story, asked);
    }
    found.push({ spots, after, end: await promotionsEnd(story) });
  });
  const [only] = found;
  if (!only) throw new Error('nothing ran');
  return only;
}

/**
 * Has a run that was disturbed asked for again, and others follow it, until there is what an undisturbed one leads to.
 * @returns What is different at last; empty = nothing.
 */
export async function comeToRest(
  story: PipelineStory,
  asked: Asked,
  end: PromotionsEnd,
): Promise<string> {
  let told = '';
  for (const [round, minutes] of rounds.entries()) {
    await later(story, minutes);
    if (round === 0) await others(story, asked, await ask(story, asked));
    else await nextRun(story, asked);
    told = differenceOf(await promotionsEnd(story), end);
    if (told === '') return told;
  }
  return told;
}

function spotsOf(calls: readonly TappedCall[]): PromotionSpot[] {
  const nth = counter();
  return calls.map((call) => ({ method: call.method, name: nameOf(call), nth: nth(nameOf(call)) }));
}

/** As `GET /git/commits/*`: without the repository, ids and commits made a star. */
export function nameOf({ method, path }: Pick<TappedCall, 'method' | 'path'>): string {
  const [bare = ''] = decodeURIComponent(path).replace('/repos/acme/app', '').split('?');
  return `${method} ${bare.replace(/[0-9a-f]{40}/g, '*').replace(/\/\d+(?=\/|$)/g, '/*')}`;
}

/** As `POST /pulls (2)`. */
export function spotName({ name, nth }: PromotionSpot): string {
  return nth > 1 ? `${name} (${nth})` : name;
}

function counter(): (name: string) => number {
  const seen = new Map<string, number>();
  return (name) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth;
  };
}

/** Strikes one request of the calls to come, and no other. */
export class Striker {
  /** Whether the request came. */
  struck = false;
  readonly gate: Gate;

  constructor(spot: PromotionSpot, strike: Gate) {
    const count = counter();
    this.gate = (call) => {
      const name = nameOf(call);
      const nth = count(name);
      if (this.struck || name !== spot.name || nth !== spot.nth) return undefined;
      this.struck = true;
      return strike(call);
    };
  }
}

/** So many of a list, spread evenly over it, the first and the last among them. */
export function someOf<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const step = most > 1 ? (items.length - 1) / (most - 1) : 0;
  const at = Array.from({ length: most }, (_, index) => Math.round(index * step));
  return at.flatMap((index) => items[index] ?? []);
}
