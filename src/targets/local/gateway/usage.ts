import { setTimeout as delay } from 'node:timers/promises';

/** Who uses an instance, so that it neither sleeps nor ends under a request. */
export class Usage {
  readonly #now: () => number;
  #uses = 0;
  #requests = 0;
  #last: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#last = now();
  }

  /** Notes a use until the answer is called. A lasting one (a WebSocket) does not hold up the end of a release. */
  begin(options: { readonly lasting: boolean }): () => void {
    const weight = options.lasting ? 0 : 1;
    this.#uses += 1;
    this.#requests += weight;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#uses -= 1;
      this.#requests -= weight;
      this.#last = this.#now();
    };
  }

  /** As if it had been used just now. */
  touch(): void {
    this.#last = this.#now();
  }

  /** Milliseconds since the last use; 0 in use. */
  get idle(): number {
    return this.#uses > 0 ? 0 : this.#now() - this.#last;
  }

  /** Waits for the requests under way, at most so many milliseconds. */
  async requestsEnd(within: number): Promise<void> {
    const end = performance.now() + within;
    while (this.#requests > 0 && performance.now() < end) await delay(20);
  }
}
