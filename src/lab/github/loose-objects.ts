import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';

/** An object of git as it is in a file of its own. */
export interface LooseObject {
  readonly type: string;
  readonly content: Buffer;
}

/** Reads an object without a process; `undefined` when it is packed or not there: ask git then. */
export function readLoose(directory: string, sha: string): LooseObject | undefined {
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
  try {
    const bytes = inflateSync(readFileSync(fileOf(directory, sha)));
    const end = bytes.indexOf(0);
    const [type = ''] = bytes.toString('latin1', 0, end).split(' ');
    return { type, content: bytes.subarray(end + 1) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes an object without a process, and answers its name. Moved into place, so that nobody reads half of it. */
export function writeLoose(directory: string, type: string, content: string | Buffer): string {
  const body = Buffer.from(content);
  const bytes = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
  const sha = createHash('sha1').update(bytes).digest('hex');
  const file = fileOf(directory, sha);
  if (statSync(file, { throwIfNoEntry: false })) return sha;
  mkdirSync(join(file, '..'), { recursive: true });
  const beside = join(directory, 'objects', `tmp_obj_${randomUUID()}`);
  writeFileSync(beside, deflateSync(bytes), { mode: 0o444 });
  renameSync(beside, file);
  return sha;
}

function fileOf(directory: string, sha: string): string {
  return join(directory, 'objects', sha.slice(0, 2), sha.slice(2));
}
