import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

interface Run {
  readonly exit: number | null;
  readonly output: string;
}

/** The stand-in serves from this process, so git must not block it. */
function git(directory: string, ...args: string[]): Promise<Run> {
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const child = spawn('git', args, { cwd: directory, env });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((done) => child.on('close', (exit) => done({ exit, output: output.trim() })));
}

describe('git over HTTP', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.call('POST', '/_lab/repositories', { name: 'acme/secret', private: true });
  });
  afterAll(() => lab.close());

  const basic = (token: string) => {
    const pair = Buffer.from(`x-access-token:${token}`).toString('base64');
    return ['-c', `http.extraheader=AUTHORIZATION: basic ${pair}`];
  };

  test('a public repository is cloned without a token, and any commit fetched by its id', async () => {
    const pull = await openPull(lab, 'one');
    const work = join(lab.state, 'public');
    expect((await git(lab.state, 'clone', '-q', `${lab.github.url}/acme/app`, work)).exit).toBe(0);
    const fetched = await git(work, 'fetch', '-q', '--depth=1', 'origin', pull.head.sha);
    expect(fetched).toEqual({ exit: 0, output: '' });
    const merge = await git(work, 'fetch', '-q', 'origin', `refs/pull/${pull.number}/merge`);
    expect(merge.exit).toBe(0);
  });

  test('a push needs contents: write and moves the pull request in the name of the token', async () => {
    const pull = await openPull(lab, 'pushed');
    const work = join(lab.state, 'pushing');
    const url = `${lab.github.url}/${repository}.git`;
    await git(lab.state, 'clone', '-q', '-b', 'pushed', url, work);
    await git(work, 'commit', '-q', '--allow-empty', '-m', 'More');
    const reader = lab.github.createToken({ contents: 'read' }, repository);
    expect((await git(work, 'push', '-q')).exit).not.toBe(0);
    expect((await git(work, ...basic(reader), 'push', '-q')).output).toContain('403');
    const writer = lab.github.createToken({ contents: 'write' }, repository);
    expect((await git(work, ...basic(writer), 'push', '-q')).exit).toBe(0);
    const head = (await git(work, 'rev-parse', 'HEAD')).output;
    const now = await lab.call('GET', `/repos/${repository}/pulls/${pull.number}`);
    expect(now.body.head.sha).toBe(head);
    const event = lab.github.events().findLast(({ action }) => action === 'synchronize');
    expect(event).toMatchObject({ actor: 'github-actions[bot]', triggersWorkflows: false });
    const hidden = await git(work, ...basic(writer), 'push', 'origin', 'HEAD:refs/pull/1/head');
    expect(hidden.output).toContain('deny updating a hidden ref');
  });

  test('a private repository shows itself to those who may read it only', async () => {
    const url = `${lab.github.url}/acme/secret.git`;
    expect((await git(lab.state, 'ls-remote', url)).exit).not.toBe(0);
    const token = lab.github.createToken({ contents: 'read' }, 'acme/secret');
    expect((await git(lab.state, ...basic(token), 'ls-remote', url)).exit).toBe(0);
    const other = lab.github.createToken({ contents: 'read' }, repository);
    expect((await git(lab.state, ...basic(other), 'ls-remote', url)).exit).not.toBe(0);
  });

  test('git traffic is logged apart from API requests', async () => {
    await lab.call('DELETE', '/_lab/requests');
    await lab.call('DELETE', '/_lab/git-requests');
    await git(lab.state, 'ls-remote', `${lab.github.url}/${repository}`);
    expect((await lab.call('GET', '/_lab/requests')).body).toEqual([]);
    const [first] = (await lab.call('GET', '/_lab/git-requests')).body;
    expect(first).toEqual({ method: 'GET', path: `/${repository}/info/refs`, status: 200 });
  });
});
