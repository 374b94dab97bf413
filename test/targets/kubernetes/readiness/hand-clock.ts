import { type Instant, instant } from '../../../../src/core/time.ts';
import type { Pause } from '../../../../src/targets/pause.ts';

interface Timer {
  readonly at: number;
  readonly end: () => void;
}

/** A clock that stands still until a test moves it; whoever paused goes on in order. */
export class HandClock {
  private readonly timers = new Set<Timer>();
  private moment = Date.parse('2026-11-21T10:00:00Z');

  readonly now = (): Instant => instant(this.moment);

  readonly pause: Pause = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const timer = { at: this.moment + milliseconds, end: resolve };
      this.timers.add(timer);
      const stop = () => {
        this.timers.delete(timer);
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
    });

  async advance(milliseconds: number): Promise<void> {
    const end = this.moment + milliseconds;
    for (;;) {
      await settle();
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.moment = Math.max(this.moment, next.at);
      this.timers.delete(next);
      next.end();
    }
    this.moment = end;
    await settle();
  }
}

/** Everything that can go on without the clock has gone on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
