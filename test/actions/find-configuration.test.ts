import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findConfiguration } from '../../src/actions/find-configuration.ts';
import type { Session } from '../../src/actions/session.ts';
import { readPullRequest } from '../../src/github/pull-request-shape.ts';

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
  /** The event names the pull request by its number alone, so it was read. */
  readonly numberAlone?: boolean;
  readonly event?: string;
  readonly runSha?: string;
  readonly head?: string;
  readonly from?: string;
  readonly unknownBase?: boolean;
}

/** Says which file was read: 5 is the API's, anything else the workspace's, 20 the default. */
async function maxOf(given: Given) {
  const { event = 'pull_request', runSha = sha('c'), head, from, numberAlone, unknownBase } = given;
  const asked: string[] = [];
  const pullRequest = head && {
    number: 7,
    state: 'open',
    head: { ref: 'x', sha: head, repo: { full_name: from ?? 'acme/shop' } },
    base: { ref: 'main', ...(!unknownBase && { sha: sha('b') }) },
  };
  const session = {
    context: { repository: 'acme/shop', workspace, sha: runSha, eventName: event, ref: '' },
    inputs: { config: file, token: 'x' },
    payload: { ...(pullRequest && !numberAlone && { pull_request: pullRequest }) },
    github: {
      readFile: async (_path: string, ref: string) => {
        asked.push(ref);
        return 'preview: { eligible: { max: 5 } }\n';
      },
    },
  } as unknown as Session;
  const read = pullRequest && numberAlone ? readPullRequest(pullRequest, 'it') : undefined;
  const { preview } = await findConfiguration(session, read);
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

  test('of the base branch, where the event does not say at which commit that is', async () => {
    const given = { head: sha('a'), from: 'mallory/shop', unknownBase: true };
    expect(await maxOf(given)).toEqual({ max: 5, asked: ['main'] });
  });

  test.each(['issue_comment', 'workflow_run'])('for %s', async (event) => {
    const runSha = commit(9);
    expect((await maxOf({ event, runSha })).max).toBe(5);
  });

  test.each([
    ['of the head, for a comment on a pull request of the repository', 'acme/shop', sha('a')],
    ['of the base, for a comment on one from a fork', 'mallory/shop', sha('b')],
  ])('%s', async (_, from, read) => {
    const runSha = commit(9);
    const given = { event: 'issue_comment', runSha, head: sha('a'), from, numberAlone: true };
    expect(await maxOf(given)).toEqual({ max: 5, asked: [read] });
  });
});
