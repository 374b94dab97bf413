import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findPromotionConfiguration } from '../../src/actions/promotion-configuration.ts';
import type { Session } from '../../src/actions/session.ts';

const file = '.github/understudy.yml';
const pipelineOf = (stage: string) =>
  `pipelines: { app: { versions: { branch: main }, stages: [{ name: ${stage} }] } }\n`;
let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'understudy-workspace-'));
});
afterEach(() => rmSync(workspace, { recursive: true }));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return execFileSync('git', ['-C', workspace, ...identity, ...args])
    .toString()
    .trim();
}

function checkOut(): string {
  mkdirSync(join(workspace, '.github'));
  writeFileSync(join(workspace, file), pipelineOf('of-the-workspace'));
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'one');
  return git('rev-parse', 'HEAD');
}

test.each([
  ['a push to the default branch', 'push', 'refs/heads/main', '1', true, 'of-the-workspace'],
  ['the same run started again', 'push', 'refs/heads/main', '2', true, 'of-main'],
  ['another branch', 'workflow_dispatch', 'refs/heads/feature', '1', true, 'of-main'],
  ['a pull request', 'pull_request', 'refs/pull/7/merge', '1', true, 'of-main'],
  ['a review', 'pull_request_review_comment', 'refs/pull/7/merge', '1', false, 'of-main'],
  ['a comment', 'issue_comment', 'refs/heads/main', '1', true, 'of-main'],
])(
  'a run for %s goes by the default branch as it is',
  async (_, eventName, ref, again, told, stage) => {
    const session = {
      context: { workspace, eventName, ref, sha: checkOut() },
      inputs: { config: file },
      payload: told ? { repository: { default_branch: 'main' } } : {},
      github: { readFile: async () => pipelineOf('of-main') },
      run: { environment: { GITHUB_RUN_ATTEMPT: again } },
    } as unknown as Session;
    const { pipelines } = await findPromotionConfiguration(session);
    expect(Object.keys(pipelines.app?.stages ?? {})).toEqual([stage]);
  },
);
