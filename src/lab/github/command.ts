import { parseArgs } from 'node:util';
import { startGitHub } from './server.ts';

/**
 * `lab github --port 0 --state DIR [--repository owner/name …]`: prints one JSON line
 * `{"url", "repositories", "token"}` when ready and serves until SIGINT or SIGTERM. `argv` starts after
 * the word `github`. Throws for arguments that make no sense.
 */
export async function runGitHub(
  argv: readonly string[],
  surroundings: Surroundings = ofProcess(),
): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '0' },
      state: { type: 'string' },
      repository: { type: 'string', multiple: true, default: [] },
    },
  });
  const port = Number(values.port);
  if (!values.state) throw new Error('--state DIR is missing: where to keep the state');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port ${values.port} is not a port: use 0 to 65535`);
  }
  const github = await startGitHub({ state: values.state, port, repositories: values.repository });
  const { url, repositories, token } = github;
  surroundings.print(JSON.stringify({ url, repositories, token }));
  await surroundings.stopped();
  await github.close();
}

/** Where the line goes, and what ends the service. */
export interface Surroundings {
  print(line: string): void;
  stopped(): Promise<void>;
}

function ofProcess(): Surroundings {
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    stopped: () =>
      new Promise((stop) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
      }),
  };
}
