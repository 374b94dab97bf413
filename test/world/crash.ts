import { isDeepStrictEqual } from 'node:util';
import type { Observed } from './observe.ts';
import type { Cut, TappedCall } from './tap.ts';
import {
  inWorld,
  type StepSettings,
  type Trigger,
  type World,
  type WorldOptions,
} from './world.ts';

/** A run that is killed at each of its external calls. */
export interface Scenario {
  readonly options?: WorldOptions;
  readonly settings?: StepSettings;
  /** Brings a fresh world to where the run begins. */
  prepare(world: World): Promise<Trigger>;
}

/** One place where a run can be cut off. */
export interface Boundary {
  /** Index into the world's taps. */
  readonly tap: number;
  readonly call: number;
  readonly name: string;
  readonly cut: Cut;
}

/** What an undisturbed run does: the calls that it makes, and how it all ends. */
export interface Undisturbed {
  readonly boundaries: readonly Boundary[];
  readonly end: Observed;
}

/** Runs the scenario once without harm. */
export async function undisturbed(scenario: Scenario): Promise<Undisturbed> {
  let seen: Undisturbed | undefined;
  await inWorld(scenario.options ?? {}, async (world) => {
    const trigger = await prepared(scenario, world);
    const { exit, log } = await world.step(trigger, scenario.settings);
    if (exit !== 0) throw new Error(`the undisturbed run failed: ${log}`);
    const boundaries = world.taps.flatMap(({ calls }, tap) =>
      calls.flatMap((call) => boundariesOf(call, tap)),
    );
    seen = { boundaries, end: await world.observe() };
  });
  if (!seen) throw new Error('nothing ran');
  return seen;
}

/** An answer that comes in parts can also be lost in the middle. */
function boundariesOf({ method, path, index }: TappedCall, tap: number): readonly Boundary[] {
  const cuts: readonly Cut[] =
    path === '/deploy' || path === '/destroy' ? ['before', 'during', 'after'] : ['before', 'after'];
  const name = `${method} ${path.replace(/\?.*/, '')}`;
  return cuts.map((cut) => ({ tap, call: index, name: `${name} (call ${index})`, cut }));
}

/** Kills the run at one boundary, runs it again, and answers what is not as after an undisturbed run. */
export async function crashAt(
  scenario: Scenario,
  { tap, call, name, cut }: Boundary,
  end: Observed,
): Promise<string | undefined> {
  let fault: string | undefined;
  await inWorld(scenario.options ?? {}, async (world) => {
    const trigger = await prepared(scenario, world);
    const running = world.start(trigger, scenario.settings);
    let isCut = false;
    for (const one of world.taps) one.atCut = running.kill;
    const tapped = world.taps[tap];
    if (!tapped) throw new Error('no such tap');
    tapped.gate = ({ index }) => {
      if (index !== call) return undefined;
      isCut = true;
      return cut;
    };
    const killed = await running.finished;
    for (const one of world.taps) one.reset();
    const again = await world.step(trigger, scenario.settings);
    const where = `killed ${cut} ${name}`;
    if (!isCut || killed.exit !== 137) fault = `${where}: was not killed (exit ${killed.exit})`;
    else if (again.exit !== 0) fault = `${where}: the second run failed: ${again.log}`;
    else fault = difference(where, await world.observe(), end);
  });
  return fault;
}

/** A world where the run is about to begin, with nothing counted yet. */
export async function prepared(scenario: Scenario, world: World): Promise<Trigger> {
  const trigger = await scenario.prepare(world);
  await world.observe();
  for (const tap of world.taps) tap.reset();
  return trigger;
}

/** Which parts differ, and how. */
function difference(where: string, seen: Observed, end: Observed): string | undefined {
  const parts = (Object.keys(end) as (keyof Observed)[]).filter(
    (part) => !isDeepStrictEqual(seen[part], end[part]),
  );
  if (parts.length === 0) return undefined;
  const told = parts.map(
    (part) => `${part}: ${JSON.stringify(seen[part])} instead of ${JSON.stringify(end[part])}`,
  );
  return `${where}: ${told.join('; ')}`;
}

/** Does the work for each item, a few at a time; answers in order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as Item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
