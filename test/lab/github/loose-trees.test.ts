import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resolveCommit } from '../../../src/lab/github/commits.ts';
import { listTree } from '../../../src/lab/github/git-trees.ts';
import {
  findLoose,
  type LooseEntry,
  listLoose,
  writeLooseTree,
} from '../../../src/lab/github/loose-trees.ts';
import { git } from '../../world/git.ts';

let root: string;
let bare: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'loose-'));
  git(root, 'init', '--quiet', '--initial-branch=main');
  for (const folder of ['a', 'a/inner', 'b-c']) mkdirSync(join(root, folder));
  // git puts `a.txt` between `a-` and the folder `a`.
  for (const file of ['a-', 'a.txt', 'a/one', 'a/inner/two', 'b-c/three words', 'é'])
    writeFileSync(join(root, file), file);
  writeFileSync(join(root, 'run'), '', { mode: 0o755 });
  symlinkSync('a.txt', join(root, 'link'));
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--message', 'All kinds');
  git(root, 'tag', 'light');
  git(root, 'tag', '--annotate', 'heavy', '--message', 'Heavy');
  bare = join(root, '.git');
});

afterAll(() => rmSync(root, { recursive: true }));

function listed(sha: string, ...flags: string[]): LooseEntry[] {
  const lines = git(root, 'ls-tree', '-z', '-l', ...flags, sha)
    .split('\0')
    .filter(Boolean);
  return lines.map((line) => {
    const [, mode, type, of, size, path] =
      /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/.exec(line) ?? ([] as string[]);
    const entry = { path, mode, type, sha: of, ...(size !== '-' && { size: Number(size) }) };
    return entry as LooseEntry;
  });
}

describe('trees that are read and written without a process', () => {
  test('are listed as git lists them', () => {
    const head = git(root, 'rev-parse', 'HEAD');
    expect(listLoose(bare, head, false)).toEqual(listed(head));
    expect(listLoose(bare, head, true)).toEqual(listed(head, '-r', '-t'));
  });

  test.each(['a', 'a/one', 'a/inner/two', 'b-c/three words', 'é', 'link'])('have %s', (path) => {
    const head = git(root, 'rev-parse', 'HEAD');
    expect(findLoose(bare, head, path)?.sha).toBe(git(root, 'rev-parse', `${head}:${path}`));
  });

  test.each(['c', 'a/two', 'a.txt/one', 'A'])('do not have %s', (path) => {
    expect(findLoose(bare, git(root, 'rev-parse', 'HEAD'), path)).toBeNull();
  });

  test('have the names that git gives them', () => {
    const head = git(root, 'rev-parse', 'HEAD');
    expect(writeLooseTree(bare, listed(head).reverse())).toBe(
      git(root, 'rev-parse', 'HEAD^{tree}'),
    );
  });

  test('are git’s to read once they are packed, and so are refs', async () => {
    const head = git(root, 'rev-parse', 'HEAD');
    const before = listed(head, '-r', '-t');
    const names = ['main', 'light', 'heavy', 'heads/main', 'refs/tags/light', 'none'];
    const commits = await Promise.all(names.map((name) => resolveCommit(bare, name)));
    expect(commits).toEqual([head, head, head, head, head, undefined]);
    git(root, 'repack', '-adq');
    git(root, 'pack-refs', '--all');
    expect(listLoose(bare, head, true)).toBeUndefined();
    expect(findLoose(bare, head, 'a')).toBeUndefined();
    expect(await listTree(bare, head, true)).toEqual(before);
    expect(await Promise.all(names.map((name) => resolveCommit(bare, name)))).toEqual(commits);
  });
});
