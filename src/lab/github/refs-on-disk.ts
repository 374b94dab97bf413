import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSameJson } from '../../core/same-json.ts';

/** A directory whose time is younger than this when read may still change within the same tick of its clock. */
const racyMilliseconds = 50;

interface Seen {
  readonly modified: number;
  readonly readAt: number;
  readonly refs: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
}

/** Reads the refs of one bare repository, again and again, cheaply. */
export interface RefReader {
  /** All refs by full name; the same object as last time when nothing moved. */
  read(): Readonly<Record<string, string>>;
}

/**
 * Reads refs without a process. A ref is moved by renaming a file into its directory, so only directories
 * whose time changed are read again.
 */
export function createRefReader(directory: string): RefReader {
  const seen = new Map<string, Seen>();
  let last: Readonly<Record<string, string>> = {};
  let packed: { modified: number; readAt: number; refs: Record<string, string> } | undefined;
  const readPacked = (): boolean => {
    const file = join(directory, 'packed-refs');
    const modified = modifiedAt(file) ?? 0;
    if (packed && packed.modified === modified && settled(packed)) return false;
    packed = { modified, readAt: Date.now(), refs: modified ? parsePacked(readText(file)) : {} };
    return true;
  };
  return {
    read() {
      const moved = [readPacked(), walk(directory, 'refs', seen)].some(Boolean);
      if (!moved) return last;
      const loose = [...seen.values()].flatMap(({ refs }) => Object.entries(refs));
      const next = sorted({ ...packed?.refs, ...Object.fromEntries(loose) });
      if (!isSameJson(next, last)) last = next;
      return last;
    },
  };
}

/**
 * What a full ref name points at, without a process: `null` = there is no such ref. `undefined` when that is to be asked of
 * git.
 */
export function readLooseRef(directory: string, ref: string): string | null | undefined {
  if (!/^refs\/(?:heads|tags)\//.test(ref) || ref.includes('..')) return undefined;
  const file = join(directory, ref);
  const isFile = statSync(file, { throwIfNoEntry: false })?.isFile();
  const text = isFile ? readText(file).trim() : '';
  if (/^[0-9a-f]{40}$/.test(text)) return text;
  return text === '' && modifiedAt(join(directory, 'packed-refs')) === undefined ? null : undefined;
}

/** Reads again what changed below `folder`; whether anything was read. */
function walk(root: string, folder: string, seen: Map<string, Seen>): boolean {
  const modified = modifiedAt(join(root, folder));
  const before = seen.get(folder);
  if (modified === undefined) return forget(folder, seen);
  const fresh = !before || before.modified !== modified || !settled(before);
  const now = fresh ? readFolder(root, folder, modified) : before;
  seen.set(folder, now);
  const gone = (before?.folders ?? []).filter((child) => !now.folders.includes(child));
  const changed = now.folders.map((child) => walk(root, child, seen));
  return [fresh, ...changed, ...gone.map((child) => forget(child, seen))].some(Boolean);
}

function forget(folder: string, seen: Map<string, Seen>): boolean {
  const below = [...seen.keys()].filter((key) => key === folder || key.startsWith(`${folder}/`));
  for (const key of below) seen.delete(key);
  return below.length > 0;
}

function readFolder(root: string, folder: string, modified: number): Seen {
  const readAt = Date.now();
  const refs: Record<string, string> = {};
  const folders: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) folders.push(name);
    else if (!entry.name.endsWith('.lock')) {
      const sha = readText(join(root, name)).trim();
      if (/^[0-9a-f]{40}$/.test(sha)) refs[name] = sha;
    }
  }
  return { modified, readAt, refs, folders };
}

function settled(seen: { modified: number; readAt: number }): boolean {
  return seen.readAt - seen.modified > racyMilliseconds;
}

function modifiedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function parsePacked(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[0-9a-f]{40} refs\//.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}

function sorted(refs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(refs).sort(([a], [b]) => (a < b ? -1 : 1)));
}
