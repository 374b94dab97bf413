import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One line of `lab --json`. */
export interface LabEvent extends Record<string, unknown> {
  readonly event: string;
}

/** A lab in a process of its own, through the built bundle. */
export class LabProcess {
  readonly events: LabEvent[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  errors = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const all = ['dist/lab/index.js', 'lab', '--json', '--port', '0', ...args];
    this.#child = spawn(process.execPath, all, { env: { ...process.env, ...env } });
    this.exited = new Promise((done) => this.#child.once('close', done));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      this.events.push(JSON.parse(line));
      for (const listener of this.#listeners) listener();
    });
  }

  /** The first event of a name, now or later; rejects when the process ends without it. */
  async event(name: string): Promise<LabEvent> {
    for (;;) {
      const found = this.events.find(({ event }) => event === name);
      if (found) return found;
      const ended = await Promise.race([
        new Promise<false>((done) => this.#listeners.add(() => done(false))),
        this.exited.then(() => true),
      ]);
      if (ended) throw new Error(`the lab ended without ${name}: ${this.errors}`);
    }
  }

  of(name: string): LabEvent[] {
    return this.events.filter(({ event }) => event === name);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** As Ctrl-C does. */
  async stop(): Promise<number | null> {
    this.signal('SIGINT');
    return this.exited;
  }
}
