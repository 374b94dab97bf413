import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type GitHub, startGitHub } from '../../src/lab/github/server.ts';
import { commitTo } from '../../src/lab/story/project.ts';
import { permissionsOf } from './act.ts';
import { node24, whySkipped } from './tools.ts';

const repository = 'acme/scratch';
const workflow = '.github/workflows/prove-assumptions.yml';
const node = node24();
const run = whySkipped(node) === undefined ? test : test.skip;

let temp: string;
let github: GitHub;

beforeEach(async () => {
  temp = mkdtempSync(join(tmpdir(), 'understudy-broken-'));
  github = await startGitHub({ state: join(temp, 'github'), repositories: [repository] });
  const project = { name: repository, bare: github.repositories[repository] ?? '', sample: true };
  await commitTo(project, { branch: 'main', message: 'First', files: { 'a.txt': 'a' } });
  await github.takeInPushes();
});

afterEach(async () => {
  await github.close();
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
});

run('a GitHub that moves refs to what is no descendant is found out', async () => {
  await using lax = await forcing(github.url);
  const { exit, rows } = await ask(lax.url);
  expect(exit).toBe(1);
  expect(rows.filter(({ holds }) => holds === '**no**').map(({ name }) => name)).toEqual([
    'a rival that is no descendant is refused, and nothing moves',
    'of two that move one ref at once, one wins, and the ref is where it put it',
    'of 5 that move one ref at once, one wins',
  ]);
  expect((await ask(github.url, 'clear')).exit).toBe(0);
  expect(refs()).toEqual(['refs/heads/main']);
});

run('old reads are told and counted, and break nothing', async () => {
  const path = `/repos/${repository}/git/ref/understudy/prove/4711-1/lag`;
  await fault({ match: { method: 'GET', path }, action: 'stale-read', times: 2 });
  const { exit, rows } = await ask(github.url);
  expect(exit).toBe(0);
  expect(rows.find(({ name }) => name.startsWith('a read after a write'))).toMatchObject({
    answer: expect.stringMatching(/^1 of 20 old at first, the longest for [1-9]\d+ ms$/),
    holds: 'yes',
  });
});

run(
  'what cannot be asked of a repository is said, and a secondary limit is waited for',
  async () => {
    const match = { method: 'POST', path: `/repos/${repository}/pulls` };
    await fault({ match, action: 'secondary-limit', times: 1, milliseconds: 1000 });
    const { exit, rows } = await ask(github.url);
    expect(exit).toBe(0);
    expect(rows.filter(({ holds }) => holds === 'not asked').map(({ name }) => name)).toEqual([
      'rulesets of this repository let such refs by (good to know)',
      'a dispatch tells which run it started',
      'the run is found by its title, which run-name makes from an input',
      'runs since a moment are listed by when they were made',
      'a run is shown by its id',
      'a run is cancelled, or has ended',
      'an input that the workflow does not have is refused (good to know)',
    ]);
  },
);

interface Row {
  readonly name: string;
  readonly answer: string;
  readonly holds: string;
}

async function ask(url: string, ...args: readonly string[]) {
  const summary = join(temp, 'summary.md');
  writeFileSync(summary, '');
  const child = spawn(
    join(node.path ?? '', 'node'),
    ['scripts/prove-assumptions/main.ts', ...args],
    {
      env: {
        GITHUB_API_URL: url,
        GITHUB_SERVER_URL: github.url,
        GITHUB_GRAPHQL_URL: `${url}/graphql`,
        GITHUB_REPOSITORY: repository,
        GITHUB_TOKEN: github.createToken(permissionsOf(workflow, 'prove'), repository),
        GITHUB_RUN_ID: '4711',
        GITHUB_STEP_SUMMARY: summary,
        PROVE_PAUSE_MS: '0',
        PROVE_ROUNDS: '2',
      },
      stdio: 'ignore',
    },
  );
  const exit = await new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)));
  return { exit, rows: rowsIn(readFileSync(summary, 'utf8')) };
}

function rowsIn(summary: string): Row[] {
  const lines = summary.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => {
    const cells = line.slice(2, -2).split(/(?<!\\) \| /);
    return { name: cells[0] ?? '', answer: cells.at(-2) ?? '', holds: cells.at(-1) ?? '' };
  });
}

function refs(): string[] {
  const listed = execFileSync('git', ['for-each-ref', '--format=%(refname)'], {
    cwd: github.repositories[repository],
    encoding: 'utf8',
  });
  return listed.split('\n').filter((ref) => ref !== '' && !ref.startsWith('refs/pull/'));
}

async function fault(rule: object): Promise<void> {
  await fetch(`${github.url}/_lab/faults`, { method: 'POST', body: JSON.stringify(rule) });
}

/** In front of the stand-in, a GitHub without compare-and-swap: every move is by force. */
async function forcing(target: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    passOn(target, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function passOn(target: string, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isMove = request.method === 'PATCH' && request.url?.includes('/git/refs/');
  const body = isMove ? JSON.stringify({ ...JSON.parse(text), force: true }) : text;
  const names = ['authorization', 'accept', 'user-agent', 'if-none-match'];
  const headers = names.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const answer = await fetch(`${target}${request.url}`, {
    method: request.method ?? 'GET',
    headers,
    ...(text !== '' && { body }),
  });
  const told = [...answer.headers].filter(([name]) => !/^(content-length|connection)$/.test(name));
  response.writeHead(answer.status, Object.fromEntries(told));
  response.end(Buffer.from(await answer.arrayBuffer()));
}
