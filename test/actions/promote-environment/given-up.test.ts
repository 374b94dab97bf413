import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { collaborator, control } from '../../lab/github/controls.ts';
import { repository } from '../../lab/github/lab.ts';
import { openPromotionLab, type PromotionLab } from './promotion-lab.ts';

const configuration = `
pipelines:
  app:
    versions: { branch: main }
    stages:
      - { name: production, via: { dispatch: { workflow: deploy.yml } } }
`;
const workflow = `
run-name: Deploy (\${{ inputs.promotion }})
on: { workflow_dispatch: { inputs: { promotion: {} } } }
`;

let lab: PromotionLab;
beforeEach(async () => {
  lab = await openPromotionLab(configuration);
  lab.push({ '.github/workflows/deploy.yml': workflow });
  await collaborator(lab.lab, 'ada', 'maintain');
});
afterEach(() => lab.close());

async function runs(): Promise<{ id: number; status: string }[]> {
  const { body } = await lab.lab.call('GET', `/repos/${repository}/actions/runs`);
  return body.workflow_runs;
}

const set = (id: number, status: string, conclusion?: string) =>
  control(lab.lab, 'POST', 'runs', { repository, id, status, conclusion });

test('a run that does not end at once when it is cancelled is waited for, and then a person is asked', async () => {
  const first = await lab.step();
  expect(first.outputs).toMatchObject({ decision: 'promote', stage: 'production' });
  const [{ id } = { id: 0 }] = await runs();
  await lab.step({ mode: 'abort', stage: 'production', why: 'wrong one' });
  expect(await runs()).toMatchObject([{ status: 'completed' }]);
  // GitHub ends it when its steps have.
  await set(id, 'in_progress');
  lab.push();
  const waits = await lab.step();
  expect(waits.outputs).toMatchObject({
    decision: 'wait',
    reason: expect.stringMatching(/^cancelling: /),
    'wake-at': new Date(Date.parse(lab.now()) + 60_000).toISOString(),
  });
  expect(await runs()).toHaveLength(1);
  lab.pass('15m');
  const stuck = await lab.step();
  expect(stuck).toMatchObject({
    exit: 0,
    outputs: { decision: 'blocked', reason: expect.stringContaining(`actions/runs/${id}`) },
  });
  await set(id, 'completed', 'cancelled');
  expect((await lab.step()).outputs).toMatchObject({ decision: 'promote' });
  expect(await runs()).toHaveLength(2);
});
