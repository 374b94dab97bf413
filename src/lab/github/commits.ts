import { gitBytes, tryGit } from './git.ts';
import { readLoose } from './loose-objects.ts';
import { readLooseRef } from './refs-on-disk.ts';

/** Author or committer of a commit; the date is ISO 8601 in UTC, as GitHub answers it. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** A git commit. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** Whether it has a signature; nobody looks whose. */
  readonly signed: boolean;
}

/** Reads commits, in the order asked; those that are not there or are something else are left out. */
export async function readCommits(directory: string, shas: readonly string[]): Promise<Commit[]> {
  if (shas.length === 0) return [];
  const loose = shas.map((sha) => [sha, readLoose(directory, sha)] as const);
  if (loose.every(([, object]) => object?.type === 'commit')) {
    return loose.map(([sha, object]) => parseCommit(sha, object?.content.toString('utf8') ?? ''));
  }
  const bytes = await gitBytes(directory, ['cat-file', '--batch'], {
    input: `${shas.join('\n')}\n`,
  });
  const commits: Commit[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    const [sha = '', kind, size] = bytes.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (kind === 'missing' || size === undefined) continue;
    const text = bytes.toString('utf8', at, at + Number(size));
    if (kind === 'commit') commits.push(parseCommit(sha, text));
    at += Number(size) + 1;
  }
  return commits;
}

/** The commit that a branch, tag, full ref name or (short) SHA stands for; `undefined` when none. */
export async function resolveCommit(directory: string, name: string): Promise<string | undefined> {
  if (name === '' || name.startsWith('-') || /[\s:^~?*[\\{]/.test(name)) return undefined;
  if (readLoose(directory, name)?.type === 'commit') return name;
  for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
    const loose = readLooseRef(directory, candidate);
    if (loose === null) continue;
    if (loose && readLoose(directory, loose)?.type === 'commit') return loose;
    const args = ['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`];
    const sha = (await tryGit(directory, args))?.trim();
    if (sha) return sha;
  }
  return undefined;
}

/** What kind of object a SHA is; `undefined` when it is not there. */
export async function objectType(directory: string, sha: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
  const loose = readLoose(directory, sha);
  return loose?.type ?? (await tryGit(directory, ['cat-file', '-t', sha]))?.trim();
}

function parseCommit(sha: string, text: string): Commit {
  const split = text.indexOf('\n\n');
  const lines = text.slice(0, split).split('\n');
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: all('tree')[0] ?? '',
    parents: all('parent'),
    author: parseSignature(all('author')[0] ?? ''),
    committer: parseSignature(all('committer')[0] ?? ''),
    message: text.slice(split + 2),
    signed: all('gpgsig').length > 0,
  };
}

function parseSignature(text: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (\d+)/.exec(text);
  const date = new Date(Number(match?.[3] ?? 0) * 1000).toISOString();
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', date: date.replace(/\.\d+Z$/, 'Z') };
}
