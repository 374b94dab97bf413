import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { ControlClient } from '../../src/targets/local/control-client.ts';
import type { GatewayAddress, ListedPreview } from '../../src/targets/local/protocol.ts';
import { Tap } from './tap.ts';

/** An answer of a preview. */
export interface Visit {
  readonly status: number;
  readonly body: string;
}

/** The gateway's bundle as a process of its own, with a tap before its control socket. */
export interface RunningGateway {
  readonly address: GatewayAddress;
  readonly tap: Tap;
  previews(): Promise<readonly ListedPreview[]>;
  /** A request as a browser would make it for that host. */
  visit(host: string, path?: string, headers?: Record<string, string>): Promise<Visit>;
  /** What it said, both streams. */
  words(): string;
  /** Ends it as `systemctl stop` would. */
  stop(): Promise<void>;
}

/** Starts the gateway of a state folder. */
export async function openGateway(root: string, state: string): Promise<RunningGateway> {
  const program = join(root, 'dist', 'gateway', 'index.js');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [program, '--port', '0', '--state', state], {
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  let output = '';
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stderr.on('data', (chunk) => {
    words += chunk;
  });
  const address = await new Promise<GatewayAddress>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/^\{.*\n/.test(output)) resolve(JSON.parse(output));
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${words}`)));
    child.once('error', reject);
  });
  const tap = await tapControl(state, address);
  const client = new ControlClient(address.socket);
  return {
    address,
    tap,
    previews: () => client.call({ method: 'GET', path: '/previews' }),
    visit: (host, path = '/', headers = {}) => visit(address.port, host, path, headers),
    words: () => output + words,
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
      await tap.close();
    },
  };
}

/** Clients are told of the tap's socket instead of the gateway's own. */
async function tapControl(state: string, address: GatewayAddress): Promise<Tap> {
  const socketPath = join(state, '..', 'tap.sock');
  const tap = await Tap.open({ socketPath: address.socket }, { socketPath });
  const file = join(state, 'gateway.json');
  const told = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify({ ...told, socket: socketPath })}\n`);
  return tap;
}

/** A request to a loopback port with a host name of its own. */
export function visit(
  port: number,
  host: string,
  path = '/',
  headers: Record<string, string> = {},
): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false, headers: { host, ...headers } };
    const sent = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
