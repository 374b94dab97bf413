import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../src/core/user-error.ts';
import {
  checkOut,
  commitTo,
  fillWithSample,
  importRepository,
  inspectRepository,
  projectName,
  tip,
} from '../../../src/lab/story/project.ts';

let folder: string;
let bare: string;

function git(cwd: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const identity = ['-c', 'user.name=U', '-c', 'user.email=u@example.com'];
  return execFileSync('git', [...identity, ...args], { cwd, env, encoding: 'utf8' }).trim();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-project-'));
  bare = join(folder, 'bare.git');
  git(folder, 'init', '-q', '--bare', '-b', 'main', bare);
});
afterEach(() => rmSync(folder, { recursive: true }));

const project = () => ({ name: 'acme/shop', bare, sample: true });

function userRepository(): string {
  const path = join(folder, 'my shop');
  mkdirSync(path);
  git(path, 'init', '-q', '-b', 'trunk');
  writeFileSync(join(path, 'index.html'), 'hello');
  git(path, 'add', '.');
  git(path, 'commit', '-q', '-m', 'first');
  return path;
}

describe('commits in the bare directory', () => {
  test('the sample is a commit on main, and runs as its configuration says', async () => {
    await fillWithSample(project(), { greeting: 'Hi', accent: 'red' });
    expect(git(bare, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
      '.github/understudy.yml',
      '.github/workflows/preview.yml',
      'README.md',
      'look.json',
      'server.js',
    ]);
    expect(git(bare, 'show', 'main:.github/understudy.yml')).toContain('run: node server.js');
  });

  test('a new branch starts at main, a known one goes on, other files stay', async () => {
    await fillWithSample(project(), { greeting: 'Hi', accent: 'red' });
    const files = { 'look.json': '{}' };
    const first = await commitTo(project(), { branch: 'feature/x', message: 'one', files });
    const second = await commitTo(project(), { branch: 'feature/x', message: 'two' });
    expect(git(bare, 'rev-list', 'feature/x').split('\n')).toEqual([
      second,
      first,
      git(bare, 'rev-parse', 'main'),
    ]);
    expect(git(bare, 'show', 'feature/x:look.json')).toBe('{}');
    expect(git(bare, 'ls-tree', '--name-only', 'feature/x')).toContain('server.js');
    expect(readdirSync(bare).filter((name) => name.startsWith('lab-index'))).toEqual([]);
  });

  test('a checkout is the commit, detached, with the bare directory as origin', async () => {
    await fillWithSample(project(), { greeting: 'Hi', accent: 'red' });
    const commit = (await tip(project(), 'refs/heads/main')) ?? '';
    const work = join(folder, 'work');
    await checkOut(project(), commit, work);
    expect(git(work, 'rev-parse', 'HEAD')).toBe(commit);
    expect(git(work, 'remote', 'get-url', 'origin')).toBe(bare);
    expect(readFileSync(join(work, 'look.json'), 'utf8')).toContain('"Hi"');
  });
});

describe('a repository of the user', () => {
  test('is copied from the branch that is checked out, and stays as it was', async () => {
    const path = userRepository();
    writeFileSync(join(path, 'index.html'), 'changed');
    writeFileSync(join(path, 'new.txt'), 'new');
    const before = git(path, 'for-each-ref');
    const user = await inspectRepository(path);
    await importRepository(project(), user);
    expect(user.uncommitted).toEqual(['index.html', 'new.txt']);
    expect(await tip(project(), 'refs/heads/main')).toBe(git(path, 'rev-parse', 'trunk'));
    expect(git(path, 'for-each-ref')).toBe(before);
    expect(git(bare, 'show', 'main:index.html')).toBe('hello');
  });

  test('may be bare, and may be a folder of a worktree', async () => {
    const path = userRepository();
    mkdirSync(join(path, 'inner'));
    for (const one of [join(path, '.git'), join(path, 'inner')])
      expect((await inspectRepository(one)).path).toBe(one);
  });

  test.each([
    ['does not exist', 'nothing', /is not a directory/],
    ['is a file', 'file', /is not a directory/],
    ['is no repository', 'plain', /is not a git repository/],
    ['has no commit', 'empty', /has no commit yet/],
  ])('a path that %s is one clear error', async (_, name, message) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'plain'));
    mkdirSync(join(folder, 'empty'));
    git(join(folder, 'empty'), 'init', '-q');
    const error = await inspectRepository(join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).problems[0]).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\.$/),
    });
  });
});

test.each([
  [undefined, 'acme/lantern'],
  ['/home/me/My Shop', 'local/My-Shop'],
  ['/home/me/shop.git/', 'local/shop'],
  ['/', 'local/app'],
])('%s is called %s', (path, name) => {
  expect(projectName(path)).toBe(name);
});
