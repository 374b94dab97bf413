import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../../core/sha256.ts';
import { UserError } from '../../../core/user-error.ts';
import { answers, readAddress, writeAddress } from '../address.ts';
import type { GatewayAddress } from '../protocol.ts';
import { type StateFolder, stateFolder } from '../state-folder.ts';
import { createControl } from './control.ts';
import { FreePorts } from './free-port.ts';
import { Front } from './front.ts';
import { defaultLimits, type Limits, type Machine } from './machine.ts';
import { Supervisor } from './supervisor.ts';
import { Turns } from './turns.ts';

/** How a gateway is started. */
export interface GatewayOptions {
  /** State folder; made when absent. */
  readonly state: string;
  /** 0 = any. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** Where requests for the machine's own names go; absent = a list of previews. */
  readonly fallback?: string;
  /** Address of a service as users see it, with `{host}`, behind a proxy of one's own. */
  readonly publicUrl?: string;
  /** The gateway's own program, which also serves plain files. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<Limits>;
  report(line: string): void;
}

/** A gateway that runs in this process. */
export interface Gateway extends GatewayAddress {
  /** Ends all processes of previews gracefully and stops; the next start brings them back. */
  close(): Promise<void>;
  /** Settles when it was closed, by whomever. */
  readonly closed: Promise<void>;
}

/** A path of a Unix socket is at most 108 bytes on Linux, 104 on macOS (`man 7 unix`). */
const longestSocketPath = 100;

/** Thrown when another gateway has the state folder. */
export class AlreadyRunning extends UserError {
  override readonly name: string = 'AlreadyRunning';
}

/** Starts the gateway. Throws a `UserError` when the state folder or the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const state = stateFolder(options.state);
  mkdirSync(state.root, { recursive: true, mode: 0o700 });
  chmodSync(state.root, 0o700);
  const lock = await takeState(state);
  try {
    return await serve(options, state, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function serve(
  options: GatewayOptions,
  state: StateFolder,
  lock: Closable,
): Promise<Gateway> {
  let port = 0;
  const urlOf = (host: string) =>
    options.publicUrl?.replaceAll('{host}', host) ?? `http://${host}:${port}`;
  const machine = makeMachine(options, state, urlOf);
  const supervisor = new Supervisor(machine, new FreePorts());
  let letIn = () => {};
  const open = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  const front = new Front(machine, supervisor, { fallback: options.fallback, open });
  port = await listenOnPort(front.server, options);
  let stop = () => {};
  const control = createControl(machine, supervisor, () => stop());
  const socket = socketPath(state);
  try {
    await supervisor.start();
    letIn();
    await listenOnSocket(control, socket);
  } catch (error) {
    front.server.close();
    removeSocket(state, socket);
    throw error;
  }
  const address: GatewayAddress = {
    url: `http://localhost:${port}`,
    port,
    pid: process.pid,
    socket,
    state: state.root,
  };
  writeAddress(state, address);
  const closing = once(async () => {
    await shutDown([front.server, control], supervisor, state);
    removeSocket(state, socket);
    lock.close();
  });
  stop = () => void closing.begin();
  return { ...address, close: closing.begin, closed: closing.ended };
}

/** Something that is done at the first call; later calls wait for it. */
function once(act: () => Promise<void>) {
  let started: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    started = resolve;
  }).then(act);
  const begin = () => {
    started();
    return ended;
  };
  return { begin, ended };
}

function makeMachine(
  { limits, program, environment, report }: GatewayOptions,
  state: StateFolder,
  urlOf: (host: string) => string,
): Machine {
  return {
    state,
    limits: { ...defaultLimits, ...limits },
    prefix: sha256Hex(state.root).slice(0, 12),
    staticServer: [process.execPath, program, 'static'],
    turns: new Turns(),
    environment,
    now: () => Date.now(),
    newId: () => randomBytes(8).toString('hex'),
    urlOf,
    report,
  };
}

/** Visitors are turned away first, then the processes end, then clients are told no more. */
async function shutDown(
  [front, control]: readonly [Server, Server],
  supervisor: Supervisor,
  state: StateFolder,
): Promise<void> {
  front.close();
  front.closeAllConnections();
  await supervisor.halt();
  rmSync(state.gatewayFile, { force: true });
  control.close();
  control.closeAllConnections();
}

interface Closable {
  close(): void;
}

/** Makes this the only gateway of the state folder. */
async function takeState(state: StateFolder): Promise<Closable> {
  const lock = process.platform === 'linux' ? await kernelLock(state) : { close: () => {} };
  const other = readAddress(state);
  if (lock && !(other && (await answers(other)))) return lock;
  lock?.close();
  throw new AlreadyRunning(
    `Another gateway uses ${state.root}${other ? `: process ${other.pid}, ${other.url}` : ''}.`,
    'Use that one, stop it, or give this one another folder with --state.',
  );
}

/**
 * A name that the kernel gives to one process only and takes back when it ends (`man 7 unix`, abstract
 * sockets); nobody ever connects to it. `undefined` when it is taken.
 */
function kernelLock(state: StateFolder): Promise<Closable | undefined> {
  const name = `understudy-${process.getuid?.()}-${sha256Hex(state.root).slice(0, 32)}`;
  return new Promise((resolve, reject) => {
    const server = createNetServer((socket) => socket.destroy());
    server.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(`\0${name}`, () => resolve(server));
  });
}

function socketPath(state: StateFolder): string {
  const near = join(state.root, 'control.sock');
  if (Buffer.byteLength(near) <= longestSocketPath) return near;
  const folder = mkdtempSync(join(tmpdir(), 'understudy-'));
  return join(folder, 'control.sock');
}

function removeSocket(state: StateFolder, socket: string): void {
  rmSync(socket, { force: true });
  if (dirname(socket) !== state.root) rmSync(dirname(socket), { recursive: true, force: true });
}

function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

function listenOnPort(server: Server, { port, host }: GatewayOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
      const message = `The gateway cannot listen on ${host}:${port}: ${error.message}.`;
      const hint = 'Choose a free port with --port, or with UNDERSTUDY_GATEWAY_PORT.';
      reject(new UserError(message, hint, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as { port: number }).port));
  });
}
