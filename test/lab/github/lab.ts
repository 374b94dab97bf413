import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitHub, GitHubOptions } from '../../../src/lab/github/server.ts';
import { startGitHub } from '../../../src/lab/github/server.ts';
import { validateExchange } from './openapi.ts';

/** An answer of the stand-in, its body parsed. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly body: any;
}

/** A stand-in with one repository and a clone of it. */
export interface Lab {
  readonly github: GitHub;
  readonly state: string;
  readonly clone: string;
  git(...args: string[]): string;
  /** Writes files, commits them as `Name <address>`, or as Ada, and answers the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string, author?: string): string;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export const repository = 'acme/app';

const ada = 'Ada <ada@example.com>';

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Runs git in a directory; answers its output, trimmed. */
export function gitIn(directory: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: directory, ...identity };
  return execFileSync('git', args, {
    cwd: directory,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Starts a stand-in with `acme/app`, its first commit on main. */
export async function startLab(options: Partial<GitHubOptions> = {}): Promise<Lab> {
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'understudy-github-'));
  const github = await startGitHub({ repositories: [repository], ...options, state });
  const clone = join(state, 'clone');
  const lab: Lab = {
    github,
    state,
    clone,
    git: (...args) => gitIn(clone, ...args),
    commit: (files, message = 'Change', author = ada) => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(clone, path)), { recursive: true });
        writeFileSync(join(clone, path), content);
      }
      gitIn(clone, 'add', '--all');
      gitIn(clone, 'commit', '--quiet', '--allow-empty', '--author', author, '-m', message);
      return gitIn(clone, 'rev-parse', 'HEAD');
    },
    call: (method, path, body, given) => call(github, method, path, body, given),
    close: async () => {
      await github.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
  mkdirSync(clone, { recursive: true });
  gitIn(clone, 'init', '--quiet', '-b', 'main');
  gitIn(clone, 'remote', 'add', 'origin', github.repositories[repository] ?? '');
  lab.commit({ 'README.md': '# App\n', 'web/index.html': 'hello\n' }, 'First');
  gitIn(clone, 'push', '--quiet', 'origin', 'main');
  return lab;
}

/** Pushes a branch with one commit and opens a pull request from it; answers its body. */
export async function openPull(lab: Lab, branch: string, extra: object = {}) {
  lab.git('checkout', '--quiet', '-B', branch, 'main');
  lab.commit({ [`${branch}.txt`]: `${branch}\n` }, `Add ${branch}`);
  lab.git('push', '--quiet', 'origin', branch);
  const body = { title: `Add ${branch}`, head: branch, base: 'main', body: 'Please', ...extra };
  const reply = await lab.call('POST', `/repos/${repository}/pulls`, body);
  if (reply.status !== 201) throw new Error(`no pull request: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

async function call(
  github: GitHub,
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Reply> {
  const token = options.token === undefined ? github.token : options.token;
  const response = await fetch(path.startsWith('http') ? path : github.url + path, {
    method,
    headers: {
      'user-agent': 'understudy-test',
      ...(token && { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const json = /^application\/json/.test(type) && text !== '';
  const reply: Reply = {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
  };
  const { pathname } = new URL(response.url);
  const raw = !json && text !== '';
  if (pathname.startsWith('/_lab/') || raw) return reply;
  const problems = validateExchange({
    method,
    path: pathname,
    status: reply.status,
    ...(body !== undefined && { requestBody: body }),
    ...(json && { responseBody: reply.body }),
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return reply;
}
