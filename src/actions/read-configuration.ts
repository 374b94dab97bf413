import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { UserError } from '../core/user-error.ts';

/** Reads the configuration from the workspace; an absent file means the defaults. Throws a `UserError`. */
export function readWorkspaceConfiguration(
  workspace: string,
  file: string,
): Promise<Configuration> {
  return loadConfiguration({ file, read: async () => readWorkspaceFile(workspace, file) });
}

/** Text of a file below the workspace; `undefined` when there is none, or no checkout. */
export function readWorkspaceFile(workspace: string, file: string): string | undefined {
  try {
    return readFileSync(join(workspace, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(
      `${file} cannot be read: ${code ?? cause}`,
      'The input `config` names a readable file of the repository.',
      { cause },
    );
  }
}
