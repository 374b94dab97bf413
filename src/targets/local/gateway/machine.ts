import type { StateFolder } from '../state-folder.ts';
import type { Turns } from './turns.ts';

/** How long things may take, in milliseconds, and how large logs may grow. */
export interface Limits {
  /** From SIGTERM to SIGKILL; also how long requests under way may take to end before that. */
  readonly grace: number;
  readonly restartFirst: number;
  readonly restartMost: number;
  /** Healthy this long: earlier crashes are forgotten. */
  readonly steady: number;
  /** Starts that may crash before the first health. */
  readonly starts: number;
  readonly install: number;
  /** How long a request waits for a preview that wakes up. */
  readonly hold: number;
  /** Bytes. */
  readonly log: number;
  /** How often adopted processes, idle previews and logs are looked at. */
  readonly look: number;
}

export const defaultLimits: Limits = {
  grace: 10_000,
  restartFirst: 500,
  restartMost: 30_000,
  steady: 60_000,
  starts: 3,
  install: 30 * 60_000,
  hold: 25_000,
  log: 5 * 1024 * 1024,
  look: 1000,
};

/** What everything in the gateway shares. */
export interface Machine {
  readonly state: StateFolder;
  readonly limits: Limits;
  /** Begins the marker of every process of this state folder. */
  readonly prefix: string;
  /** Command line that serves the files of a folder. */
  readonly staticServer: readonly string[];
  /** For work on a mirror of a repository, by its folder. */
  readonly turns: Turns;
  /** The gateway's own environment, from which children get the few harmless variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** Hex digits that were never given out before. */
  newId(): string;
  /** The address of a host as users type it. */
  urlOf(host: string): string;
  /** Says something to whoever runs the gateway. */
  report(line: string): void;
}
