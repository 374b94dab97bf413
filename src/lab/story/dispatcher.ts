import type { StepResult } from '../step/step.ts';
import type { RunRecord } from './run-record.ts';

/** A webhook event, as far as a workflow's `on:` looks at it. */
export interface Trigger {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a run is told of itself. */
export interface RunHandle {
  readonly id: number;
  /** Takes the log, line by line. */
  readonly onLine: (line: string) => void;
  /** Aborted when the run is to be cancelled. */
  readonly signal: AbortSignal;
}

/** What the dispatcher is given to run a workflow with. */
export interface DispatcherParts {
  /** Runs the root action for the event. */
  readonly run: (trigger: Trigger, run: RunHandle) => Promise<StepResult>;
  readonly now: () => number;
  /** Called whenever a run changes. */
  readonly changed: (run: RunRecord) => void;
}

/** `types:` of the example workflow. */
const types: Readonly<Record<string, readonly string[] | undefined>> = {
  pull_request: [
    'opened',
    'synchronize',
    'reopened',
    'ready_for_review',
    'labeled',
    'unlabeled',
    'edited',
    'closed',
  ],
  issue_comment: ['created'],
};

const keptRuns = 100;
const keptLines = 2_000;

/** Does what GitHub does with the example workflow: runs by event, one at a time for each pull request. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #runs = new Map<number, RunRecord>();
  readonly #queues = new Map<string, Promise<unknown>>();
  #lastId = 0;
  readonly #closing = new AbortController();
  #lose: ((trigger: Trigger) => boolean) | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** All runs that are kept, oldest first. */
  runs(): readonly RunRecord[] {
    return [...this.#runs.values()];
  }

  /** The next event that fits triggers nothing, as when GitHub loses one. */
  loseNext(fits: (trigger: Trigger) => boolean): void {
    this.#lose = fits;
  }

  /** No event starts a run any more; those under way are cancelled and waited for. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.idle();
  }

  /** Starts the workflow's run if it listens to the event; `undefined` when it does not. */
  dispatch(trigger: Trigger): Promise<RunRecord> | undefined {
    if (this.#closing.signal.aborted || !listens(trigger)) return undefined;
    if (this.#lose?.(trigger)) {
      this.#lose = undefined;
      return undefined;
    }
    const run = this.#open(trigger);
    const group = run.pullRequest ? `pull-request-${run.pullRequest}` : 'sweep';
    const before = this.#queues.get(group) ?? Promise.resolve();
    const finished = before.then(() => this.#carryOut(trigger, run.id));
    this.#queues.set(group, finished);
    return finished;
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  #open(trigger: Trigger): RunRecord {
    this.#lastId += 1;
    const { action } = trigger.payload;
    const pullRequest = numberOf(trigger);
    const run: RunRecord = {
      id: this.#lastId,
      event: trigger.event,
      ...(typeof action === 'string' && { action }),
      ...(pullRequest !== undefined && { pullRequest }),
      status: 'queued',
      startedAt: this.#parts.now(),
      outputs: {},
      summary: '',
      annotations: [],
      log: [],
    };
    this.#keep(run);
    return run;
  }

  async #carryOut(trigger: Trigger, id: number): Promise<RunRecord> {
    const start = this.#parts.now();
    this.#change(id, { status: 'running', startedAt: start });
    const { signal } = this.#closing;
    const log: string[] = [];
    const onLine = (line: string) => {
      log.push(line);
      this.#change(id, { log: log.slice(-keptLines) });
    };
    try {
      signal.throwIfAborted();
      const result = await this.#parts.run(trigger, { id, onLine, signal });
      const { conclusion, exit, outputs, summary, annotations, wallMs } = result;
      const ended = { conclusion, exit, outputs, summary, annotations, wallMs } as const;
      return this.#change(id, { status: 'completed', ...ended });
    } catch (error) {
      onLine(`##[error]${(error as Error).message}`);
      const wallMs = this.#parts.now() - start;
      return this.#change(id, { status: 'completed', conclusion: 'failure', exit: 1, wallMs });
    }
  }

  #change(id: number, change: Partial<RunRecord>): RunRecord {
    const run = { ...(this.#runs.get(id) as RunRecord), ...change };
    this.#keep(run);
    return run;
  }

  #keep(run: RunRecord): void {
    this.#runs.set(run.id, run);
    this.#runs.delete(run.id - keptRuns);
    this.#parts.changed(run);
  }
}

function listens({ event, payload }: Trigger): boolean {
  if (event === 'schedule') return true;
  const issue = payload.issue as { pull_request?: unknown } | undefined;
  if (event === 'issue_comment' && !issue?.pull_request) return false;
  return types[event]?.includes(String(payload.action)) ?? false;
}

/** Number of the pull request an event is about. */
function numberOf({ payload }: Trigger): number | undefined {
  const subject = (payload.pull_request ?? payload.issue) as { number?: number } | undefined;
  return subject?.number;
}
