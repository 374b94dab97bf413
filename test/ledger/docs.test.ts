import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitStore } from '../../src/ledger/git-store.ts';
import { gitIn } from '../lab/github/lab.ts';
import { type Count, counter, ledgerOf, raise } from './counter.ts';

const ref = 'refs/understudy/promotion/app';
const cell = { ...counter('app'), kind: 'promotion' };
const address = 'ssh://git@git.example.com/team/app-ledger.git';
const page = readFileSync('docs/ledger.md', 'utf8');

const elsewhere = 'Keep it in another repository';

/** The commands of the page, by the heading they stand under. */
function commandsUnder(heading: string): string[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
}

describe('docs/ledger.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-ledger-docs-'));
  const [remote, clone, editor] = ['remote.git', 'clone', 'editor'].map((one) =>
    join(folder, one),
  ) as [string, string, string];
  const directory = join(clone, '.git');
  const store = () => gitStore({ directory, remote, environment: process.env });
  const read = () => ledgerOf(store(), 'reader').read(cell);
  const tip = (name = ref) => gitIn(remote, 'rev-parse', name);

  beforeAll(async () => {
    gitIn(folder, 'init', '--quiet', '--bare', remote);
    mkdirSync(clone);
    gitIn(clone, 'init', '--quiet');
    gitIn(clone, 'remote', 'add', 'origin', remote);
    const ledger = ledgerOf(store());
    for (const by of ['ada', 'bob', 'cyd']) await ledger.transition(cell, raise(by));
    await ledger.witness();
    writeFileSync(
      editor,
      '#!/bin/sh\nsed -i.bak \'s/"value": [0-9]*/"value": 40/\' "$1" && rm "$1.bak"\n',
    );
    chmodSync(editor, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the commands as a person would who copies them. */
  const run = (heading: string, block = 0, at = { cwd: clone, place: remote }): string => {
    const commands = commandsUnder(heading)[block]?.replaceAll(address, at.place);
    if (!commands) throw new Error(`no commands under ${heading}`);
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      EDITOR: editor,
      GIT_PAGER: 'cat',
      GIT_AUTHOR_NAME: 'Eve',
      GIT_AUTHOR_EMAIL: 'eve@example.com',
      GIT_COMMITTER_NAME: 'Eve',
      GIT_COMMITTER_EMAIL: 'eve@example.com',
    };
    const options = { cwd: at.cwd, env, encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync('sh', ['-eu', '-c', commands], options);
  };

  test('has all its commands run here', () => {
    const tested = ['Read it', 'When a record is lost', 'Go back to an earlier record'];
    const more = ['Change a record by hand', 'Keep a copy', 'Forget a cell', elsewhere];
    const count = [...tested, ...more].flatMap(commandsUnder).length;
    expect(page.match(/^```sh$/gm)).toHaveLength(count);
    expect(count).toBe(11);
  });

  test('reads refs, record and log', () => {
    expect(run('Read it', 0)).toContain(`${tip()} commit\t${ref}\n`);
    expect(run('Read it', 1)).toMatch(
      /"value": 3[\s\S]*promotion\/app 3: cyd counts[\s\S]*By: ada/,
    );
    const log = run('Read it', 2);
    expect(log).toMatch(/-\s+"value": 2,?\n\+?/);
    expect(log).toMatch(/^\w+ 2026-11-21T12:00:00.000Z ada promotion\/app 3: cyd counts$/m);
  });

  test('brings back a cell that was deleted, or put to something else', async () => {
    const known = tip();
    for (const lost of [[ref], [ref, gitIn(remote, 'rev-parse', `${ref}~2`)]]) {
      gitIn(remote, 'update-ref', ...(lost.length === 1 ? ['-d'] : []), ...lost);
      await expect(read()).rejects.toThrow('is lost');
      run('When a record is lost', 0);
      expect(tip()).toBe(known);
      expect((await read()).state?.value).toBe(3);
    }
  });

  test('lets a change by force hold that was meant', async () => {
    const record = (await store().record(tip())) ?? '';
    const message = 'A chain of its own';
    const commit = await store().write({
      parent: undefined,
      record,
      message,
      by: 'eve',
      at: 0 as never,
    });
    expect((await store().swap('refs/understudy/spare', undefined, commit)).kind).toBe('moved');
    gitIn(remote, 'update-ref', ref, commit);
    await expect(read()).rejects.toThrow('is lost');
    run('When a record is lost', 1);
    expect((await read()).state?.value).toBe(3);
  });

  test('goes back to an earlier record with all that was after it in the log', async () => {
    const ledger = ledgerOf(store(), 'run-2');
    await ledger.transition(cell, raise('dan'));
    await ledger.witness();
    const before = tip();
    run('Go back to an earlier record');
    expect(await read()).toMatchObject({ state: { value: 3 } });
    expect(gitIn(remote, 'rev-parse', `${ref}~1`)).toBe(before);
    const next = ledgerOf(store(), 'run-3');
    expect((await next.transition(cell, raise('dan'))).kind).toBe('recorded');
    const [mine, back] = await next.history(cell, 2);
    expect([mine?.by, back?.by, back?.why.slice(0, 8)]).toEqual(['ada', 'Eve', 'Back to ']);
  });

  test('changes a record by hand, on which the next run goes on', async () => {
    run('Change a record by hand');
    expect((await read()).state).toEqual({ value: 40, by: 'dan' } satisfies Count);
    const outcome = await ledgerOf(store(), 'run-4').transition(cell, raise('eve'));
    expect(outcome).toMatchObject({ kind: 'recorded', snapshot: { state: { value: 41 } } });
  });

  test('moves to another repository, and is read and mended there', async () => {
    const place = join(folder, 'elsewhere.git');
    gitIn(folder, 'init', '--quiet', '--bare', place);
    run(elsewhere, 1, { cwd: clone, place });
    const moved = () => gitIn(place, 'for-each-ref', 'refs/understudy/promotion');
    expect(moved()).toBe(gitIn(remote, 'for-each-ref', 'refs/understudy/promotion'));
    run(elsewhere, 0, { cwd: folder, place });
    const there = { cwd: join(folder, 'app-ledger'), place };
    expect(run('Read it', 0, there)).toContain(`${tip()} commit\t${ref}\n`);
    gitIn(place, 'update-ref', '-d', ref);
    run('When a record is lost', 0, there);
    expect(gitIn(place, 'rev-parse', ref)).toBe(gitIn(place, 'rev-parse', `${ref}+seen`));
  });

  test('keeps a copy, and forgets a cell', async () => {
    run('Keep a copy');
    expect(gitIn(clone, 'bundle', 'list-heads', 'ledger.bundle')).toContain(`${tip()} ${ref}`);
    await ledgerOf(store(), 'run-5').transition(cell, raise('eve'));
    gitIn(remote, 'update-ref', `${ref}+seen`, tip());
    run('Forget a cell');
    expect(await read()).toMatchObject({ sequence: 0, state: undefined });
  });
});
