import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate, reaches } from './access.ts';
import { ApiError } from './api-error.ts';
import type { LoggedRequest } from './exchange.ts';
import { gitEnvironment } from './git.ts';
import { isGranted } from './permissions.ts';
import { moveRefs } from './pushes.ts';
import type { RepositoryState, Token } from './state.ts';
import { fullName } from './state.ts';
import type { World } from './world.ts';
import { gitDirectory } from './world.ts';

const pattern = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a path is git's, not the API's. */
export function isGitPath(path: string): boolean {
  return pattern.test(path);
}

/** Serves `git clone`, `fetch` and `push` of `/{owner}/{repo}` and `/{owner}/{repo}.git`. */
export async function serveGit(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  log: (entry: LoggedRequest) => void,
): Promise<void> {
  const [, owner, name, service = ''] = pattern.exec(url.pathname) ?? [];
  const pushing = [service, url.searchParams.get('service')].includes('git-receive-pack');
  const entry = { method: request.method ?? 'GET', path: url.pathname };
  const refused = (status: number, text: string): void => {
    log({ ...entry, status });
    const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {};
    response.writeHead(status, { 'content-type': 'text/plain', ...challenge }).end(text);
  };
  const repository = world.store.find(`${owner}/${name}`);
  const caller = callerOf(world, request.headers.authorization);
  if (caller === 'unknown') return refused(401, 'Invalid username or token.');
  if (!caller && (pushing || repository?.private !== false)) return refused(401, 'No credentials.');
  if (!repository) return refused(404, 'Repository not found.');
  if (caller && !mayUse(caller, repository, pushing)) {
    return refused(403, `Permission to ${fullName(repository)}.git denied to ${caller.login}.`);
  }
  const run = () => backend(world, repository, service, request, response, url);
  const pushes = service === 'git-receive-pack' && caller;
  await (pushes ? moveRefs(world, fullName(repository), caller, run) : run());
  log({ ...entry, status: response.statusCode });
}

function callerOf(world: World, header: string | undefined): Token | undefined | 'unknown' {
  try {
    return authenticate(world, header);
  } catch (error) {
    if (error instanceof ApiError) return 'unknown';
    throw error;
  }
}

function mayUse(token: Token, repository: RepositoryState, pushing: boolean): boolean {
  const granted = isGranted(token, { contents: pushing ? 'write' : 'read' });
  return reaches(token, repository) ? granted : !pushing && !repository.private;
}

async function backend(
  world: World,
  repository: RepositoryState,
  service: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { headers } = request;
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: gitEnvironment({
      GIT_PROJECT_ROOT: gitDirectory(world, repository),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${service}`,
      REQUEST_METHOD: request.method ?? 'GET',
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'git',
      REMOTE_ADDR: '127.0.0.1',
    }),
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  await new Promise((done, fail) => child.on('error', fail).on('close', done));
  writeCgi(response, Buffer.concat(output));
}

/** Turns the output of a CGI program, header lines and body, into an answer. */
function writeCgi(response: ServerResponse, output: Buffer): void {
  const split = output.indexOf('\r\n\r\n');
  const headers = output.toString('latin1', 0, Math.max(0, split)).split('\r\n');
  let status = split < 0 ? 500 : 200;
  for (const line of headers.filter(Boolean)) {
    const [name = '', ...rest] = line.split(':');
    const value = rest.join(':').trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(split < 0 ? 0 : split + 4));
}
