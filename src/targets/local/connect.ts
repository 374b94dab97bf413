import { spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../core/user-error.ts';
import { answers, readAddress } from './address.ts';
import { ControlClient } from './control-client.ts';
import { openLog, tailLog } from './gateway/log-file.ts';
import type { StateFolder } from './state-folder.ts';

/** How to get at the gateway of a state folder. */
export interface GatewayPlace {
  readonly state: StateFolder;
  /** The gateway's program. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const startWithin = 30_000;
/** The gateway's exit code when another one was quicker. */
const alreadyRunning = 3;

/** The gateway that runs; `undefined` when none does. */
export async function findGateway(state: StateFolder): Promise<ControlClient | undefined> {
  const address = readAddress(state);
  return address && (await answers(address)) ? new ControlClient(address.socket) : undefined;
}

/** The gateway that runs, or one that is started and outlives this process. */
export async function reachGateway(place: GatewayPlace): Promise<ControlClient> {
  const found = await findGateway(place.state);
  if (found) return found;
  const exit = startDetached(place);
  const end = performance.now() + startWithin;
  while (performance.now() < end) {
    const gateway = await findGateway(place.state);
    if (gateway) return gateway;
    const code = await Promise.race([exit, delay(50)]);
    if (typeof code === 'number' && code !== alreadyRunning) break;
    if (code === alreadyRunning) await delay(50);
  }
  throw didNotStart(place);
}

function didNotStart({ state }: GatewayPlace): UserError {
  const words = tailLog(state.gatewayLog, 3).join(' ');
  return new UserError(
    `The gateway did not start${words ? `: ${words}` : '.'}`,
    `Its log is ${state.gatewayLog}; another port can be set with UNDERSTUDY_GATEWAY_PORT.`,
  );
}

/** Answers the exit code, should it end. */
function startDetached({ state, program, environment }: GatewayPlace): Promise<number> {
  mkdirSync(state.root, { recursive: true, mode: 0o700 });
  const log = openLog(state.gatewayLog);
  const child = spawn(process.execPath, [program, '--state', state.root], {
    cwd: state.root,
    env: outliving(environment),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve(code ?? 1));
    child.on('error', () => resolve(1));
  });
}

/**
 * A job's variables stay behind: its secrets, and RUNNER_TRACKING_ID, by which the runner finds and kills
 * what a job left running (actions/runner, `JobExtension.cs`, "Cleaning up orphan processes").
 */
function outliving(environment: GatewayPlace['environment']): Record<string, string> {
  const wanted =
    /^(PATH|HOME|LANG|LC_ALL|TMPDIR|SHELL|USER|LOGNAME|TZ|XDG_\w+|UNDERSTUDY_(HOME|GATEWAY_PORT|PUBLIC_URL))$/;
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => wanted.test(entry[0]) && entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
