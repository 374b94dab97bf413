import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mirrorFolder, type StateFolder } from '../state-folder.ts';
import { harmless } from './environment.ts';
import type { Machine } from './machine.ts';

/** Checks the commit out of the repository's mirror. Rejects with git's own last words. */
export async function addWorktree(
  machine: Machine,
  from: { readonly repository: string; readonly commit: string },
  folder: string,
): Promise<void> {
  const mirror = mirrorFolder(machine.state, from.repository);
  const options = ['worktree', 'add', '--quiet', '--force', '--detach', folder, from.commit];
  await git(machine, mirror, options);
}

/** Removes the folder, whatever state it is in, and the mirror's note of it. */
export async function removeWorktree(
  machine: Machine,
  repository: string,
  folder: string,
): Promise<void> {
  const mirror = mirrorFolder(machine.state, repository);
  const options = ['worktree', 'remove', '--force', '--force', folder];
  const clean = existsSync(folder) && (await git(machine, mirror, options).then(yes, no));
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  if (!clean && existsSync(mirror))
    await git(machine, mirror, ['worktree', 'prune', '--expire=now']);
}

/** Forgets worktrees whose folders are gone, in all mirrors. */
export async function pruneMirrors(machine: Machine): Promise<void> {
  for (const mirror of mirrors(machine.state)) {
    await git(machine, mirror, ['worktree', 'prune', '--expire=now']);
  }
}

function mirrors({ repositories }: StateFolder): readonly string[] {
  if (!existsSync(repositories)) return [];
  return readdirSync(repositories)
    .map((key) => join(repositories, key, 'git'))
    .filter((mirror) => existsSync(join(mirror, 'HEAD')));
}

/**
 * Hooks stay off: a hook of the user's template must not run for the code of a pull request. Callers take turns:
 * git looks at the notes of all worktrees, and fails over one that another git is just writing or removing
 * (eight at once: 1 of 20).
 */
function git(machine: Machine, mirror: string, options: readonly string[]): Promise<void> {
  const env = { ...harmless(machine.environment), GIT_TERMINAL_PROMPT: '0' };
  const all = [
    '--git-dir',
    mirror,
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    'gc.auto=0',
    ...options,
  ];
  const run = () =>
    new Promise<void>((resolve, reject) => {
      execFile('git', all, { env }, (error, _stdout, stderr) => {
        if (!error) return resolve();
        const words = stderr.trim().split('\n').at(-1);
        reject(new Error(words || error.message, { cause: error }));
      });
    });
  return machine.turns.take(mirror, run);
}

const yes = () => true;
const no = () => false;
