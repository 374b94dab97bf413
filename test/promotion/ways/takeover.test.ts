import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { advance } from '../../../src/promotion/advance.ts';
import type { Way } from '../../../src/promotion/ports.ts';
import { stageRecord } from '../../../src/promotion/records/record.ts';
import { dispatchWay } from '../../../src/promotion/ways/dispatch.ts';
import { pipeline, stage } from '../../builders/promotion.ts';
import { connected, tokenWith } from '../../github/connected.ts';
import { control } from '../../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../../lab/github/lab.ts';
import { leaseLength, PipelineWorld } from '../pipeline-world.ts';
import { contextOf } from './attempt.ts';

const runsPath = `/repos/${repository}/actions/workflows/deploy.yml/runs`;
const workflow = `run-name: \${{ inputs.promotion }}
on: { workflow_dispatch: { inputs: { promotion: { type: string } } } }
`;
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  lab.commit({ '.github/workflows/deploy.yml': workflow });
  lab.git('push', '--quiet', 'origin', 'main');
});
afterAll(() => lab.close());

test('a worker that dies between dispatch and record leaves a run that the next one adopts', async () => {
  const token = await tokenWith(lab, { actions: 'write' });
  const only = stage('production', { via: 'dispatch', arrival: 'reported' });
  const world = new PipelineWorld(pipeline({ stages: [only] }));
  const settings = { via: 'dispatch', workflow: 'deploy.yml', ref: 'main', inputs: {} } as const;
  const run = async (holder: string, change: (way: Way) => Way = (way) => way) => {
    await control(lab, 'POST', 'clock', { now: new Date(world.now).toISOString() });
    const { workflows } = connected(lab, token).github;
    const way = dispatchWay(settings, workflows, contextOf(), world.clock);
    return advance(
      { pipeline: world.pipeline, holder, lease: leaseLength, jitter: 0.5, dryRun: false },
      {
        records: world.records(async () => undefined),
        observer: world.observer(async () => undefined),
        way: () => change(way),
        clock: world.clock,
      },
    );
  };
  world.push();
  const dying = run('run-1', (way) => ({
    ...way,
    act: async (order) => {
      await way.act(order);
      throw new Error('killed');
    },
  }));
  expect((await dying).faults).toEqual([new Error('killed')]);
  world.pass(60_000);
  expect((await run('run-2')).decisions[0]?.rule).toBe('claimed');
  world.pass(leaseLength);
  expect((await run('run-3')).decisions[0]?.rule).toBe('take-over');
  const { body } = await lab.call('GET', runsPath);
  expect(body.total_count).toBe(1);
  const [promotion] = stageRecord(world.record, 'production').promotions;
  expect(promotion?.attempts).toMatchObject([
    { number: 1, effect: { kind: 'run', reference: String(body.workflow_runs[0].id) } },
  ]);
});
