import type { StepResult } from '../../src/lab/step/step.ts';
import type { Cut, TappedCall } from './tap.ts';
import type { Trigger, World } from './world.ts';

/** How a crowd of runs goes. */
export interface Crowd {
  readonly size: number;
  readonly trigger: Trigger;
  readonly permissions: Record<string, 'read' | 'write'>;
  /** What time it is for each of them. */
  readonly now: (index: number) => string;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Share of the runs that are killed at some call, and chance of each write to be the last. */
  readonly kills: { readonly runs: number; readonly writes: number };
}

/** What came of it. */
export interface Raced {
  readonly killed: number;
  /** Of those that lived. */
  readonly results: readonly StepResult[];
  readonly tokens: readonly string[];
}

interface Racer {
  readonly token: string;
  /** At which of its calls it dies, if it comes that far. */
  readonly doom: number | undefined;
  readonly running: ReturnType<World['start']>;
  calls: number;
  killed: boolean;
}

/** About as many calls as a run makes. */
const calls = 20;
const longestWait = 20_000;

/**
 * Runs of promote-environment that all send their first request at the same moment. Some are killed with SIGKILL while a
 * call of theirs is under way: before it has any effect, or with its answer lost.
 */
export async function race(world: World, crowd: Crowd): Promise<Raced> {
  const { size, random, kills } = crowd;
  const racers = new Map<string, Racer>();
  for (let index = 0; index < size; index += 1) {
    const doom = random() < kills.runs ? 1 + Math.floor(random() * calls) : undefined;
    const racer = started(world, crowd, index, doom);
    racers.set(`token ${racer.token}`, racer);
  }
  const all = [...racers.values()];
  world.tap.hold = startingGun(racers);
  world.tap.gate = (call) => verdict(racers.get(callerOf(call)), call, crowd);
  const results = await Promise.all(all.map(({ running }) => running.finished));
  world.tap.reset();
  return {
    killed: all.filter(({ killed }) => killed).length,
    results: results.filter((_, index) => !all[index]?.killed),
    tokens: all.map(({ token }) => token),
  };
}

function started(world: World, crowd: Crowd, index: number, doom: number | undefined): Racer {
  const { trigger, permissions, now } = crowd;
  const token = world.tokenFor(trigger, permissions);
  const running = world.start(trigger, {
    action: 'promote-environment',
    token,
    env: { UNDERSTUDY_NOW: now(index) },
  });
  return { token, doom, running, calls: 0, killed: false };
}

function callerOf({ headers }: TappedCall): string {
  return headers.authorization ?? '';
}

/** Nobody's first call goes on before everybody's is there, or one has waited for too long. */
function startingGun(racers: ReadonlyMap<string, Racer>): (call: TappedCall) => Promise<void> {
  const there = new Set<string>();
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  const timer = setTimeout(fire, longestWait);
  return async (call) => {
    there.add(callerOf(call));
    if (there.size === racers.size) {
      clearTimeout(timer);
      fire();
    }
    await fired;
  };
}

function verdict(racer: Racer | undefined, { method }: TappedCall, crowd: Crowd): Cut | undefined {
  if (!racer) return undefined;
  racer.calls += 1;
  const { random, kills } = crowd;
  const isLast =
    racer.calls === racer.doom || (method !== 'GET' && kills.writes > 0 && random() < kills.writes);
  if (!isLast || racer.killed) return undefined;
  racer.killed = true;
  void racer.running.kill();
  return random() < 0.5 ? 'before' : 'after';
}
