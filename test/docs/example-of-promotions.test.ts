import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { openConversation } from '../actions/promote-environment/conversation.ts';
import {
  decisionOn,
  type Ended,
  openPromotionLab,
  type PromotionLab,
} from '../actions/promote-environment/promotion-lab.ts';
import { tokenWith } from '../github/connected.ts';
import { control } from '../lab/github/controls.ts';
import { repository } from '../lab/github/lab.ts';

const example = (path: string) => readFileSync(`examples/promotions/${path}`, 'utf8');
const deploy = '.github/workflows/deploy.yml';
const values = 'environments/production.yaml';

/** What each environment answers at `/version`. */
const running: Record<string, string> = {};
let server: Server;
let lab: PromotionLab;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, environment = '', path = ''] = (request.url ?? '').split('/');
    response.end(path === 'version' ? JSON.stringify({ commit: running[environment] }) : 'well');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const configuration = example('.github/understudy.yml')
    .replaceAll('https://staging.shop.example.com', `${address}/staging`)
    .replaceAll('https://shop.example.com', `${address}/production`);
  lab = await openPromotionLab(configuration);
});
afterAll(async () => {
  await lab.close();
  await new Promise((closed) => server.close(closed));
});

/** A token that may do what a workflow of the example asks for, and nothing else. */
async function tokenOf(workflow: string): Promise<string> {
  const { jobs } = parse(example(`.github/workflows/${workflow}`));
  const [job] = Object.values(jobs) as { permissions: Record<string, string> }[];
  if (!job?.permissions) throw new Error(`${workflow} states no permissions`);
  return tokenWith(lab.lab, job.permissions);
}

/** The schedule comes round. */
async function promote(): Promise<Ended> {
  lab.pass('15m');
  const ended = await lab.step({}, { token: await tokenOf('promote.yml') });
  expect([ended.failures, ended.warnings]).toEqual([[], []]);
  return ended;
}

function of(ended: Ended, name: string) {
  const found = decisionOn(ended, name);
  return `${found?.decision} ${found?.reason}`;
}

/** The run that was started ends well; answers its name. */
async function endRun(): Promise<string> {
  const path = `/repos/${repository}/actions/runs?event=workflow_dispatch`;
  const { body } = await lab.lab.call('GET', path);
  const [run] = body.workflow_runs;
  const ended = { repository, id: run.id, status: 'completed', conclusion: 'success' };
  await control(lab.lab, 'POST', 'runs', ended);
  return run.display_title;
}

async function pullRequest() {
  const { body } = await lab.lab.call('GET', `/repos/${repository}/pulls?state=all`);
  return body[0];
}

test('the example takes a commit from main to production, with the permissions that its workflows state', async () => {
  const first = lab.lab.git('rev-parse', 'HEAD');
  running.staging = first;
  running.production = first;
  const version = lab.push({ [deploy]: example(deploy), [values]: example(values) });
  expect(of(await promote(), 'staging')).toBe('wait checks: not there yet: Build');

  const check = { name: 'Build', head_sha: version, status: 'completed', conclusion: 'success' };
  await lab.lab.call('POST', `/repos/${repository}/check-runs`, check);
  const staging = await promote();
  expect(of(staging, 'staging')).toBe(`promote newest: it is the turn of ${version}`);
  const { promotion } = staging.outputs;
  expect(await endRun()).toBe(`Deploy ${version} to staging (${promotion}-a1)`);
  running.staging = version;
  expect(of(await promote(), 'production')).toBe('wait soak: 0s of 1d healthy on staging');

  for (let looks = 0; looks < 5; looks += 1) {
    lab.pass('4h45m');
    await promote();
  }
  expect(of(await promote(), 'production')).toBe('wait approval: 0 of 1 by maintain');
  const token = await tokenOf('promote-comments.yml');
  const { say } = await openConversation(lab);
  const approve = `/promote approve production ${version.slice(0, 8)}`;
  const approved = await say(approve, 'mia', {}, { token });
  expect([approved.failures, approved.warnings]).toEqual([[], []]);

  const opened = await pullRequest();
  expect(opened).toMatchObject({
    state: 'open',
    title: `Promote production to ${version.slice(0, 7)}`,
  });
  const { merged } = (
    await lab.lab.call('PUT', `/repos/${repository}/pulls/${opened.number}/merge`, {})
  ).body;
  expect(merged).toBe(true);
  lab.lab.git('pull', '--quiet', 'origin', 'main');
  expect(lab.lab.git('show', `HEAD:${values}`)).toBe(
    example(values)
      .trim()
      .replace(/tag: \w+/, `tag: ${version}`),
  );
  expect(of(await promote(), 'production')).toMatch(/^wait arrival: /);

  running.production = version;
  const last = await promote();
  expect([of(last, 'staging'), of(last, 'production')]).toEqual([
    `none none: staging runs ${version}`,
    `none none: production runs ${version}`,
  ]);
}, 120_000);
