import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { projectionTask } from '../../src/promotion/observe/observe-deployments.ts';
import { endFaults, fault, forgetRequests } from '../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../lab/github/lab.ts';
import { connected, requestsOf, tokenWith } from './connected.ts';

const repo = `/repos/${repository}`;
const status = {
  state: 'pending',
  description: 'newest: it is the turn of v1',
  logUrl: 'https://example.com/run',
} as const;

let lab: Lab;
let commit: string;
let counter = 0;

beforeAll(async () => {
  lab = await startLab();
  commit = lab.commit({ 'one.txt': 'one' });
  lab.git('push', '--quiet', 'origin', 'HEAD');
});
beforeEach(() => forgetRequests(lab));
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

/** A deployment of a promotion to an environment of its own. */
function promoted(overrides: object = {}) {
  counter += 1;
  return {
    pipeline: 'app',
    stage: 'production',
    promotion: `production-g0-${counter}`,
    environment: `production-${counter}`,
    commit,
    version: 'v1',
    production: true,
    ...overrides,
  };
}

describe('deployments of promotions', () => {
  test('are one of runs that make it at the same moment', async () => {
    const one = promoted();
    const runs = Array.from({ length: 8 }, () => connected(lab).github.promotionDeployments);
    const ids = await Promise.all(runs.map((each) => each.create(one)));
    const { body } = await lab.call('GET', `${repo}/deployments?environment=${one.environment}`);
    expect((body as { id: number }[]).map(({ id }) => id)).toEqual([Math.min(...ids)]);
    expect(new Set(ids).size).toBe(1);
  });

  test('of which a run that was cut off left a second one are made one by the next', async () => {
    const one = promoted();
    const { promotionDeployments } = connected(lab).github;
    const first = await promotionDeployments.create(one);
    const { pipeline, stage, promotion, version, environment } = one;
    await lab.call('POST', `${repo}/deployments`, {
      ref: commit,
      task: 'understudy:promotion',
      environment,
      payload: { pipeline, stage, promotion, version },
      auto_merge: false,
      required_contexts: [],
    });
    const listed = await promotionDeployments.list(environment);
    expect(listed.map(({ id }) => id)).toEqual([first]);
    const { body } = await lab.call('GET', `${repo}/deployments?environment=${environment}`);
    expect((body as { id: number }[]).map(({ id }) => id)).toEqual([first]);
  });

  test('are made as they are, and found by what they carry', async () => {
    const one = promoted();
    const { promotionDeployments } = connected(lab).github;
    const id = await promotionDeployments.create(one);
    const { pipeline, stage, promotion, environment } = one;
    expect(await promotionDeployments.list(environment)).toEqual([
      { id, pipeline, stage, promotion },
    ]);
    const { body } = await lab.call('GET', `${repo}/deployments/${id}`);
    expect(body).toMatchObject({
      sha: commit,
      task: 'understudy:promotion',
      environment,
      transient_environment: false,
      production_environment: true,
      payload: { promotion, version: 'v1' },
      description: 'Promotion of v1 to production',
    });
    expect(await requestsOf(lab)).toEqual([
      'POST /deployments 201',
      `GET /deployments?task=understudy%3Apromotion&environment=${environment}&per_page=100 200`,
      `GET /deployments?task=understudy%3Apromotion&environment=${environment}&per_page=100 304`,
      `GET /deployments/${id} 200`,
    ]);
  });

  test('have states, of which the latest is told', async () => {
    const { promotionDeployments } = connected(lab).github;
    const id = await promotionDeployments.create(promoted());
    expect(await promotionDeployments.stateOf(id)).toBeUndefined();
    await promotionDeployments.report(id, status);
    expect(await promotionDeployments.stateOf(id)).toBe('pending');
    const environmentUrl = 'https://example.com';
    await promotionDeployments.report(id, { ...status, state: 'success', environmentUrl });
    expect(await promotionDeployments.stateOf(id)).toBe('success');
    const { body } = await lab.call('GET', `${repo}/deployments/${id}/statuses?per_page=1`);
    expect(body[0]).toMatchObject({
      environment_url: environmentUrl,
      log_url: status.logUrl,
      description: status.description,
    });
  });

  test('make none of the others inactive by themselves', async () => {
    const environment = 'shared';
    const { promotionDeployments } = connected(lab).github;
    const first = await promotionDeployments.create(promoted({ environment, production: false }));
    await promotionDeployments.report(first, { ...status, state: 'success' });
    const second = await promotionDeployments.create(promoted({ environment, production: false }));
    await promotionDeployments.report(second, { ...status, state: 'success' });
    expect(await promotionDeployments.stateOf(first)).toBe('success');
  });

  test.each(['lose-answer', 'error-502'])('are one though the making met %s', async (action) => {
    const one = promoted();
    const match = { method: 'POST', path: `${repo}/deployments` };
    await fault(lab, action, match);
    const { promotionDeployments } = connected(lab).github;
    const id = await promotionDeployments.create(one);
    const found = await promotionDeployments.list(one.environment);
    expect(found.map((each) => each.id)).toEqual([id]);
  });

  test('of others are not taken for ours, whatever their payload', async () => {
    const environment = 'foreign';
    const payloads = ['', 'text', '{"pipeline"', '[]', '{"pipeline":1}', { promotion: 'x' }];
    for (const payload of payloads)
      await lab.call('POST', `${repo}/deployments`, {
        ref: commit,
        environment,
        task: 'understudy:promotion',
        payload,
        auto_merge: false,
        required_contexts: [],
      });
    const { pipeline, stage, promotion } = promoted();
    await lab.call('POST', `${repo}/deployments`, {
      ref: commit,
      environment,
      payload: { pipeline, stage, promotion },
      required_contexts: [],
    });
    expect(await connected(lab).github.promotionDeployments.list(environment)).toEqual([]);
  });

  test('are refused with the permission that is missing', async () => {
    const token = await tokenWith(lab, { deployments: 'read' });
    const refused = connected(lab, token).github.promotionDeployments.create(promoted());
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('deployments: write') }],
    });
  });

  test('are not read back by what is observed of an environment', async () => {
    const { promotionDeployments } = connected(lab).github;
    const one = promoted();
    await promotionDeployments.create(one);
    const { body } = await lab.call('GET', `${repo}/deployments?environment=${one.environment}`);
    expect(body[0].task.startsWith(projectionTask)).toBe(true);
  });
});
