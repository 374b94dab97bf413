/** Has work on one thing done one after another; work on different things goes on side by side. */
export class Turns {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Does the work when all that was asked for before is over, however that ended. */
  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const mine = (this.#tails.get(name) ?? Promise.resolve()).then(work);
    const tail = mine.catch(() => undefined);
    this.#tails.set(name, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    }
  }
}
