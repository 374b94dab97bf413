import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type GitHub, startGitHub } from '../../src/lab/github/server.ts';
import { commitTo } from '../../src/lab/story/project.ts';
import { type ActPlace, permissionsOf, runAct } from './act.ts';
import { goTool, node24, whySkipped } from './tools.ts';

const repository = 'acme/understudy';
const workflow = '.github/workflows/prove-assumptions.yml';
const scripts = 'scripts/prove-assumptions';

const act = goTool('github.com/nektos/act', '0.2.89');
const node = node24();
const run = whySkipped(act, node) === undefined ? test : test.skip;

let temp: string;
let github: GitHub;
let place: ActPlace;

beforeEach(async () => {
  temp = mkdtempSync(join(tmpdir(), 'understudy-prove-'));
  github = await startGitHub({ state: join(temp, 'github'), repositories: [repository] });
  const bare = github.repositories[repository] ?? '';
  const names = [workflow, ...readdirSync(scripts).map((name) => `${scripts}/${name}`)];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(name, 'utf8')]));
  const project = { name: repository, bare, sample: true };
  await commitTo(project, { branch: 'main', message: 'First', files });
  await github.takeInPushes();
  place = {
    act: act.path ?? '',
    nodeFolder: node.path ?? '',
    temp,
    repository,
    github: github.url,
    checkout: join(temp, 'checkout'),
    suite: temp,
    env: { PROVE_PAUSE_MS: '0', GITHUB_RUN_ID: '4242' },
    options: [...setupNode(), '-P', 'ubuntu-latest=-self-hosted'],
  };
  execFileSync('git', ['clone', '--quiet', bare, place.checkout]);
});

afterEach(async () => {
  await github.close();
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
});

/** The node of this machine in place of one that is downloaded. */
function setupNode(): string[] {
  const folder = join(temp, 'setup-node');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'action.yml'),
    'name: setup-node\nruns: { using: composite, steps: [{ run: node --version, shell: bash }] }\n',
  );
  const [used = ''] = /actions\/setup-node@\w+/.exec(readFileSync(workflow, 'utf8')) ?? [];
  return ['--local-repository', `${used}=${folder}`];
}

function asked() {
  return runAct(place, {
    workflow,
    event: 'workflow_dispatch',
    payload: { inputs: { rounds: '4', key: '' }, ref: 'refs/heads/main' },
    token: github.createToken(permissionsOf(workflow, 'prove'), repository),
  });
}

/** All that is neither the main branch nor GitHub's own trace of a pull request. */
function leftOver(): string[] {
  const bare = github.repositories[repository] ?? '';
  const text = execFileSync('git', ['for-each-ref', '--format=%(refname)'], {
    cwd: bare,
    encoding: 'utf8',
  });
  const refs = text.split('\n').filter((ref) => ref !== '' && !ref.startsWith('refs/pull/'));
  return refs.filter((ref) => ref !== 'refs/heads/main');
}

async function listed(path: string): Promise<unknown[]> {
  const response = await fetch(`${github.url}/repos/${repository}/${path}`, {
    headers: { authorization: `Bearer ${github.token}` },
  });
  return (await response.json()) as unknown[];
}

run('all that is relied upon holds at the stand-in, and nothing is left behind', async () => {
  const { exit, jobs, summary, log } = await asked();
  expect({ exit, jobs, why: exit === 0 ? '' : log }).toEqual({
    exit: 0,
    jobs: { prove: 'success' },
    why: '',
  });
  const rows = summary
    .split('\n')
    .filter((line) => / \| (yes|not asked|\*\*no\*\*) \|$/.test(line));
  expect(rows).toHaveLength(65);
  expect(rows.filter((row) => !row.endsWith('| yes |'))).toEqual([
    expect.stringContaining('rulesets of this repository'),
  ]);
  expect(leftOver()).toEqual([]);
  expect(await listed('deployments')).toEqual([]);
  expect(await listed('pulls')).toEqual([]);
});

run('what does not hold fails the job, is named, and is cleared away all the same', async () => {
  await fetch(`${github.url}/_lab/faults`, {
    method: 'POST',
    body: JSON.stringify({
      match: { method: 'PATCH', path: `/repos/${repository}/git/refs/**` },
      action: 'applied-502',
      times: 1,
    }),
  });
  const { exit, summary } = await asked();
  expect(exit).toBe(1);
  expect(summary).toMatch(/\| a child moves it, .* \| 502 .* \| \*\*no\*\* \|/);
  expect(leftOver()).toEqual([]);
  expect(await listed('pulls')).toEqual([]);
});
