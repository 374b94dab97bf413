import { type Duration, duration } from '../core/time.ts';
import type { InputReader } from '../runner/read-inputs.ts';

/** Inputs that every action takes. */
export interface CommonInputs {
  /** Path of the configuration file, from the root of the repository. */
  readonly config: string;
  /** Empty when the workflow passes none. */
  readonly token: string;
}

/** Where the configuration file is unless told otherwise. */
const defaultConfigPath = '.github/understudy.yml';

/** How long a deploy or teardown may take unless told otherwise. */
const defaultTimeout = duration(30 * 60_000);
/** A timer of Node's that is longer than 2^31 - 1 ms ends at once. No job lasts longer than five days. */
const longestTimeout = duration(5 * 24 * 60 * 60_000);

/** Reads the common inputs. */
export function readCommonInputs(reader: InputReader): CommonInputs {
  const config = reader.text('config') ?? defaultConfigPath;
  if (config.startsWith('/') || config.split(/[\\/]/).includes('..')) {
    reader.reject('config', config, 'a path from the root of the repository, without ..');
  }
  return { config, token: reader.text('github-token') ?? '' };
}

/** Reads the input `timeout`. */
export function readTimeout(reader: InputReader): Duration {
  const timeout = reader.duration('timeout') ?? defaultTimeout;
  if (timeout > longestTimeout) {
    reader.reject('timeout', reader.text('timeout') ?? '', 'a duration up to 5d');
  }
  return timeout;
}
