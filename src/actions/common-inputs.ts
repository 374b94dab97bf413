import type { InputReader } from '../runner/read-inputs.ts';

/** Inputs that every action takes. */
export interface CommonInputs {
  /** Path of the configuration file, from the root of the repository. */
  readonly config: string;
  /** Empty when the workflow passes none. */
  readonly token: string;
}

/** Where the configuration file is unless told otherwise. */
export const defaultConfigPath = '.github/understudy.yml';

/** Reads the common inputs. */
export function readCommonInputs(reader: InputReader): CommonInputs {
  const config = reader.text('config') ?? defaultConfigPath;
  if (config.startsWith('/') || config.split(/[\\/]/).includes('..')) {
    reader.reject('config', config, 'a path from the root of the repository, without ..');
  }
  return { config, token: reader.text('github-token') ?? '' };
}
