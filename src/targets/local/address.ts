import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { GatewayAddress } from './protocol.ts';
import type { StateFolder } from './state-folder.ts';

/** Where a gateway said that it is; `undefined` when none said so. It may be dead by now. */
export function readAddress(state: StateFolder): GatewayAddress | undefined {
  try {
    return JSON.parse(readFileSync(state.gatewayFile, 'utf8')) as GatewayAddress;
  } catch {
    return undefined;
  }
}

/** Tells clients where the gateway is. */
export function writeAddress(state: StateFolder, address: GatewayAddress): void {
  writeFileSync(`${state.gatewayFile}.new`, `${JSON.stringify(address)}\n`, { mode: 0o600 });
  renameSync(`${state.gatewayFile}.new`, state.gatewayFile);
}

/** Whether somebody listens on the control socket. */
export function answers({ socket }: GatewayAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.on('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.on('error', () => resolve(false));
  });
}
