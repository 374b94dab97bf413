import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Something of loopback, reachable at another address of this machine. */
export interface Forwarder {
  /** `http://ADDRESS:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Passes connections on from a free port of `address` to a port of loopback. */
export async function forward(address: string, port: number): Promise<Forwarder> {
  const open = new Set<Socket>();
  const server = createServer((asked) => {
    const passed = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [asked, passed],
      [passed, asked],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy()).on('close', () => open.delete(from));
      from.pipe(to);
    }
  }).listen(0, address);
  await once(server, 'listening');
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
