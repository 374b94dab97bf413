import { git } from './git.ts';

/** One file that differs between two commits. */
export interface ChangedFile {
  /** The blob; of a removed file the one it was. */
  readonly sha: string;
  readonly filename: string;
  readonly previous?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  readonly additions: number;
  readonly deletions: number;
  readonly patch?: string;
}

const words = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'changed' } as const;

/** The files that differ, as GitHub lists them; `range` as `git diff` takes it. */
export async function changedFiles(
  directory: string,
  range: readonly string[],
): Promise<ChangedFile[]> {
  const options = ['--find-renames', '--no-color', '--no-ext-diff'];
  const [raw, numbers, patch] = await Promise.all([
    git(directory, ['diff', '--raw', '-z', '--no-abbrev', ...options, ...range]),
    git(directory, ['diff', '--numstat', '-z', ...options, ...range]),
    git(directory, ['diff', '--patch', ...options, ...range]),
  ]);
  const sizes = parseNumbers(numbers);
  const patches = patch.split(/^diff --git .*\n/m).slice(1);
  return parseRaw(raw).map((file, index) => {
    const [additions = 0, deletions = 0] = sizes[index] ?? [];
    const hunk = patches[index]?.indexOf('@@') ?? -1;
    const text = hunk < 0 ? undefined : patches[index]?.slice(hunk).trimEnd();
    return { ...file, additions, deletions, ...(text !== undefined && { patch: text }) };
  });
}

function parseRaw(raw: string): Omit<ChangedFile, 'additions' | 'deletions'>[] {
  const fields = raw.split('\0');
  const files = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [, , before = '', after = '', letter = 'M'] = (fields[at] ?? '').split(' ');
    const status = words[letter[0] as keyof typeof words] ?? 'modified';
    const renamed = status === 'renamed';
    const first = fields[at + 1] ?? '';
    const filename = renamed ? (fields[at + 2] ?? '') : first;
    const sha = status === 'removed' ? before : after;
    files.push({ sha, filename, status, ...(renamed && { previous: first }) });
    at += renamed ? 3 : 2;
  }
  return files;
}

/** Lines added and removed, in the order of the files; binary files count as 0. */
function parseNumbers(text: string): [number, number][] {
  const sizes: [number, number][] = [];
  const fields = text.split('\0');
  for (let at = 0; at < fields.length && fields[at] !== ''; ) {
    const [added = '', removed = '', path = ''] = (fields[at] ?? '').split('\t');
    sizes.push([Number(added) || 0, Number(removed) || 0]);
    at += path === '' ? 3 : 1;
  }
  return sizes;
}
