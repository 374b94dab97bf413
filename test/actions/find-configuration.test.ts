import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findConfiguration } from '../../src/actions/find-configuration.ts';
import type { Session } from '../../src/actions/session.ts';

const file = '.github/understudy.yml';
const sha = (digit: string) => digit.repeat(40);
let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'understudy-workspace-'));
});
afterEach(() => rmSync(workspace, { recursive: true }));

function write(max: number) {
  mkdirSync(join(workspace, '.github'), { recursive: true });
  writeFileSync(join(workspace, file), `preview: { eligible: { max: ${max} } }\n`);
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return execFileSync('git', ['-C', workspace, ...identity, ...args])
    .toString()
    .trim();
}

function commit(max: number): string {
  git('init', '--quiet');
  write(max);
  git('add', '.');
  git('commit', '--quiet', '--message', 'one');
  return git('rev-parse', 'HEAD');
}

interface Given {
  readonly event?: string;
  readonly runSha?: string;
  readonly head?: string;
  readonly from?: string;
}

/** Says which file was read: 5 is the API's, anything else the workspace's, 20 the default. */
async function maxOf({ event = 'pull_request', runSha = sha('c'), head, from }: Given) {
  const asked: string[] = [];
  const pullRequest = head && {
    number: 7,
    state: 'open',
    head: { ref: 'x', sha: head, repo: { full_name: from ?? 'acme/shop' } },
    base: { ref: 'main', sha: sha('b') },
  };
  const session = {
    context: { repository: 'acme/shop', workspace, sha: runSha, eventName: event, ref: '' },
    inputs: { config: file, token: 'x' },
    payload: { ...(pullRequest && { pull_request: pullRequest }) },
    github: {
      readFile: async (_path: string, ref: string) => {
        asked.push(ref);
        return 'preview: { eligible: { max: 5 } }\n';
      },
    },
  } as unknown as Session;
  const { preview } = await findConfiguration(session);
  return { max: preview.eligible.max, asked };
}

describe('the workspace’s configuration holds', () => {
  test('when the head is checked out', async () => {
    expect(await maxOf({ head: commit(9) })).toEqual({ max: 9, asked: [] });
  });

  test('when the commit of the run is checked out on a branch, packed refs included', async () => {
    const runSha = commit(9);
    git('pack-refs', '--all');
    expect(await maxOf({ event: 'schedule', runSha })).toEqual({ max: 9, asked: [] });
  });

  test('when this job put the file there without git', async () => {
    write(9);
    expect((await maxOf({ head: sha('a') })).max).toBe(9);
  });

  test('also when it is absent from the commit: then the defaults do', async () => {
    const head = commit(9);
    rmSync(join(workspace, file));
    expect(await maxOf({ head })).toEqual({ max: 20, asked: [] });
  });
});

describe('the repository’s own configuration holds', () => {
  test('when nothing is checked out', async () => {
    expect(await maxOf({ head: sha('a') })).toEqual({ max: 5, asked: [sha('a')] });
  });

  test('when another run left its checkout in the workspace', async () => {
    commit(9);
    expect(await maxOf({ head: sha('a') })).toEqual({ max: 5, asked: [sha('a')] });
  });

  test('of the base, for a pull request from a fork, whatever is checked out', async () => {
    const head = commit(9);
    expect(await maxOf({ head, from: 'mallory/shop' })).toEqual({ max: 5, asked: [sha('b')] });
  });

  test.each(['issue_comment', 'workflow_run'])('for %s', async (event) => {
    const runSha = commit(9);
    expect((await maxOf({ event, runSha })).max).toBe(5);
  });
});
