import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Gives the turn to whoever waits. */
export type EndTurn = () => Promise<void>;

const port = 16440;

/**
 * Waits until no other process of this machine has a cluster. The lock is a listening port, so that it ends with its
 * holder, however that ends. Throws after `patience` milliseconds.
 */
export async function takeTurn(patience: number): Promise<EndTurn> {
  for (const end = performance.now() + patience; performance.now() < end; await sleep(200)) {
    const held = await hold();
    if (held) return held;
  }
  throw new Error(`Another cluster of these tests still runs: port ${port} was never free`);
}

async function hold(): Promise<EndTurn | undefined> {
  const server = createServer();
  server.unref();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return async () => {
    server.close();
    await once(server, 'close');
  };
}
