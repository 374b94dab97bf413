import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { duration } from '../../../src/core/time.ts';
import { valuesAt } from '../../../src/promotion/observe/file-values.ts';
import { openObserver } from '../../../src/promotion/observe/open-observer.ts';
import type { Stage } from '../../../src/promotion/pipeline.ts';
import {
  emptyRecord,
  type PipelineRecord,
  stageRecord,
} from '../../../src/promotion/records/record.ts';
import type { ObserveSettings } from '../../../src/promotion/settings.ts';
import { at, pipeline, stage, windows } from '../../builders/promotion.ts';
import { connected, requestsOf, tokenWith } from '../../github/connected.ts';
import { endFaults, faultyRead, forgetRequests } from '../../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../../lab/github/lab.ts';
import { stageSettings } from './fake-repository.ts';

const repo = `/repos/${repository}`;
const names = ['one', 'two', 'three', 'four', 'five'];
const gates = {
  soak: duration(60_000),
  checks: ['e2e'],
  approval: { by: ['maintain', 'ops'], count: 1, self: false },
  windows: windows(['Mon-Thu 09:00-16:00']),
};
const stages: Stage[] = names.map((name, index) =>
  stage(name, index === 0 ? {} : { after: [names[index - 1] ?? ''], gates }),
);
let lab: Lab;
let head: string;

beforeAll(async () => {
  lab = await startLab();
  head = lab.commit({ 'envs/five.yaml': 'image: { tag: "0000000" }\n' });
  lab.commit({ 'envs/five.yaml': `image: { tag: ${head} }\n` });
  head = lab.git('rev-parse', 'HEAD');
  lab.git('push', '--quiet', 'origin', 'main', 'main:refs/heads/live');
  for (const environment of names) await deploy(environment);
});
beforeEach(() => forgetRequests(lab));
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

async function deploy(environment: string, task = 'deploy'): Promise<void> {
  const { body } = await lab.call('POST', `${repo}/deployments`, {
    ref: head,
    environment,
    task,
    auto_merge: false,
    required_contexts: [],
  });
  await lab.call('POST', `${repo}/deployments/${body.id}/statuses`, { state: 'success' });
}

interface Given {
  readonly observe?: Readonly<Record<string, ObserveSettings>>;
  readonly record?: PipelineRecord;
  readonly token?: string;
}

async function look({ observe = {}, record = done(), token }: Given = {}) {
  const { github } = connected(lab, token);
  const none = () => Promise.reject(new Error('none was expected'));
  const observer = openObserver({
    settings: {
      pipeline: pipeline({ stages, requiredChecks: ['build'] }),
      versions: { from: 'branch', branch: 'main' },
      stages: Object.fromEntries(
        names.map((name) => [name, stageSettings(observe[name] ?? { from: 'deployments' }, name)]),
      ),
    },
    ports: {
      repository: github,
      ask: none,
      readValues: async (...given) => valuesAt(...given),
      stacks: none,
      workloads: none,
      recurrences: none,
    },
    way: () => {
      throw new Error('no way was expected');
    },
    now: () => at('12:00'),
  });
  const observed = await observer.observe(record);
  return { observed, warnings: observer.warnings(), requests: await requestsOf(lab) };
}

/** Everything was promoted everywhere. */
function done(): PipelineRecord {
  const empty = emptyRecord('app');
  const visits = [
    {
      version: head,
      health: 'healthy',
      since: at('09:00'),
      seenAt: at('11:00'),
      healthyFor: 7_200_000,
    },
  ] as const;
  const each = { ...stageRecord(empty, 'x'), frontier: head, visits };
  return { ...empty, stages: Object.fromEntries(names.map((name) => [name, each])) };
}

describe('a look at five stages on GitHub', () => {
  test('takes 11 requests with nothing to do', async () => {
    const { observed, warnings, requests } = await look();
    expect(Object.values(observed.observations).map(({ health }) => health)).toEqual(
      names.map(() => 'healthy'),
    );
    expect(observed.history.versions.at(-1)?.key).toBe(head);
    expect(warnings).toEqual([]);
    expect(requests).toHaveLength(11);
  });

  test('takes 13 with a new version whose checks passed', async () => {
    const next = lab.commit({ 'new.txt': '' });
    lab.git('push', '--quiet', 'origin', 'main');
    const run = { name: 'build', head_sha: next, conclusion: 'success' };
    await lab.call('POST', `${repo}/check-runs`, run);
    await forgetRequests(lab);
    const { observed, requests } = await look();
    expect(observed.checks[next]?.build).toMatchObject({ state: 'success' });
    expect(requests).toHaveLength(13);
    lab.git('push', '--quiet', '--force', 'origin', `${head}:main`);
    lab.git('reset', '--quiet', '--hard', head);
  });

  test('sees a file, a ref and what others deployed, each in its way', async () => {
    const { observed } = await look({
      observe: {
        two: { from: 'ref', ref: 'heads/live' },
        five: { from: 'file', file: 'envs/five.yaml', branch: 'main', path: 'image.tag' },
        four: { from: 'ref', ref: 'heads/none' },
      },
    });
    expect(observed.observations).toMatchObject({
      one: { health: 'healthy', version: head },
      two: { health: 'healthy', version: head },
      five: { health: 'healthy', version: lab.git('rev-parse', `${head}~1`) },
      four: { health: 'unknown' },
    });
  });

  test('never reads back the deployments that show promotions', async () => {
    await deploy('three', 'understudy:promotion');
    await forgetRequests(lab);
    const { observed, requests } = await look();
    expect(observed.observations.three).toMatchObject({ health: 'healthy', version: head });
    expect(requests).toHaveLength(11);
  });

  test('leaves one unknown that GitHub fails to tell of, with a warning', async () => {
    await faultyRead(lab, 'error-502', '/deployments', { times: 1 });
    const slow = await look();
    expect(slow.observed.observations.one?.health).toBe('healthy');
    const blind = await tokenWith(lab, { contents: 'read' });
    const { observed, warnings } = await look({ token: blind });
    expect(new Set(Object.values(observed.observations).map(({ health }) => health))).toEqual(
      new Set(['unknown']),
    );
    expect(warnings).toHaveLength(5);
    expect(warnings[0]?.hint).toContain('deployments: read');
  });

  test('fails as a whole where the branch cannot be read', async () => {
    await faultyRead(lab, 'primary-limit', `${repo}/commits`, { milliseconds: 120_000 });
    await expect(look()).rejects.toThrow('rate limit');
  });

  test('waits for slow answers, and asks for several at once', async () => {
    await faultyRead(lab, 'delay', '/deployments', { milliseconds: 300, times: 5 });
    const began = performance.now();
    const { observed } = await look();
    expect(observed.observations.five?.health).toBe('healthy');
    expect(performance.now() - began).toBeLessThan(1400);
  });

  test('passes on what an old answer says: nothing newer is found in it', async () => {
    const next = lab.commit({ 'stale.txt': '' });
    lab.git('push', '--quiet', 'origin', 'main');
    await faultyRead(lab, 'stale-read', `${repo}/commits`);
    const { observed } = await look();
    expect(observed.history.versions.map(({ key }) => key)).not.toContain(next);
    expect(observed.observations.one).toMatchObject({ version: head });
  });
});
