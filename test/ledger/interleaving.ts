import type { RefStore } from '../../src/ledger/ref-store.ts';
import type { Fate } from '../fakes/in-memory-refs.ts';

/** One step of a schedule: whose turn it is, what becomes of its call, and how much time passes. */
export interface Step {
  readonly turn: number;
  readonly swap: Fate;
  /** Of any other call. */
  readonly other: Fate;
  readonly milliseconds: number;
}

/** Workers that take turns at every call, in an order that a test chose. */
export interface Interleaving {
  /** Milliseconds since the start, the same for all. */
  elapsed(): number;
  /** Waits for the worker's turn; answers what becomes of the call it is about to make. */
  turn(method?: keyof RefStore): Promise<Fate>;
  /** From now on everything goes well. */
  calm(): void;
  /** Lets workers go until none waits any more. `watch` looks at the world between two steps. */
  run(watch: () => void): Promise<void>;
}

const well: Fate = { kind: 'well' };
const calm: Step = { turn: 0, swap: well, other: well, milliseconds: 1_000 };

/** Follows the steps; after the last one everything goes well, in the order of asking. */
export function interleaving(steps: readonly Step[]): Interleaving {
  const waiting: ((step: Step) => void)[] = [];
  let elapsed = 0;
  let index = 0;
  return {
    elapsed: () => elapsed,
    calm: () => {
      index = steps.length;
    },
    turn: (method) =>
      new Promise((resolve) => {
        waiting.push(({ swap, other }) => resolve(method === 'swap' ? swap : other));
      }),
    run: async (watch) => {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        watch();
        const step = steps[index] ?? calm;
        const [next] = waiting.splice(step.turn % Math.max(1, waiting.length), 1);
        if (!next) return;
        index += 1;
        elapsed += step.milliseconds;
        next(step);
      }
    },
  };
}
