import { connectGitHub, type GitHub } from '../../src/github/connect.ts';
import { control, forgetRequests } from '../lab/github/controls.ts';
import { type Lab, repository } from '../lab/github/lab.ts';

/** A connection to a stand-in, and what it said on the way. */
export interface Connected {
  readonly github: GitHub;
  readonly debug: string[];
  readonly warnings: string[];
  /** Milliseconds that it would have waited, each time. */
  readonly pauses: number[];
}

/** Connects as an action does, but waits for nothing; each call has caches of its own. */
export function connected(
  lab: Lab,
  token: string = lab.github.token,
  name: string = repository,
): Connected {
  const debug: string[] = [];
  const warnings: string[] = [];
  const pauses: number[] = [];
  const github = connectGitHub({
    apiUrl: lab.github.url,
    repository: name,
    token,
    environment: {},
    debug: (line) => debug.push(line),
    warn: (line) => warnings.push(line),
    pause: async (milliseconds) => void pauses.push(milliseconds),
  });
  return { github, debug, warnings, pauses };
}

/** A token with these permissions and no others; of a workflow, or of `login`. */
export async function tokenWith(lab: Lab, permissions: object, login?: string): Promise<string> {
  const { token } = await control(lab, 'POST', 'tokens', { permissions, repository, login });
  return token;
}

/** Method, path and status of all requests since the last call, as `GET /pulls/1 200`. */
export async function requestsOf(lab: Lab): Promise<string[]> {
  const all: { method: string; path: string; status: number }[] = await control(
    lab,
    'GET',
    'requests',
  );
  await forgetRequests(lab);
  return all
    .filter(({ path }) => !path.startsWith('/_lab'))
    .map(
      ({ method, path, status }) =>
        `${method} ${path.replace(`/repos/${repository}`, '')} ${status}`,
    );
}

/** Those that are there to change something. */
export function writesAmong(requests: readonly string[]): string[] {
  return requests.filter((line) => !line.startsWith('GET '));
}
