import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Tool } from '../e2e/tools.ts';

/** An emulator of AWS that runs. Each 12-digit access key id is an account of its own. */
export interface Ministack {
  readonly url: string;
  readonly pid: number;
  /** What it wrote so far. */
  log(): string;
  close(): Promise<void>;
}

const version = '1.5.33';
const environment = resolve(`node_modules/.cache/understudy-tests/ministack-${version}`);

/**
 * The emulator, in a virtual environment below `node_modules/.cache` that is made once (a few seconds, 90 MB);
 * or why it is not there.
 */
export function ministackProgram(): Tool {
  const path = join(environment, 'bin/ministack');
  const made = join(environment, 'made');
  if (existsSync(made)) return { path };
  const lock = `${environment}.lock`;
  mkdirSync(join(environment, '..'), { recursive: true });
  if (!take(lock))
    return waitFor(made, lock)
      ? { path }
      : { path: undefined, why: 'ministack is still being installed' };
  try {
    rmSync(environment, { recursive: true, force: true });
    execFileSync('python3', ['-m', 'venv', environment], { stdio: 'pipe' });
    const pip = join(environment, 'bin/pip');
    execFileSync(pip, ['install', '--quiet', `ministack==${version}`], { stdio: 'pipe' });
    writeFileSync(made, '');
    return { path };
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    return { path: undefined, why: `ministack ${version} cannot be installed: ${why}` };
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Only one of several test processes installs. */
function take(lock: string): boolean {
  try {
    if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 300_000)
      rmSync(lock, { recursive: true, force: true });
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function waitFor(made: string, lock: string): boolean {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 900 && existsSync(lock); round += 1) Atomics.wait(sleeper, 0, 0, 200);
  return existsSync(made);
}

/**
 * Starts an emulator on a port of its own. With `auth` it minds capabilities and IAM (`test`/`test` is root).
 * Throws when it cannot be installed or does not come up.
 */
export async function startMinistack(
  options: { readonly auth?: boolean } = {},
): Promise<Ministack> {
  const program = ministackProgram();
  if (program.path === undefined) throw new Error(program.why);
  for (let attempt = 1; ; attempt += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'ministack-'));
    const started = await start(program.path, folder, await freePort(), options.auth === true);
    if (started) return started;
    const log = readFileSync(join(folder, 'log'), 'utf8');
    rmSync(folder, { recursive: true, force: true });
    if (attempt === 3) throw new Error(`ministack does not come up: ${log}`);
  }
}

async function start(program: string, folder: string, port: number, auth: boolean) {
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const { PATH = '' } = process.env;
  // In a process group of its own, which ends with it: functions run as its children.
  const child = spawn(program, [], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH,
      HOME: folder,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      // A Docker daemon of the machine is none of its business.
      DOCKER_HOST: `unix://${join(folder, 'no-docker.sock')}`,
      ...(auth && { AUTH: 'true' }),
    },
  });
  closeSync(log);
  const exited = new Promise<void>((resolveExit) => {
    child.once('error', () => resolveExit());
    child.once('exit', () => resolveExit());
  });
  const url = `http://127.0.0.1:${port}`;
  const isUp = await comesUp(url, exited);
  const { pid } = child;
  const close = async () => {
    endGroup(pid, 'SIGTERM');
    const late = setTimeout(() => endGroup(pid, 'SIGKILL'), 5000);
    await exited;
    clearTimeout(late);
    endGroup(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  if (isUp && pid !== undefined)
    return { url, pid, log: () => readFileSync(logFile, 'utf8'), close };
  endGroup(pid, 'SIGKILL');
  return undefined;
}

async function comesUp(url: string, exited: Promise<void>): Promise<boolean> {
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });
  const until = Date.now() + 30_000;
  while (!isGone && Date.now() < until) {
    try {
      const { ok } = await fetch(`${url}/_ministack/health`);
      if (ok && !isGone) return true;
    } catch {}
    await new Promise((passed) => setTimeout(passed, 50));
  }
  return false;
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {}
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
