import { describe, expect, test } from '@jest/globals';
import { processesWith } from '../world/processes.ts';
import { inWorld, repository, type World } from '../world/world.ts';

const permissions = { contents: 'write', actions: 'write', deployments: 'read' } as const;

const configuration = `pipelines:
  shop:
    versions: { branch: main }
    stages:
      - { name: production, via: { dispatch: { workflow: deploy.yml } } }
`;

const workflow = `run-name: Deploy \${{ inputs.promotion }}
on:
  workflow_dispatch:
    inputs:
      promotion: { type: string }
`;

async function begin(world: World, now: string) {
  await world.must('POST', '/_lab/clock', { now });
  const trigger = { event: 'schedule', payload: { repository: { full_name: repository } } };
  const token = world.tokenFor(trigger, permissions);
  const env = { UNDERSTUDY_NOW: now };
  return world.start(trigger, { action: 'promote-environment', token, env });
}

function actionOf(world: World): number {
  const [found] = processesWith(`UNDERSTUDY_HOME=${world.home}`);
  if (!found) throw new Error('the action does not run');
  return found.pid;
}

/** A call that is under way when the run is told to stop: a look at the ledger, the claim, the act. */
const moments = [
  ['GET', '/git/matching-refs/'],
  ['POST', '/git/commits'],
  ['POST', '/dispatches'],
] as const;

describe('a run of promote-environment that is told to stop', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test.each(moments)(
      `by ${signal} during %s %s ends within 5 s, and the next goes on`,
      (method, path) =>
        inWorld(
          { configuration, gateway: false, files: { '.github/workflows/deploy.yml': workflow } },
          async (world) => {
            const there = new Promise<void>((resolve) => {
              world.tap.hold = async (call) => {
                if (call.method !== method || !decodeURIComponent(call.path).includes(path)) return;
                resolve();
                await new Promise((later) => setTimeout(later, 1_000));
              };
            });
            const running = await begin(world, '2026-11-23T08:00:00Z');
            await there;
            const start = performance.now();
            process.kill(actionOf(world), signal);
            const stopped = await running.finished;
            expect(performance.now() - start).toBeLessThan(5_000);
            expect(stopped.exit).toBe(1);
            expect(stopped.outputs.reason).toMatch(/^cancelled: /);
            const errors = stopped.annotations.filter(({ level }) => level === 'error');
            expect(errors).toHaveLength(1);
            world.tap.reset();
            const next = await (await begin(world, '2026-11-23T08:11:00Z')).finished;
            expect(next.exit).toBe(0);
            const { body } = await world.must('GET', `/repos/${repository}/actions/runs`);
            expect(body.total_count).toBe(1);
          },
        ),
    );
  }
});
