import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leftover } from '../../target.ts';
import type { Machine } from './machine.ts';
import { endFamily, markersWith } from './process-table.ts';
import { removeWorktree } from './worktree.ts';

/** Removes processes, worktree and logs of a release of which only the id may be known. Answers what is left. */
export async function removeTraces(
  machine: Machine,
  repository: string,
  id: string,
): Promise<readonly Leftover[]> {
  const markers = markersWith(`${machine.prefix}.${id}.`);
  const left = await Promise.all(
    markers.map((marker) => endFamily({ marker }, machine.limits.grace)),
  );
  return [...unended(left.flat()), ...(await removeFiles(machine, repository, id))];
}

/** Processes that withstood. */
export function unended(pids: readonly number[]): readonly Leftover[] {
  return pids.map((pid) => leftover('process', String(pid), 'it does not end'));
}

async function removeFiles(
  machine: Machine,
  repository: string,
  id: string,
): Promise<readonly Leftover[]> {
  const worktree = join(machine.state.worktrees, id);
  const logs = join(machine.state.logs, id);
  const tries = [
    attempt('worktree', worktree, () => removeWorktree(machine, repository, worktree)),
    attempt('log', logs, () => rm(logs, { recursive: true, force: true, maxRetries: 3 })),
  ];
  return (await Promise.all(tries)).flat();
}

async function attempt(
  type: string,
  file: string,
  remove: () => Promise<void>,
): Promise<readonly Leftover[]> {
  let reason = 'it is still there';
  await remove().catch((error: Error) => {
    reason = error.message;
  });
  return existsSync(file) ? [leftover(type, file, reason)] : [];
}

function leftover(type: string, id: string, reason: string): Leftover {
  return { type, id, reason };
}
