/** A signal that is aborted with another one, or when the time is over. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** The time was over first. */
  readonly isOver: boolean;
  /** Stops the clock; the other signal is still heard. */
  stopClock(): void;
  /** Leaves nothing behind. */
  end(): void;
}

/** `AbortSignal.any` of a timeout can be collected before it fires (nodejs/node#54614), and holds on to its sources. */
export function timeLimit(signal: AbortSignal, milliseconds: number): TimeLimit {
  const controller = new AbortController();
  let isOver = false;
  const stop = () => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, milliseconds);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const stopClock = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    get isOver() {
      return isOver;
    },
    stopClock,
    end() {
      stopClock();
      signal.removeEventListener('abort', stop);
    },
  };
}
