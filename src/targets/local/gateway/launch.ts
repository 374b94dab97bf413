import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openLog } from './log-file.ts';

/** A command to run in a group of its own, writing to a log. */
export interface Launch {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: string;
}

/** A process that was started, and how it ends. */
export interface Launched {
  /** `undefined` when it could not be started at all. */
  readonly pid: number | undefined;
  /** How it ended: `exited with code 1`. Never rejects. */
  readonly exit: Promise<Exit>;
}

export interface Exit {
  readonly ok: boolean;
  readonly words: string;
}

/** A command line of the repository's own configuration, which is a program of the user's. */
export function shell(command: string): readonly string[] {
  return ['/bin/sh', '-c', command];
}

/** Starts a process that is not ended by our own end. */
export function launch({ command, folder, environment, log }: Launch): Launched {
  const handle = openLog(log);
  const [program = '', ...options] = command;
  const child = spawn(program, options, {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', handle, handle],
  });
  closeSync(handle);
  return { pid: child.pid, exit: exitOf(child) };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ ok: false, words: `could not start: ${error.message}` }),
    );
    child.on('exit', (code, signal) =>
      resolve({
        ok: code === 0,
        words: signal ? `was ended by ${signal}` : `exited with code ${code}`,
      }),
    );
  });
}
