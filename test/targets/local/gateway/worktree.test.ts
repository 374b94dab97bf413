import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Machine } from '../../../../src/targets/local/gateway/machine.ts';
import { Turns } from '../../../../src/targets/local/gateway/turns.ts';
import { addWorktree, removeWorktree } from '../../../../src/targets/local/gateway/worktree.ts';
import { mirrorFolder, stateFolder } from '../../../../src/targets/local/state-folder.ts';
import { commit, git } from '../../../world/git.ts';

const repository = 'acme/shop';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'u-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('worktrees of one mirror come and go side by side without disturbing each other', async () => {
  const state = stateFolder(join(root, 'state'));
  const mirror = mirrorFolder(state, repository);
  const origin = join(root, 'origin');
  for (const folder of [origin, mirror, state.worktrees]) mkdirSync(folder, { recursive: true });
  git(origin, 'init', '--quiet');
  const made = commit(origin, { 'page.html': 'page\n' }, 'Page');
  git(root, 'clone', '--quiet', '--bare', '--no-local', origin, mirror);
  const parts = { state, environment: process.env, turns: new Turns() };
  const machine = parts as Pick<Machine, keyof typeof parts> as Machine;
  const numbers = Array.from({ length: 80 }, (_, number) => number);
  const worker = async () => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      const folder = join(state.worktrees, String(number));
      await addWorktree(machine, { repository, commit: made }, folder);
      expect(readdirSync(folder)).toContain('page.html');
      await removeWorktree(machine, repository, folder);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(readdirSync(state.worktrees)).toEqual([]);
});

test('a turn is taken after one that failed, and not held up by work on something else', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const failing = turns.take('a', async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push('first');
    throw new Error('first');
  });
  const after = turns.take('a', async () => order.push('second'));
  await turns.take('b', async () => order.push('other'));
  await expect(failing).rejects.toThrow('first');
  await after;
  expect(order).toEqual(['other', 'first', 'second']);
});
