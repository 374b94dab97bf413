import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { CancelLadder } from './step.ts';

/** A process as the runner starts one. */
export interface ChildOptions {
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ladder: CancelLadder;
  readonly onLine: (line: string) => void;
}

/** A running child; `exited` is its exit code, 128 + signal when it was killed. */
export interface Child {
  readonly exited: Promise<number>;
  cancel(): void;
}

/** Runs a file with this Node, each line of both streams handed over as it comes. */
export function startChild(options: ChildOptions): Child {
  const child = spawn(process.execPath, [options.file], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const read = [child.stdout, child.stderr].map((stream) => readLines(stream, options.onLine));
  const exited = new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => done(code ?? 128 + signalNumber(signal)));
  });
  const drained = exited.then((code) =>
    Promise.race([Promise.all(read), pause(500)]).then(() => code),
  );
  return { exited: drained, cancel: () => climb(child, options.ladder) };
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', onLine);
  return new Promise((done) => lines.once('close', done));
}

/** SIGINT, then SIGTERM, then the kill of the tree: actions/runner, ProcessInvoker. */
function climb(child: ChildProcess, ladder: CancelLadder): void {
  // Its number may be another process's by now.
  if (child.exitCode !== null || child.signalCode !== null) return;
  const signals = [
    { after: 0, send: () => child.kill('SIGINT') },
    { after: ladder.interrupt, send: () => child.kill('SIGTERM') },
    { after: ladder.interrupt + ladder.terminate, send: () => killGroup(child) },
  ];
  const timers = signals.map(({ after, send }) => setTimeout(send, after));
  child.once('exit', () => {
    for (const timer of timers) clearTimeout(timer);
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/**
 * Ends what a job left behind, as the runner does when the job is over: every process whose environment
 * carries the job's `RUNNER_TRACKING_ID`; returns when they are gone. Linux only; elsewhere none is found.
 */
export async function endOrphans(trackingId: string): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const orphans = await processesMarked(`RUNNER_TRACKING_ID=${trackingId}\0`);
    if (orphans.length === 0) return;
    for (const id of orphans) kill(id);
    await pause(20);
  }
}

async function processesMarked(mark: string): Promise<number[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(
    ids.map((id) => readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')),
  );
  return ids.filter((_, index) => environments[index]?.includes(mark)).map(Number);
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It ended by itself between the look and the kill.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal as string] ?? 1;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
