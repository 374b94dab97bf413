import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../core/user-error.ts';
import { ControlClient } from '../../targets/local/control-client.ts';
import type { GatewayAddress, ListedPreview } from '../../targets/local/protocol.ts';

/** The gateway as the lab uses it: the bundle of the local target, in a process of its own. */
export interface Gateway {
  readonly address: GatewayAddress;
  previews(): Promise<readonly ListedPreview[]>;
  /** Last lines of a service's log, oldest first; empty when there is none. */
  log(preview: ListedPreview, service: string, lines: number): Promise<readonly string[]>;
  /** Ends all previews and the process; the state folder is the caller's to remove. */
  stop(): Promise<void>;
}

/** What the lab tells its gateway. */
export interface GatewayOptions {
  readonly root: string;
  readonly port: number;
  /** State folder; `UNDERSTUDY_HOME` of the runs. */
  readonly state: string;
  /** Where requests for other hosts than previews go. */
  readonly fallback: string;
}

const startLimit = 10_000;
const stopLimit = 15_000;

/** Starts the gateway and waits for its ready line. Rejects with what it said when it ends instead. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const main = join(options.root, 'dist', 'gateway', 'index.js');
  const { port, state, fallback } = options;
  const args = [main, '--port', String(port), '--state', state, '--fallback', fallback];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, UNDERSTUDY_HOME: state },
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  // However the lab ends, its gateway does not outlive it.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  void exited.then(() => process.off('exit', end));
  const address = await readyLine(child, exited);
  const client = new ControlClient(address.socket);
  return {
    address,
    previews: () => client.call({ method: 'GET', path: '/previews' }),
    log: (preview, service, lines) => readLog(client, preview, service, lines),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null)
        await stopAll(child.pid ?? 0, exited);
    },
  };
}

function readyLine(
  child: ReturnType<typeof spawn>,
  exited: Promise<void>,
): Promise<GatewayAddress> {
  const words: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  return new Promise((done, fail) => {
    const failed = (what: string) =>
      fail(new Error(`the gateway ${what}: ${words.join('').trim()}`));
    const timer = setTimeout(() => failed('is not ready after 10 s'), startLimit);
    void exited.then(() => failed('ended')).finally(() => clearTimeout(timer));
    child.once('error', fail);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.once('line', (line) => {
      clearTimeout(timer);
      done(JSON.parse(line) as GatewayAddress);
    });
  });
}

function readLog(
  client: ControlClient,
  { repository, previewId: preview }: ListedPreview,
  service: string,
  lines: number,
): Promise<readonly string[]> {
  const query = new URLSearchParams({ repository, preview, service, lines: String(lines) });
  const call = { method: 'GET', path: `/log?${query}` } as const;
  return client.call<readonly string[]>(call).catch(() => []);
}

async function stopAll(pid: number, exited: Promise<void>): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(pid, 'SIGKILL'), stopLimit);
  await exited.finally(() => clearTimeout(timer));
}

/**
 * The port for the lab: the one asked for (`UserError` when it is taken), else 8080 when free, else any (0).
 */
export async function choosePort(asked: number | undefined): Promise<number> {
  if (asked === undefined) return (await isFree(8080)) ? 8080 : 0;
  if (asked === 0 || (await isFree(asked))) return asked;
  throw new UserError(`port ${asked} is in use`, 'Give another --port, or --port 0 for any.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
