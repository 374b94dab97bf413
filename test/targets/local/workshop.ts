import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { duration, instant } from '../../../src/core/time.ts';
import type { Limits } from '../../../src/targets/local/gateway/machine.ts';
import { type Gateway, startGateway } from '../../../src/targets/local/gateway/start-gateway.ts';
import type { LocalSettings } from '../../../src/targets/local/settings.ts';
import { createLocalTarget } from '../../../src/targets/local/target.ts';
import type {
  DesiredPreview,
  DesiredService,
  ProgressEvent,
  Watch,
} from '../../../src/targets/target.ts';

export const gatewayProgram = fileURLToPath(
  new URL('../../../src/targets/local/gateway/main.ts', import.meta.url),
);

/** Answers its commit, and tells its environment at /env; SLOW and BROKEN make it so. */
export const appSource = `
const { createServer } = require('node:http');
console.log('app starts');
if (process.env.BROKEN) { console.error('broken: ' + process.env.BROKEN); process.exit(7); }
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(9);
  if (request.url === '/env') return response.end(JSON.stringify(process.env));
  if (request.url === '/slow') return void setTimeout(() => response.end('slow ' + process.pid), 600);
  if (request.url === '/pid') return response.end(String(process.pid));
  response.end(require('node:fs').readFileSync('version.txt', 'utf8').trim());
});
setTimeout(() => server.listen(process.env.PORT, '127.0.0.1'), Number(process.env.SLOW || 0));
`;

export const quick: Partial<Limits> = {
  grace: 1500,
  restartFirst: 50,
  restartMost: 400,
  look: 50,
  hold: 4000,
};

/** A repository, a state folder and, if asked for, a gateway; all gone at the end. */
export class Workshop {
  readonly root = mkdtempSync(join(tmpdir(), 'u-'));
  readonly repository = join(this.root, 'origin');
  readonly state = join(this.root, 'state');
  readonly events: ProgressEvent[] = [];
  readonly reports: string[] = [];
  gateway: Gateway | undefined;

  constructor() {
    mkdirSync(this.repository);
    this.git('init', '--quiet', '--initial-branch=main');
    this.git('config', 'user.email', 'a@example.com');
    this.git('config', 'user.name', 'A');
  }

  git(...options: string[]): string {
    return execFileSync('git', ['-C', this.repository, ...options], { encoding: 'utf8' }).trim();
  }

  /** Commits the app with this version and answers the commit. */
  commit(version: string, files: Record<string, string> = {}): string {
    const all = { 'app.cjs': appSource, 'version.txt': `${version}\n`, ...files };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(this.repository, name)), { recursive: true });
      writeFileSync(join(this.repository, name), text);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', version);
    return this.git('rev-parse', 'HEAD');
  }

  async start(
    limits: Partial<Limits> = {},
    options: { fallback?: string; publicUrl?: string } = {},
  ): Promise<Gateway> {
    this.gateway = await startGateway({
      state: this.state,
      port: 0,
      host: '127.0.0.1',
      program: gatewayProgram,
      environment: process.env,
      limits: { ...quick, ...limits },
      report: (line) => this.reports.push(line),
      ...options,
    });
    return this.gateway;
  }

  target(environment: Record<string, string> = {}, token?: string) {
    return createLocalTarget({
      repository: 'acme/shop',
      cloneUrl: this.repository,
      token,
      environment: { ...process.env, UNDERSTUDY_HOME: this.state, ...environment },
      now: () => instant(Date.now()),
      gatewayProgram,
    });
  }

  watch(over: Partial<Watch> = {}): Watch {
    return {
      progress: (event) => void this.events.push(event),
      signal: new AbortController().signal,
      wait: true,
      ...over,
    };
  }

  deploy(preview: DesiredPreview, over: Partial<Watch> = {}) {
    return this.target().deploy(only(preview), this.watch(over));
  }

  get(host: string, path = '/', headers: Record<string, string> = {}) {
    return get(this.gateway?.port ?? 0, host, path, headers);
  }

  /** What is left of previews in the state folder, in the mirrors and among the processes. */
  remains(): readonly string[] {
    const folders = ['previews', 'worktrees', 'logs'].flatMap((name) =>
      listOf(join(this.state, name)).map((file) => `${name}/${file}`),
    );
    const mirrors = listOf(join(this.state, 'repositories')).flatMap((key) =>
      listOf(join(this.state, 'repositories', key, 'git', 'worktrees')).map(
        (name) => `admin ${name}`,
      ),
    );
    return [...folders, ...mirrors, ...processesIn(this.state)];
  }

  async close(): Promise<void> {
    await this.gateway?.close();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

export const key = { repository: 'acme/shop', previewId: '1d0fd508' };

/** A desired preview with one service `web` that runs the app. */
export function desired(
  commit: string,
  settings: Partial<LocalSettings> = {},
  over: Partial<DesiredPreview> = {},
): DesiredPreview {
  return {
    ...key,
    pullRequest: 7,
    commit,
    requested: false,
    fingerprint: JSON.stringify(settings),
    services: [service('web', settings)],
    ...over,
  };
}

export function service(
  name: string,
  settings: Partial<LocalSettings> = {},
  host = '1d0fd508.localhost',
  within = 8000,
): DesiredService {
  const probe = { path: '/', within: duration(within) };
  return {
    name,
    host,
    probe,
    settings: { run: 'exec node app.cjs', env: {}, ...settings },
    names: { stackName: 'app-preview', namespace: 'app-preview' },
    values: {},
  };
}

export function only(occasion: DesiredPreview) {
  return { occasion, all: async () => [occasion] };
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request to the gateway as a browser would make it for that host. */
export function get(
  port: number,
  host: string,
  path = '/',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false, headers: { host, ...headers } };
    const sent = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Waits until it is so; fails after a while. */
export async function until(condition: () => boolean | Promise<boolean>, within = 8000) {
  const end = Date.now() + within;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not so after ${within} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether somebody listens on a loopback port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The gateway as a program of its own. Answers its line and its process. */
export function spawnGateway(options: readonly string[], environment = process.env) {
  const child = spawn(process.execPath, [gatewayProgram, ...options], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ready = new Promise<{ port: number; pid: number; socket: string }>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/^\{.*\n/.test(output)) resolve(JSON.parse(output));
    });
    child.on('exit', (code) => reject(new Error(`exit ${code}: ${errors}`)));
  });
  ready.catch(() => undefined);
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, ready, exit, output: () => output, errors: () => errors };
}

function listOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Processes whose working folder lies in the state folder. */
function processesIn(state: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes('UNDERSTUDY_INSTANCE=') &&
          execFileSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' }).startsWith(state)
        );
      } catch {
        return false;
      }
    })
    .map((pid) => `process ${pid}`);
}
