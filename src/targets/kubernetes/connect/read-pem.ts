import { readFileSync } from 'node:fs';
import { UserError } from '../../../core/user-error.ts';

/** Of Base64 and a file the first wins, as in kubectl. */
export function readPem(data: string | undefined, file: string | undefined): string | undefined {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return file ? readText(file) : undefined;
}

/** Throws a `UserError` where the file cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UserError(
      `the KUBECONFIG names ${file}, which cannot be read (${code})`,
      'Write the KUBECONFIG with its files inside: `kubectl config view --minify --raw --flatten` prints it so.',
    );
  }
}
