import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { look } from '../../src/lab/story/look.ts';
import { LabProcess } from './lab-process.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-e2e-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The lab puts everything below TMPDIR, so that what it leaves can be seen. */
function startLab(...args: string[]): LabProcess {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  return new LabProcess(args, { TMPDIR: join(folder, 'tmp') });
}

/** Processes that live in the test's folder: by command line, environment or working directory. */
function processesOf(path: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((id) => {
      try {
        const command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
        return command.includes(path) || readFileSync(`/proc/${id}/environ`, 'utf8').includes(path);
      } catch {
        return false;
      }
    });
}

function repository(files: Record<string, string>): string {
  const path = join(folder, 'my-app');
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=U', '-c', 'user.email=u@example.com', ...args], {
      cwd: path,
    });
  git('init', '-q', '-b', 'trunk');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  return path;
}

describe('lab --once', () => {
  test('plays the whole life of previews, each step looked at, and leaves nothing', async () => {
    const lab = startLab('--once');
    expect(await lab.exited).toBe(0);
    expect(lab.errors).toBe('');
    expect(lab.of('chapter')).toHaveLength(5);
    expect(lab.of('preview').map(({ what, 'pull-request': number }) => [what, number])).toEqual([
      ['created', 1],
      ['updated', 1],
      ['created', 2],
      ['created', 3],
    ]);
    expect(lab.of('gone').map((gone) => gone['pull-request'])).toEqual([1, 3]);
    expect(lab.of('run').map(({ on, exit }) => [on, exit])).toEqual([
      ['pull_request.opened', 0],
      ['pull_request.synchronize', 0],
      ['pull_request.opened', 0],
      ['pull_request.closed', 0],
      ['pull_request.opened', 0],
      ['schedule', 0],
    ]);
    expect(lab.of('check').filter(({ ok }) => ok !== true)).toEqual([]);
    expect(lab.events.at(-1)).toMatchObject({ event: 'done', ok: true, faults: [] });
    expect(lab.events.at(-1)?.previews).toHaveLength(1);
    expect(lab.events.every(({ at }) => typeof at === 'string')).toBe(true);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(processesOf(folder)).toEqual([]);
  });

  test('the first preview answers within 15 s of the start, and is told at once', async () => {
    const start = Date.now();
    const lab = startLab('--once');
    const preview = await lab.event('preview');
    expect(Date.now() - start).toBeLessThan(15_000);
    expect(preview.url).toMatch(/^http:\/\/[0-9a-f]{8}\.localhost:\d+$/);
    expect(await lab.exited).toBe(0);
  });

  test('plays with a repository of the user, and leaves it as it was', async () => {
    const path = repository({ 'index.html': '<h1>My app</h1>' });
    writeFileSync(join(path, 'index.html'), 'not committed');
    const before = execFileSync('git', ['for-each-ref'], { cwd: path, encoding: 'utf8' });
    const lab = startLab(path, '--once');
    expect(await lab.exited).toBe(0);
    expect(lab.of('note')[0]?.text).toContain('index.html');
    expect(lab.events.at(-1)).toMatchObject({ ok: true });
    expect(execFileSync('git', ['for-each-ref'], { cwd: path, encoding: 'utf8' })).toBe(before);
    expect(readFileSync(join(path, 'index.html'), 'utf8')).toBe('not committed');
  });

  test('an application that cannot run ends with 1, and says why', async () => {
    const manifest = { scripts: { start: 'echo no luck; exit 3' } };
    const lab = startLab(repository({ 'package.json': JSON.stringify(manifest) }), '--once');
    expect(await lab.exited).toBe(1);
    expect(lab.events.at(-1)).toMatchObject({ event: 'done', ok: false });
    expect(JSON.stringify(lab.of('run')[0]?.errors)).toMatch(/exit|code 3|ended/);
    expect(lab.errors).not.toContain('    at ');
  });
});

describe('lab, until Ctrl-C', () => {
  test('an ordinary push to the bare directory renews the preview', async () => {
    const lab = startLab();
    const { git } = await lab.event('open');
    const [url] = (lab.of('done')[0]?.previews ?? []) as string[];
    const work = join(folder, 'work');
    const run = (cwd: string, ...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=U', '-c', 'user.email=u@x.test', ...args], {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    run(folder, 'clone', '-q', '-b', 'fix/ocean-blue', String(git), work);
    run(work, 'commit', '-q', '--allow-empty', '-m', 'by hand');
    run(work, 'push', '-q', 'origin', 'HEAD');
    const commit = run(work, 'rev-parse', 'HEAD').trim();
    const until = Date.now() + 10_000;
    let body = '';
    while (!body.includes(commit) && Date.now() < until) {
      body = (await look(url ?? '')).body;
      await new Promise((done) => setTimeout(done, 100));
    }
    expect(body).toContain(commit);
    expect(await lab.stop()).toBe(0);
  });

  test('a signal in the middle of the story stops everything and leaves nothing', async () => {
    const lab = startLab();
    await lab.event('pull-request');
    expect(await lab.stop()).toBe(130);
    expect(lab.events.at(-1)?.event).toBe('stopped');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(processesOf(folder)).toEqual([]);
  });

  test('a port in use is one clear error', async () => {
    const first = startLab();
    const { url } = await first.event('started');
    const second = startLab('--port', new URL(String(url)).port);
    expect(await second.exited).toBe(1);
    expect(second.events).toEqual([
      expect.objectContaining({ event: 'error', message: expect.stringContaining('in use') }),
    ]);
    await first.stop();
  });
});

test('the stand-in alone is told in one line, and keeps its state', async () => {
  const { spawn } = await import('node:child_process');
  const state = join(folder, 'state');
  const args = [
    'dist/lab/index.js',
    'lab',
    'github',
    '--state',
    state,
    '--repository',
    'acme/shop',
  ];
  const child = spawn(process.execPath, args);
  const line = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (chunk: Buffer) => done(chunk.toString()));
    child.once('exit', (code) => fail(new Error(`it ended with ${code}`)));
  });
  const { url, repositories, token } = JSON.parse(line);
  const answer = await fetch(`${url}/repos/acme/shop`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await answer.json()).toMatchObject({ full_name: 'acme/shop' });
  expect(existsSync(repositories['acme/shop'])).toBe(true);
  child.kill('SIGINT');
  expect(await new Promise((done) => child.once('exit', done))).toBe(0);
});
