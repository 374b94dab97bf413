import { readdirSync, readFileSync } from 'node:fs';

/** A running process as `/proc` shows it. */
export interface RunningProcess {
  readonly pid: number;
  /** Environment at its start. */
  readonly environment: readonly string[];
  readonly commandLine: string;
}

/** All processes whose environment could be read. Linux only. */
export function allProcesses(): readonly RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return environment.length > 1
          ? [{ pid: Number(pid), environment, commandLine: commandLine.trim() }]
          : [];
      } catch {
        return [];
      }
    });
}

/** Those with a variable that begins so, as `NAME=value`. */
export function processesWith(variable: string): readonly RunningProcess[] {
  return allProcesses().filter(({ environment }) =>
    environment.some((one) => one.startsWith(variable)),
  );
}

/** SIGKILL to each; one that is gone already is no fault. Resolves when none is left. */
export async function killAll(variable: string): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const found = processesWith(variable);
    if (found.length === 0) return;
    for (const { pid } of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the look and the signal.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`processes with ${variable} do not end`);
}

/** The value of a variable in an environment block. */
export function variableOf(one: RunningProcess, name: string): string | undefined {
  return one.environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
