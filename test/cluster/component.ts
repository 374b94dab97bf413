import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAccess } from './api-request.ts';

/** A folder that holds all that a cluster writes, and how to start a part of it there. */
export interface Site {
  readonly folder: string;
  /** The program that is all of Kubernetes. */
  readonly kube: string;
  readonly admin: ApiAccess;
}

/**
 * Starts a part of the cluster, in a session of its own, with its output in `log/NAME.log` and its process id in
 * `pid/NAME`. Its arguments must name something in the folder: that is how it is known for ours when it is ended.
 */
export function startComponent(
  site: Site,
  name: string,
  program: string,
  args: readonly string[],
): void {
  const log = openSync(join(site.folder, 'log', `${name}.log`), 'a');
  const { PATH = '' } = process.env;
  const child = spawn(program, args, {
    cwd: site.folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: `${PATH}:/usr/sbin:/sbin`, HOME: site.folder },
  });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`${program} cannot be started`);
  writeFileSync(join(site.folder, 'pid', name), `${child.pid}`);
}

/** Asks every 50 ms until the answer is true; throws with the end of the part's log after `seconds`. */
export async function until(
  site: Site,
  name: string,
  isSo: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(50))
    if (await isSo()) return;
  const log = readFileSync(join(site.folder, 'log', `${name}.log`), 'utf8');
  throw new Error(`${name} did not come up:\n${log.split('\n').slice(-15).join('\n')}`);
}
