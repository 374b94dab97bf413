import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from './lab.ts';
import { type Look, look } from './look.ts';
import { type RunRecord, trigger } from './run-record.ts';
import type { Tell } from './story-event.ts';

/** What a story is told with. */
export interface StoryParts {
  readonly tell: Tell;
  readonly now: () => number;
  /** Ends the story where it is. */
  readonly signal: AbortSignal;
}

/** Where in time something began: the clock, and the runs there were. */
export interface Mark {
  readonly at: number;
  readonly run: number;
}

/** A deploy that is expected. */
export interface Expected {
  readonly number: number;
  readonly commit: string;
  readonly start: Mark;
  readonly what: 'created' | 'updated';
}

interface Seen {
  readonly url: string;
  readonly commit: string;
}

/** The longest that a run may take before the story goes on without it: an `install` may be slow. */
const runLimit = 10 * 60_000;
const lookLimit = 5_000;

/** Looks at what really is: runs, outputs, and what addresses answer. Each fault is kept and told. */
export class Observation {
  readonly faults: string[] = [];
  readonly #lab: Lab;
  readonly #tell: Tell;
  readonly #now: () => number;
  readonly #signal: AbortSignal;
  readonly #seen = new Map<number, Seen>();

  constructor(lab: Lab, { tell, now, signal }: StoryParts) {
    this.#lab = lab;
    this.#tell = tell;
    this.#now = now;
    this.#signal = signal;
  }

  /** Remembers where things stand, so that what follows can be told from it. */
  mark(): Mark {
    return { at: this.#now(), run: this.#lab.dispatcher.runs().at(-1)?.id ?? 0 };
  }

  fault(what: string, detail?: string): void {
    this.faults.push(detail === undefined ? what : `${what}: ${detail}`);
    this.#tell({ event: 'check', what, ok: false, ...(detail !== undefined && { detail }) });
  }

  /** Whether a preview of the pull request was seen to answer. */
  answers(number: number): boolean {
    return this.#seen.has(number);
  }

  /** The commit that was last seen to answer for a pull request. */
  commitOf(number: number): string {
    return this.#seen.get(number)?.commit ?? '';
  }

  /** Waits for the run, then looks whether the address answers with exactly that commit. */
  async deployed({ number, commit, start, what }: Expected): Promise<void> {
    const run = await this.#run(number, start);
    if (!run) return;
    const url = run.outputs.url ?? '';
    if (run.conclusion !== 'success') return this.told(run);
    const answer = await this.#eventually(url, (seen) => this.#isCommit(seen, number, commit));
    if (answer !== undefined) {
      this.told(run);
      return this.fault(`${url} does not answer with ${commit}`, answer);
    }
    this.#seen.set(number, { url, commit });
    const ready = this.#now() - start.at;
    this.#tell({ event: 'preview', what, url, commit, 'pull-request': number, 'ready-ms': ready });
    this.told(run);
    if (run.outputs.state !== what)
      this.fault(`the run's state should be ${what}`, run.outputs.state);
  }

  /** Waits for the run of a closed pull request, then looks whether the address is free again. */
  async removed(number: number, start: Mark): Promise<void> {
    const run = await this.#run(number, start);
    if (!run) return;
    this.told(run);
    await this.isGone(number);
  }

  /** Looks whether the gateway knows nothing of the preview any more, and says so. */
  async isGone(number: number): Promise<void> {
    const seen = this.#seen.get(number);
    if (!seen) return;
    const answer = await this.#eventually(seen.url, async ({ status }) => status === 404);
    const listed = (await this.#lab.gateway.previews()).some((one) => one.pullRequest === number);
    if (answer !== undefined) return this.fault(`${seen.url} should be gone`, answer);
    if (listed) return this.fault(`the preview of #${number} should be gone`);
    this.#tell({ event: 'gone', url: seen.url, 'pull-request': number });
  }

  /** Looks whether the preview still answers with the commit it had. */
  async stillAnswers(number: number): Promise<void> {
    const seen = this.#seen.get(number);
    if (!seen) return;
    const answer = await this.#eventually(seen.url, (found) =>
      this.#isCommit(found, number, seen.commit),
    );
    const what = `${seen.url} still answers with ${seen.commit.slice(0, 7)}`;
    if (answer === undefined) this.#tell({ event: 'check', what, ok: true });
    else this.fault(what, answer);
  }

  /** Tells a run; a failed one is a fault. */
  told(run: RunRecord): void {
    const errors = run.annotations.filter(({ level }) => level === 'error');
    this.#tell({
      event: 'run',
      id: run.id,
      on: trigger(run),
      conclusion: run.conclusion ?? 'cancelled',
      exit: run.exit ?? 1,
      'wall-ms': run.wallMs ?? 0,
      outputs: run.outputs,
      errors: errors.map(({ message }) => message),
    });
    if (run.conclusion !== 'success')
      this.faults.push(
        `run ${run.id} on ${trigger(run)} failed: ${run.outputs.reason ?? errors[0]?.message ?? `exit ${run.exit}`}`,
      );
  }

  /** The run that the mark's event started; told as a fault when none comes. */
  async #run(number: number, start: Mark): Promise<RunRecord | undefined> {
    const until = this.#now() + runLimit;
    const opened = this.#now() + lookLimit;
    for (;;) {
      const run = this.#lab.dispatcher
        .runs()
        .find(({ id, pullRequest }) => id > start.run && pullRequest === number);
      if (run?.status === 'completed') return run;
      if (this.#now() > (run ? until : opened)) break;
      await pause(20, undefined, { signal: this.#signal });
    }
    this.fault(`no run for #${number} came to an end`);
    return undefined;
  }

  /** `undefined` once the address is as it should be; else what it answered last. */
  async #eventually(
    url: string,
    holds: (seen: Look) => Promise<boolean>,
  ): Promise<string | undefined> {
    const until = this.#now() + lookLimit;
    for (;;) {
      const seen = await look(url).catch((error: Error) => error);
      if (!(seen instanceof Error) && (await holds(seen))) return undefined;
      if (this.#now() > until)
        return seen instanceof Error ? seen.message : `status ${seen.status}`;
      await pause(50, undefined, { signal: this.#signal });
    }
  }

  /** The sample shows its commit; of any other application the gateway says which commit it runs. */
  async #isCommit(seen: Look, number: number, commit: string): Promise<boolean> {
    if (this.#lab.project.sample) return seen.status === 200 && seen.body.includes(commit);
    const preview = (await this.#lab.gateway.previews()).find((one) => one.pullRequest === number);
    return preview?.commit === commit && seen.status !== 404 && seen.status < 502;
  }
}
