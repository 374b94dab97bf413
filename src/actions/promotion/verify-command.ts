import { spawn } from 'node:child_process';
import { type Duration, formatDuration } from '../../core/time.ts';
import type { Verified } from '../../promotion/move-on.ts';

/** A command that looks whether a version is right. */
export interface CommandRun {
  /** The program and its arguments; no shell is between. */
  readonly command: readonly string[];
  readonly timeout: Duration;
  /** Where it runs; empty = where this process does. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Takes secrets out of what it printed. */
  hide(text: string): string;
}

/** Lines of what it printed that are kept. */
const keptLines = 5;
const keptCharacters = 4_000;
/** Milliseconds for what was printed last to arrive. */
const drainTime = 500;

/**
 * Runs a command in a group of processes of its own, which is killed when the command ends, is too late or the run is
 * cancelled. Exit 0 = passed; one that cannot be started, is killed or is too late says nothing about the version.
 */
export function verifyByCommand(run: CommandRun): Promise<Verified> {
  const [program = '', ...options] = run.command;
  return new Promise((resolve) => {
    const child = spawn(program, options, {
      ...(run.directory !== '' && { cwd: run.directory }),
      env: { ...run.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    const keep = (part: Buffer) => {
      tail = (tail + part.toString()).slice(-keptCharacters);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let late = false;
    const kill = () => killGroup(child.pid);
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, run.timeout);
    const stop = () => kill();
    run.signal.addEventListener('abort', stop, { once: true });
    const end = (result: Verified['result'], what: string) => {
      clearTimeout(timer);
      run.signal.removeEventListener('abort', stop);
      kill();
      resolve({ result, evidence: evidenceOf(what, run.hide(lastLines(tail))) });
    };
    child.once('error', (cause: NodeJS.ErrnoException) =>
      end('unknown', `${program} could not be started: ${cause.code ?? cause.message}`),
    );
    child.once('exit', (code, signal) => {
      const result = outcomeOf(code, signal, late ? run.timeout : undefined);
      // What it left running may hold its output open: its group is killed, and one that left the group is not waited for.
      kill();
      const done = () => end(...result);
      child.once('close', done);
      setTimeout(done, drainTime).unref();
    });
  });
}

function outcomeOf(
  code: number | null,
  signal: string | null,
  late: Duration | undefined,
): [result: Verified['result'], what: string] {
  if (late !== undefined) return ['unknown', `took longer than ${formatDuration(late)}`];
  if (code === null) return ['unknown', `was killed by ${signal}`];
  return [code === 0 ? 'passed' : 'failed', `exit ${code}`];
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

function lastLines(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-keptLines).join('\n');
}

function evidenceOf(what: string, printed: string): string {
  return printed === '' ? what : `${what}: ${printed}`;
}
