import { setTimeout as delay } from 'node:timers/promises';
import { type Launch, launch } from './launch.ts';
import { endFamily, identify } from './process-table.ts';

/** How long a command may run, by what it is found, and what ends it early. */
export interface CommandBounds {
  readonly marker: string;
  readonly within: number;
  readonly grace: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command to its end. Answers why it failed, or `undefined`. Rejects when aborted; ends its processes
 * then, and when time is up.
 */
export async function runCommand(what: Launch, bounds: CommandBounds): Promise<string | undefined> {
  bounds.signal?.throwIfAborted();
  const { pid, exit } = launch(what);
  const leader = pid === undefined ? undefined : identify(pid);
  const over = new AbortController();
  const signal = bounds.signal ? AbortSignal.any([bounds.signal, over.signal]) : over.signal;
  const timeUp = delay(bounds.within, undefined, { signal }).catch(() => undefined);
  const ended = await Promise.race([exit, timeUp]);
  over.abort();
  if (ended) return ended.ok ? undefined : ended.words;
  await endFamily({ marker: bounds.marker, leader }, bounds.grace);
  bounds.signal?.throwIfAborted();
  return `did not end within ${Math.round(bounds.within / 1000)} s`;
}
