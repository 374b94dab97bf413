import { inCopy, type KeptScenario } from './promotion-copies.ts';
import {
  differenceOf,
  type PromotionsEnd,
  promotionsEnd,
  promotionsState,
} from './promotion-end.ts';
import { type Asked, ask, later, nextRun, others } from './promotion-scenarios.ts';
import { type PromotionSpot, spotsOf } from './promotion-spots.ts';
import type { PipelineStory } from './promotion-story.ts';

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

export function undisturbedRun(kept: KeptScenario): Promise<UndisturbedRun> {
  return inCopy(kept, async (story, asked) => {
    const result = await ask(story, asked);
    const spots = spotsOf(story.world.tap.calls);
    const after = await promotionsEnd(story);
    await others(story, asked, result);
    for (const minutes of rounds) {
      await later(story, minutes);
      await nextRun(story, asked);
    }
    return { spots, after, end: await promotionsEnd(story) };
  });
}

/** Judges how a scenario ends after its run was disturbed. */
export class Judge {
  readonly #end: PromotionsEnd;
  readonly #known = new Map<string, Promise<string>>();

  constructor({ end }: UndisturbedRun) {
    this.#end = end;
  }

  /** How many ends were played. */
  get played(): number {
    return this.#known.size;
  }

  /**
   * Has the run asked for again, and others follow it, until there is what an undisturbed one leads to. From a state that
   * was judged before everything would go as it went then, so that it is not played again.
   * @param result What the disturbed run handed out; absent = it was killed.
   * @returns What is different at last; empty = nothing.
   */
  async restOf(
    story: PipelineStory,
    asked: Asked,
    result?: Awaited<ReturnType<typeof ask>>,
  ): Promise<string> {
    const { exit = 137, outputs = {} } = result ?? {};
    const key = `${exit} ${outputs.matrix ?? ''}\n${await promotionsState(story)}`;
    const known = this.#known.get(key) ?? this.#play(story, asked, result);
    this.#known.set(key, known);
    return known;
  }

  async #play(
    story: PipelineStory,
    asked: Asked,
    result: Awaited<ReturnType<typeof ask>> | undefined,
  ): Promise<string> {
    if (result?.exit === 0) await others(story, asked, result);
    let told = '';
    for (const [round, minutes] of rounds.entries()) {
      await later(story, minutes);
      if (round === 0) await others(story, asked, await ask(story, asked));
      else await nextRun(story, asked);
      told = differenceOf(await promotionsEnd(story), this.#end);
      if (told === '') return told;
    }
    return told;
  }
}

/** A scenario whose run was disturbed at each of its requests. */
export interface Swept {
  /** That the undisturbed run sent. */
  readonly requests: number;
  /** How often something was done to one of them. */
  readonly disturbed: number;
  readonly runs: number;
  /** How many different ends those had that were played on until all was at rest. */
  readonly ends: number;
  /** What was not as it should be. */
  readonly words: readonly string[];
}

export function describeSweep(
  name: string,
  { requests, disturbed, runs, ends }: Swept,
  milliseconds: number,
): string {
  const seconds = (milliseconds / 1000).toFixed(0);
  return `${name}: ${requests} requests, disturbed ${disturbed} times in ${runs} runs, ${ends} ends, ${seconds} s`;
}
