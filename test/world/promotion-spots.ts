import { inCopy, type KeptScenario } from './promotion-copies.ts';
import { ask } from './promotion-scenarios.ts';
import type { Gate, TappedCall } from './tap.ts';
import type { World } from './world.ts';

/** One request of a run, told from its others. */
export interface PromotionSpot {
  readonly method: string;
  /** As `nameOf` says. */
  readonly name: string;
  /** Counts the run's requests of this name, from 1. */
  readonly nth: number;
}

/** What befalls one request. */
export interface Strike {
  readonly spot: PromotionSpot;
  readonly strike: Gate;
}

export function spotsOf(calls: readonly Pick<TappedCall, 'method' | 'path'>[]): PromotionSpot[] {
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

/** Strikes some requests of the calls to come, each once, and no other. */
export class Striker {
  readonly gate: Gate;
  readonly #left: Set<Strike>;

  constructor(strikes: readonly Strike[]) {
    this.#left = new Set(strikes);
    const count = counter();
    const struck = new Set<string>();
    this.gate = async (call) => {
      const name = nameOf(call);
      // A request that is sent once more is none of those that the undisturbed run sent.
      if (struck.delete(`${call.method} ${call.path}`)) return undefined;
      const nth = count(name);
      const hit = [...this.#left].find(({ spot }) => spot.name === name && spot.nth === nth);
      if (!hit) return undefined;
      this.#left.delete(hit);
      const verdict = await hit.strike(call);
      if (verdict !== undefined) struck.add(`${call.method} ${call.path}`);
      return verdict;
    };
  }

  /** Requests that did not come. */
  get missed(): readonly PromotionSpot[] {
    return [...this.#left].map(({ spot }) => spot);
  }
}

/** Requests of the run to which GitHub could give an answer of before the last change, and that is another one. */
export function spotsWithOldAnswer(kept: KeptScenario): Promise<PromotionSpot[]> {
  return inCopy(kept, async (story, asked) => {
    const { tap } = story.world;
    const differing = new Set<TappedCall>();
    let last = Promise.resolve();
    tap.gate = async (call) => {
      if (call.method !== 'GET') return undefined;
      // One at a time, so that no other request gets the old answer.
      const answers = last.then(() => bothAnswers(story.world, call));
      last = answers.then(() => {});
      const { now, old } = await answers;
      if (old.text !== now.text) differing.add(call);
      const isFile = call.headers.accept?.includes('raw');
      return isFile ? undefined : { ...now, body: JSON.parse(now.text) };
    };
    await ask(story, asked);
    const { calls } = tap;
    return spotsOf(calls).filter((_, index) => differing.has(calls[index] as TappedCall));
  });
}

async function bothAnswers(world: World, { path, headers }: TappedCall) {
  const { accept = '*/*', authorization = '' } = headers;
  const get = async () => {
    const sent = { headers: { accept, authorization, 'user-agent': 'world' } };
    const answer = await fetch(world.github.url + path, sent);
    const { link } = Object.fromEntries(answer.headers);
    return { status: answer.status, text: await answer.text(), headers: link ? { link } : {} };
  };
  const now = await get();
  await world.must('POST', '/_lab/faults', oldAnswerTo(path));
  return { now, old: await get() };
}

/** As the stand-in takes it: the next request there is answered as before the last change. */
export function oldAnswerTo(path: string) {
  return { match: { method: 'GET', path: path.split('?')[0] }, action: 'stale-read' };
}
