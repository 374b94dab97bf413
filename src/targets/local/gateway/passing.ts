import type { Leftover } from '../../target.ts';
import type { Machine } from './machine.ts';
import type { Release } from './release.ts';
import { removeTraces } from './traces.ts';

/** The releases of a preview that are starting or on their way out: nothing of them is to stay. */
export class Passing {
  readonly #machine: Machine;
  readonly #repository: string;
  readonly #changed: () => void;
  /** What is left of each, once it is on its way out. */
  readonly #left = new Map<string, Promise<readonly Leftover[]>>();

  constructor(machine: Machine, repository: string, changed: () => void) {
    this.#machine = machine;
    this.#repository = repository;
    this.#changed = changed;
  }

  /** Also those of which something could not be removed. */
  get ids(): readonly string[] {
    return [...this.#left.keys()];
  }

  add(id: string): void {
    this.#left.set(id, Promise.resolve([]));
  }

  /** One that is to stay. */
  keep(id: string): void {
    this.#left.delete(id);
  }

  /** Removes a release. Never rejects: what goes wrong is something left. */
  retire(
    release: Release,
    options: { readonly stopCommand: boolean },
  ): Promise<readonly Leftover[]> {
    const { id } = release.parts;
    return this.#track(id, release.dispose(options));
  }

  /** Removes what is known by its id only. */
  retrace(id: string): Promise<readonly Leftover[]> {
    return this.#track(id, removeTraces(this.#machine, this.#repository, id));
  }

  /** Waits for all, tries once more where something was left, and answers what still is. */
  async finish(): Promise<readonly Leftover[]> {
    await this.settled();
    const again = this.ids.map((id) => this.retrace(id));
    return (await Promise.all(again)).flat();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#left.values());
  }

  #track(id: string, removal: Promise<readonly Leftover[]>): Promise<readonly Leftover[]> {
    const left = removal
      .catch((error: Error) => [{ type: 'release', id, reason: error.message }])
      .then((leftovers) => {
        if (leftovers.length === 0) this.#left.delete(id);
        for (const { type, id: what, reason } of leftovers) {
          this.#machine.report(`left behind: ${type} ${what}: ${reason}`);
        }
        this.#changed();
        return leftovers;
      });
    this.#left.set(id, left);
    return left;
  }
}
