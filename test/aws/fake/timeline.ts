interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * What happens when, without timers: steps that are due happen when someone looks. All times are those of
 * `now`; a service's second takes `1 / speed` of one.
 */
export class Timeline {
  readonly #now: () => number;
  readonly #speed: number;
  #due: Due[] = [];
  #order = 0;
  #shift = 0;
  /** The moment that is being played. */
  at: number;

  constructor(now: () => number, speed: number) {
    this.#now = now;
    this.#speed = speed;
    this.at = now();
  }

  /** In so many seconds of the service from the moment that is being played. */
  after(seconds: number, run: () => void): void {
    this.#order += 1;
    this.#due.push({ at: this.at + this.length(seconds), order: this.#order, run });
  }

  /** Milliseconds that so many seconds of the service take. */
  length(seconds: number): number {
    return (seconds * 1000) / this.#speed;
  }

  /** Plays everything that is due by now. */
  settle(): void {
    const until = this.#now() + this.#shift;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.at = Math.max(this.at, next.at);
      next.run();
    }
    this.at = Math.max(this.at, until);
  }

  /** Lets so many seconds of the service pass at once. */
  advance(seconds: number): void {
    this.#shift += this.length(seconds);
    this.settle();
  }

  #next(until: number): Due | undefined {
    this.#due.sort((a, b) => a.at - b.at || a.order - b.order);
    const [first] = this.#due;
    if (!first || first.at > until) return undefined;
    this.#due = this.#due.slice(1);
    return first;
  }
}
