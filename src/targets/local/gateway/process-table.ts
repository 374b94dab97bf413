import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessIdentity } from '../registry.ts';

/** The environment variable by which a process of ours is found, whatever group it has moved to. */
export const markerVariable = 'UNDERSTUDY_INSTANCE';

/** The processes of one service: everything with its marker, and the group of its leader. */
export interface ProcessFamily {
  readonly marker: string;
  readonly leader?: ProcessIdentity | undefined;
}

interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  readonly marker: string | undefined;
}

/** The identity of a running process; `undefined` when it is gone or only waits to be reaped. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = process.platform === 'linux' ? readStat(pid)?.started : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether the very process runs, not a later one with its id. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** Markers of running processes that begin with a prefix. Linux only: elsewhere empty. */
export function markersWith(prefix: string): readonly string[] {
  const markers = listProcesses().map(({ marker }) => marker);
  return [...new Set(markers.filter((marker) => marker !== undefined))].filter((marker) =>
    marker.startsWith(prefix),
  );
}

/**
 * Ends a family: SIGTERM, then SIGKILL after `grace` milliseconds. Answers the ids of processes that are
 * still there 5 s after that.
 */
export async function endFamily(family: ProcessFamily, grace: number): Promise<readonly number[]> {
  signalFamily(family, 'SIGTERM');
  if (await isGone(family, grace)) return [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    signalFamily(family, 'SIGKILL');
    if (await isGone(family, 1000)) return [];
  }
  return membersOf(family).map(({ pid }) => pid);
}

/** Signals a group at once and everything that left it. */
function signalFamily(family: ProcessFamily, signal: NodeJS.Signals): void {
  const { leader } = family;
  if (leader && isRunning(leader)) send(-leader.pid, signal);
  for (const { pid, group } of membersOf(family)) {
    if (group !== leader?.pid || !isRunning(leader)) send(pid, signal);
  }
}

/** Reading the whole table is dear, so it waits for the leader first. */
async function isGone(family: ProcessFamily, within: number): Promise<boolean> {
  const end = performance.now() + within;
  for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
    if (!(family.leader && isRunning(family.leader)) && membersOf(family).length === 0) return true;
    if (performance.now() >= end) return false;
    await delay(Math.min(pause, Math.max(1, end - performance.now())));
  }
}

function membersOf({ marker, leader }: ProcessFamily): readonly ProcessEntry[] {
  return listProcesses().filter(
    (entry) =>
      entry.marker === marker ||
      // A process may have cleared its environment, but not one that carries another's marker.
      (leader !== undefined && entry.group === leader.pid && entry.marker === undefined),
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone, or no longer our user's: then it is reported as left.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function listProcesses(): readonly ProcessEntry[] {
  return process.platform === 'linux' ? listByProc() : listByPs();
}

function listByProc(): readonly ProcessEntry[] {
  const user = process.getuid?.();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const pid = Number(name);
      const stat = readStat(pid);
      const environment = stat && readText(`/proc/${pid}/environ`);
      // An unreadable environment is another user's process, and none of ours.
      if (!stat || (environment === undefined && user !== 0)) return [];
      return [{ pid, group: stat.group, marker: markerIn(environment ?? '') }];
    });
}

function markerIn(environment: string): string | undefined {
  const start = `\0${environment}`.indexOf(`\0${markerVariable}=`);
  if (start < 0) return undefined;
  return environment.slice(start + markerVariable.length + 1).split('\0', 1)[0];
}

/** `man 5 proc_pid_stat`: after the name in parentheses come state, parent, group …; the 22nd is the start. */
function readStat(pid: number): { readonly group: number; readonly started: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  if (state === undefined || 'ZX'.includes(state)) return undefined;
  return { group: Number(group), started: fields[19] ?? '' };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

function startedByPs(pid: number): string | undefined {
  const line = ps(['-o', 'stat=,lstart=', '-p', String(pid)]).trim();
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}

function listByPs(): readonly ProcessEntry[] {
  return ps(['-A', '-o', 'pid=,pgid=,stat='])
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, group, stat]) => group !== undefined && !stat?.startsWith('Z'))
    .map(([pid, group]) => ({ pid: Number(pid), group: Number(group), marker: undefined }));
}

function ps(options: readonly string[]): string {
  try {
    return execFileSync('ps', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
