import { createServer } from 'node:net';

/** Gives out loopback ports that nobody listens on, never one that is still given out. */
export class FreePorts {
  readonly #taken = new Set<number>();

  /** A port until `release`. */
  async take(): Promise<number> {
    for (;;) {
      const port = await anyPort();
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
  }

  /** Notes a port that an adopted process has. */
  keep(port: number): void {
    this.#taken.add(port);
  }

  release(port: number | undefined): void {
    if (port !== undefined) this.#taken.delete(port);
  }
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
