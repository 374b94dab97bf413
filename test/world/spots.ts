import type { Trouble } from '../cluster/api-proxy.ts';
import { inParallel } from './crash.ts';
import type { Occasion, Stage, StagedPreview } from './staged-previews.ts';

/** One request of a run to the API server, told from its others. */
export interface Spot {
  readonly method: string;
  /** As `StagedPreview.nameOf` calls it. */
  readonly name: string;
  /** Counts the run's requests of this name, from 1. */
  readonly nth: number;
}

/** What goes wrong with some requests of one run. */
export interface Harm {
  readonly spots: readonly Spot[];
  readonly trouble: Trouble;
}

/** What a run does that nothing disturbs, and what there is afterwards. */
export interface Undisturbed {
  readonly spots: readonly Spot[];
  readonly end: readonly string[];
}

type PerOccasion<Value> = Readonly<Record<Occasion, Value>>;

const occasions: readonly Occasion[] = ['deploy', 'update', 'teardown'];

/** Lets a preview come, change and go without harm. */
export async function undisturbed(own: StagedPreview): Promise<PerOccasion<Undisturbed>> {
  const found: Partial<Record<Occasion, Undisturbed>> = {};
  for (const occasion of occasions) {
    const trigger = await own.bring(occasion);
    own.api.calls.length = 0;
    const { exit, log } = await own.start(trigger).finished;
    if (exit !== 0) throw new Error(`the undisturbed ${occasion} failed: ${log}`);
    found[occasion] = { spots: spotsOf(own), end: await own.look() };
  }
  return found as Record<Occasion, Undisturbed>;
}

/** What is to be done to the runs of each occasion. */
export function harmsFor(
  calm: PerOccasion<Undisturbed>,
  harmsOf: (run: Undisturbed) => readonly Harm[],
): PerOccasion<readonly Harm[]> {
  const { deploy, update, teardown } = calm;
  return { deploy: harmsOf(deploy), update: harmsOf(update), teardown: harmsOf(teardown) };
}

/** How often a run looks whether something is so by now differs from run to run. */
const mostLooks = 2;

function spotsOf({ api, nameOf }: StagedPreview): Spot[] {
  const count = counter();
  return api.calls
    .map((call) => ({ method: call.method, name: nameOf(call), nth: count(nameOf(call)) }))
    .filter(({ method, nth }) => method !== 'GET' || nth <= mostLooks);
}

/** Harms the next run. */
export function strike({ api, nameOf }: StagedPreview, { spots, trouble }: Harm): void {
  const count = counter();
  api.calls.length = 0;
  api.decide = (call) => {
    const name = nameOf(call);
    const nth = count(name);
    return spots.some((spot) => spot.name === name && spot.nth === nth) ? trouble : undefined;
  };
}

function counter(): (name: string) => number {
  const seen = new Map<string, number>();
  return (name) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth;
  };
}

/** Whether anything of it went wrong; from now on nothing does. */
export function struck({ api }: StagedPreview): boolean {
  api.decide = () => undefined;
  api.beforeBreak = async () => {};
  return api.calls.some(({ trouble }) => trouble !== undefined);
}

/** Runs at a time. They compute half of the time, and wait for the cluster the other half. */
const atOnce = 4;
/** A run on what a second run left may have less to ask. */
const mostTries = 4;

/**
 * Runs with one harm, or none, and compares with an undisturbed run. Tells what is not as after that one: '' for nothing;
 * `undefined` where it never came to the request.
 */
export type Play = (
  own: StagedPreview,
  occasion: Occasion,
  harm: Harm | undefined,
  calm: Undisturbed,
) => Promise<string | undefined>;

/** Plays runs, each with one harm, until every harm has had its turn; answers what was told. */
export async function playAll(
  stage: Stage,
  calm: PerOccasion<Undisturbed>,
  harms: PerOccasion<readonly Harm[]>,
  play: Play,
): Promise<readonly string[]> {
  const left = occasions.map((occasion) => ({ occasion, harms: [...harms[occasion]] }));
  const tries = new Map<Harm, number>();
  const told: string[] = [];
  const playOne = async (own: StagedPreview, { occasion, harms }: (typeof left)[number]) => {
    const harm = harms.shift();
    const words = await play(own, occasion, harm, calm[occasion]);
    if (words) told.push(words);
    if (words !== undefined || !harm) return words;
    const count = (tries.get(harm) ?? 0) + 1;
    tries.set(harm, count);
    if (count < mostTries) harms.push(harm);
    else told.push(`${occasion} never came to ${describeHarm(harm)}`);
    return words;
  };
  const worker = async () => {
    for (;;) {
      const last = left.findLastIndex(({ harms }) => harms.length > 0);
      if (last < 0) return;
      const own = await stage.preview();
      for (const one of left.slice(0, last + 1)) {
        // What goes on from a fault would only tell of it again.
        if (await playOne(own, one)) break;
      }
      await own.end();
    }
  };
  await inParallel(Array.from({ length: atOnce }), atOnce, worker);
  return told;
}

/** As `reset at PATCH /api/v1/namespaces/{namespace} (2)`. */
export function describeHarm({ spots, trouble }: Harm): string {
  const [{ name, nth } = { name: 'nothing', nth: 1 }] = spots;
  const which = spots.length > 1 ? `${spots.length} requests` : name + (nth > 1 ? ` (${nth})` : '');
  return `${trouble} at ${which}`;
}

/** What is not as it should be; empty once it is. Pods end a little after a run. */
export async function difference(
  own: StagedPreview,
  end: readonly string[],
  patience = 5000,
): Promise<string> {
  for (const last = Date.now() + patience; ; await new Promise((go) => setTimeout(go, 100))) {
    const seen = await own.look();
    const [more, less] = [without(seen, end), without(end, seen)];
    if (more.length + less.length === 0) return '';
    if (Date.now() > last) return `there is ${more.join('\n')}\ninstead of ${less.join('\n')}`;
  }
}

function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
