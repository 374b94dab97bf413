import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { openGitStore } from '../../src/ledger/open-git-store.ts';
import { gitIn } from '../lab/github/lab.ts';
import { counter, ledgerOf, raise } from './counter.ts';

describe('a ledger at a place that the configuration names', () => {
  const cell = counter('app');
  const ref = 'refs/understudy/test/app';
  let folder: string;
  let bare: string;
  let workspace: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-open-'));
    bare = join(folder, 'app ledger.git');
    workspace = join(folder, 'clone');
    mkdirSync(join(folder, 'temp'));
    gitIn(folder, 'init', '--quiet', '--bare', bare);
    gitIn(folder, 'init', '--quiet', workspace);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = (place: string, more: Record<string, string> = {}) =>
    openGitStore({
      place,
      workspace,
      temp: join(folder, 'temp'),
      environment: { PATH: process.env.PATH, HOME: folder, ...more },
    });
  /** A program that is called as ssh is: with options, a host and a command. */
  const ssh = (name: string, script: string) => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\nfor last; do :; done\n${script}\n`);
    chmodSync(file, 0o755);
    return { GIT_SSH_COMMAND: file };
  };
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(UserError);
    const [problem] = (error as UserError).problems;
    expect(problem?.hint).toMatch(/^[A-Z].*\.$/);
    return `${problem?.message} -> ${problem?.hint}`;
  };

  test('keeps its objects in the folder for temporary files, and leaves hooks and templates out', async () => {
    const store = await open(bare);
    const [directory = '', ...others] = readdirSync(join(folder, 'temp'));
    expect(others).toEqual([]);
    expect(existsSync(join(folder, 'temp', directory, 'hooks'))).toBe(false);
    expect(await ledgerOf(store).transition(cell, raise('ada'))).toMatchObject({
      kind: 'recorded',
    });
    expect(await store.tips('refs/')).toEqual(new Map([[expect.any(String), expect.any(String)]]));
  });

  test('is at a remote of a shallow checkout, and moves no ref of that', async () => {
    gitIn(workspace, 'commit', '--quiet', '--allow-empty', '--message', 'one');
    gitIn(workspace, 'commit', '--quiet', '--allow-empty', '--message', 'two');
    const shallow = join(folder, 'shallow');
    gitIn(folder, 'clone', '--quiet', '--depth=1', `file://${workspace}`, shallow);
    gitIn(shallow, 'remote', 'add', 'ledger', bare);
    const before = gitIn(shallow, 'for-each-ref');
    for (const by of ['cyd', 'dan']) {
      const environment = { PATH: process.env.PATH, HOME: folder };
      const place = { place: 'ledger', workspace: shallow, temp: folder, environment };
      const ledger = ledgerOf(await openGitStore(place), by);
      expect(await ledger.transition(cell, raise(by))).toMatchObject({ kind: 'recorded' });
    }
    expect(gitIn(bare, 'rev-list', '--count', ref)).toBe('3');
    expect(gitIn(shallow, 'for-each-ref')).toBe(before);
  });

  test('is reached by ssh, as git is told to', async () => {
    const place = `ssh://git@git.example.com${bare.replaceAll(' ', '%20')}`;
    const store = await open(place, ssh('reaches', 'exec sh -c "$last"'));
    expect(await ledgerOf(store).transition(cell, raise('bob'))).toMatchObject({
      kind: 'recorded',
    });
  });

  test('says who has to mend it where git may read and not push', async () => {
    const place = `ssh://git@git.example.com${bare.replaceAll(' ', '%20')}`;
    const may =
      'case "$last" in *receive-pack*) echo "Permission denied (publickey)." >&2; exit 255;; esac';
    const store = await open(place, ssh('reads', `${may}\nexec sh -c "$last"`));
    const said = await refusal(ledgerOf(store).transition(cell, raise('eve')));
    expect(said).toMatch(/^git may not push to the ledger at ssh:\/\/git\.example\.com.*: /);
    expect(said).toContain('a deploy key with write access');
  });

  test('says what is missing: git, the repository, a remote, a checkout', async () => {
    expect(await refusal(open(bare, { PATH: join(folder, 'nowhere') }))).toMatch(
      /^git is not installed here -> Install git/,
    );
    const gone = await open(join(folder, 'gone.git'));
    expect(await refusal(gone.tips('refs/'))).toMatch(
      /^git could not read the ledger at .*gone\.git: fatal: .* -> .*`git init --bare` makes one/,
    );
    expect(await refusal(open('upstream'))).toMatch(/the checkout has none of that name/);
    const nowhere = { place: 'origin', workspace: '', temp: folder, environment: process.env };
    expect(await refusal(openGitStore(nowhere))).toMatch(/nothing is checked out here/);
  });

  test.each([
    ['secret', 'https://bot:s3cret@127.0.0.1:1/ledger.git'],
    ['program', 'ext::sh -c touch% ran'],
    ['plain', 'http://bot:s3cret@127.0.0.1:1/ledger.git'],
  ])('a remote named %s neither runs a program nor shows a password', async (name, url) => {
    gitIn(workspace, 'config', `remote.${name}.url`, url);
    const store = await open(name, { GIT_ALLOW_PROTOCOL: 'ext:http:https' });
    const said = await refusal(store.tips('refs/'));
    expect(said).toMatch(new RegExp(`^git could not read the ledger at ${name}: fatal: `));
    expect(said).not.toContain('s3cret');
    if (!url.startsWith('https')) expect(said).toMatch(/transport '(?:ext|http)' not allowed/);
    expect(existsSync('ran')).toBe(false);
    const swap = await store.swap(ref, undefined, '0'.repeat(40)).catch((cause: Error) => cause);
    expect(JSON.stringify(swap)).not.toContain('s3cret');
  });

  test('a git that takes too long is ended with all it has started', async () => {
    const begun = performance.now();
    const controller = new AbortController();
    const store = await openGitStore({
      place: 'ssh://git.example.com/app.git',
      workspace,
      temp: join(folder, 'temp'),
      environment: { PATH: process.env.PATH, HOME: folder, ...ssh('sleeps', 'sleep 60') },
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 200);
    await refusal(store.tips('refs/'));
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
