/** Waits; rejects with the signal's reason when that is aborted. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Rejects with the signal's reason as soon as that is aborted, and leaves no timer behind. */
export function pauseFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
