import { readLoose, writeLoose } from './loose-objects.ts';

/** One entry of a tree as git lists it. */
export interface LooseEntry {
  /** From the tree that was asked for. */
  readonly path: string;
  /** Six digits. */
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly size?: number;
}

/**
 * Lists a tree, or that of a commit, without a process: in git's order, of a folder itself before what is in it.
 * `undefined` when a part of it is packed or not there: ask git then.
 */
export function listLoose(
  directory: string,
  sha: string,
  recursive: boolean,
): readonly LooseEntry[] | undefined {
  const entries = entriesOf(directory, sha);
  if (!entries) return undefined;
  const all: LooseEntry[] = [];
  for (const entry of entries) {
    const size =
      entry.type === 'blob' ? readLoose(directory, entry.sha)?.content.length : undefined;
    if (entry.type === 'blob' && size === undefined) return undefined;
    all.push({ ...entry, ...(size !== undefined && { size }) });
    if (!recursive || entry.type !== 'tree') continue;
    const inner = listLoose(directory, entry.sha, true);
    if (!inner) return undefined;
    all.push(...inner.map((each) => ({ ...each, path: `${entry.path}/${each.path}` })));
  }
  return all;
}

/**
 * What a path leads to in a tree or commit, without a process: `null` = nothing. `undefined` when a part of the way is
 * packed or not there.
 */
export function findLoose(
  directory: string,
  sha: string,
  path: string,
): Pick<LooseEntry, 'type' | 'sha'> | null | undefined {
  let at: Pick<LooseEntry, 'type' | 'sha'> = { type: 'tree', sha };
  for (const name of path.split('/').filter(Boolean)) {
    if (at.type !== 'tree') return null;
    const entries = entriesOf(directory, at.sha);
    if (!entries) return undefined;
    const next = entries.find((entry) => entry.path === name);
    if (!next) return null;
    at = next;
  }
  return at;
}

/** Writes a tree of these entries without a process, and answers its name; each path is one name. */
export function writeLooseTree(
  directory: string,
  entries: readonly Pick<LooseEntry, 'path' | 'mode' | 'sha'>[],
): string {
  // git compares names of folders as if they ended in a slash.
  const key = ({ path, mode }: Pick<LooseEntry, 'path' | 'mode'>) =>
    Buffer.from(mode === '040000' ? `${path}/` : path);
  const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
  const parts = sorted.flatMap(({ mode, path, sha }) => [
    Buffer.from(`${mode.replace(/^0/, '')} ${path}\0`),
    Buffer.from(sha, 'hex'),
  ]);
  return writeLoose(directory, 'tree', Buffer.concat(parts));
}

function entriesOf(directory: string, sha: string): LooseEntry[] | undefined {
  const object = readLoose(directory, sha);
  if (object?.type === 'commit') {
    const tree = /^tree ([0-9a-f]{40})$/m.exec(object.content.toString('utf8'))?.[1];
    return tree ? entriesOf(directory, tree) : undefined;
  }
  return object?.type === 'tree' ? parse(object.content) : undefined;
}

function parse(content: Buffer): LooseEntry[] {
  const entries: LooseEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0, at);
    const [mode = '', ...name] = content.toString('utf8', at, end).split(' ');
    at = end + 21;
    const sha = content.toString('hex', end + 1, at);
    const type = { '40000': 'tree', '160000': 'commit' }[mode] ?? 'blob';
    const entry = { path: name.join(' '), mode: mode.padStart(6, '0'), sha };
    entries.push({ ...entry, type: type as LooseEntry['type'] });
  }
  return entries;
}
