import { parseArgs } from 'node:util';
import { UserError } from '../../core/user-error.ts';
import type { GitHubOptions } from './server.ts';
import { startGitHub } from './server.ts';

/**
 * `lab github --port 0 --state DIR [--repository owner/name …]`: prints one JSON line
 * `{"url", "repositories", "token"}` when ready and serves until SIGINT or SIGTERM. `argv` starts after
 * the word `github`. Throws `UserError` for arguments that make no sense.
 */
export async function runGitHub(
  argv: readonly string[],
  surroundings: Surroundings = ofProcess(),
): Promise<void> {
  const github = await startGitHub(optionsFrom(argv));
  const { url, repositories, token } = github;
  surroundings.print(JSON.stringify({ url, repositories, token }));
  await surroundings.stopped();
  await github.close();
}

const usage = 'lab github --port 0 --state DIR [--repository owner/name …]';

function optionsFrom(argv: readonly string[]): GitHubOptions {
  const { port, state, repository } = read(argv);
  const number = Number(port);
  if (!state) throw new UserError('--state is missing: the directory to keep the state in', usage);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new UserError(`--port "${port}" is not a port: 0 to 65535`, usage);
  }
  return { state, port: number, repositories: repository };
}

function read(argv: readonly string[]) {
  const options = {
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
    repository: { type: 'string', multiple: true, default: [] as string[] },
  } as const;
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UserError((error as Error).message, usage, { cause: error });
  }
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
