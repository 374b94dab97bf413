import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from './api-error.ts';
import { objectType } from './commits.ts';
import { GitError, git } from './git.ts';
import { writeLoose } from './loose-objects.ts';
import { listLoose, writeLooseTree } from './loose-trees.ts';

/** One entry of a tree as the API lists it. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
}

/** The entries of a tree. */
export async function listTree(
  directory: string,
  sha: string,
  recursive: boolean,
): Promise<TreeEntry[]> {
  const loose = listLoose(directory, sha, recursive);
  if (loose) return [...loose];
  const flags = ['-z', '-l', ...(recursive ? ['-r', '-t'] : [])];
  const listed = await git(directory, ['ls-tree', ...flags, sha]);
  return listed
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [facts = '', path = ''] = line.split('\t');
      const [mode = '', type = '', object = '', size = '-'] = facts.split(/ +/);
      return { path, mode, type, sha: object, ...(size !== '-' && { size: Number(size) }) };
    });
}

/** Writes a tree from entries as `POST /git/trees` takes them, over a base where one is given. */
export async function writeTree(
  directory: string,
  base: string | undefined,
  entries: readonly Record<string, unknown>[],
): Promise<string> {
  if (base && !['tree', 'commit'].includes((await objectType(directory, base)) ?? '')) {
    throw new ApiError(422, 'base_tree is not a valid tree oid');
  }
  const lines: string[] = [];
  for (const entry of entries) lines.push(await indexLine(directory, entry));
  if (!base && areNames(lines)) return writeLooseTree(directory, lines.map(entryOf));
  const folder = await mkdtemp(join(tmpdir(), 'understudy-index-'));
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    if (base) await git(directory, ['read-tree', base], { env });
    const input = lines.map((line) => `${line}\0`).join('');
    await git(directory, ['update-index', '-z', '--index-info'], { env, input });
    return (await git(directory, ['write-tree'], { env })).trim();
  } catch (error) {
    if (error instanceof GitError) throw new ApiError(422, 'Invalid tree info');
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether they are a tree as they stand: no folder in a path, nothing taken out, and nothing that git would refuse. */
function areNames(lines: readonly string[]): boolean {
  const names = lines.map((line) => entryOf(line).path);
  const plain = lines.every((line) => /^[1-9]\d{5} [0-9a-f]{40}\t[\w-][\w.-]*$/.test(line));
  return plain && lines.length > 0 && new Set(names).size === names.length;
}

function entryOf(line: string) {
  const [, mode = '', sha = '', path = ''] = /^(\d+) (\S+)\t(.*)$/s.exec(line) ?? [];
  return { mode, sha, path };
}

/** A line for `git update-index --index-info`; `sha: null` takes a file out. */
async function indexLine(directory: string, entry: Record<string, unknown>): Promise<string> {
  const { path, content, sha } = entry;
  const mode = String(entry.mode ?? '100644');
  if (typeof path !== 'string' || !/^(100644|100755|040000|160000|120000)$/.test(mode)) {
    throw new ApiError(422, 'Must supply a valid tree.mode');
  }
  if (sha === null) return `0 ${'0'.repeat(40)}\t${path}`;
  if (typeof content === 'string') {
    return `${mode} ${writeLoose(directory, 'blob', content)}\t${path}`;
  }
  const type = typeof sha === 'string' ? await objectType(directory, sha) : undefined;
  if (!type && mode !== '160000') throw new ApiError(422, 'tree.sha is not a valid blob');
  return `${mode} ${sha}\t${path}`;
}
