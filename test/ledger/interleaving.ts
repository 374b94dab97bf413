import type { Fate } from '../fakes/in-memory-refs.ts';

/** One step of a schedule: whose turn it is, what becomes of the call, and how much time passes. */
export interface Step {
  readonly turn: number;
  readonly fate: Fate;
  readonly milliseconds: number;
}

/** Workers that take turns at every call, in an order that a test chose. */
export interface Interleaving {
  /** Milliseconds since the start, the same for all. */
  elapsed(): number;
  /** Waits for the worker's turn; answers what becomes of the call it is about to make. */
  turn(): Promise<Fate>;
  /** From now on everything goes well. */
  calm(): void;
  /** Lets workers go until none waits any more. `watch` looks at the world between two steps. */
  run(watch: () => void): Promise<void>;
}

const calm: Step = { turn: 0, fate: { kind: 'well' }, milliseconds: 1_000 };

/** Follows the steps; after the last one everything goes well, in the order of asking. */
export function interleaving(steps: readonly Step[]): Interleaving {
  const waiting: ((fate: Fate) => void)[] = [];
  let elapsed = 0;
  let index = 0;
  return {
    elapsed: () => elapsed,
    calm: () => {
      index = steps.length;
    },
    turn: () => new Promise((resolve) => waiting.push(resolve)),
    run: async (watch) => {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        watch();
        const step = steps[index] ?? calm;
        const [next] = waiting.splice(step.turn % Math.max(1, waiting.length), 1);
        if (!next) return;
        index += 1;
        elapsed += step.milliseconds;
        next(step.fate);
      }
    },
  };
}
