import { describe, expect, test } from '@jest/globals';
import { allProcesses } from '../world/processes.ts';
import { headOf, inWorld, type World } from '../world/world.ts';

const slow = { greeting: 'slow', slow: 1500 };

/** The process of the action itself. */
function actionOf(world: World): number {
  const found = allProcesses().find(
    ({ commandLine, environment }) =>
      /\bdist\/understudy\/index\.js/.test(commandLine) &&
      environment.includes(`UNDERSTUDY_HOME=${world.home}`),
  );
  if (!found) throw new Error('the action does not run');
  return found.pid;
}

async function untilDeploying(world: World): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    const listed = (await world.gateway?.previews()) ?? [];
    if (listed.some(({ deploying }) => deploying?.step === 'start')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('no deploy began');
}

describe('a run that is told to stop in the middle of a deploy', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends soon after ${signal}, says so once, and the next run goes on from there`, () =>
      inWorld({}, async (world) => {
        const opened = await world.pullRequest('one', slow);
        const running = world.start(opened);
        await untilDeploying(world);
        const before = world.requests().length;
        const start = performance.now();
        process.kill(actionOf(world), signal);
        const result = await running.finished;
        expect(performance.now() - start).toBeLessThan(5000);
        expect(result).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
        expect(result.outputs.reason).toMatch(/^cancelled: /);
        expect(world.requests().length - before).toBeLessThanOrEqual(3);
        const stopped = await world.observe();
        expect(stopped.processes).toEqual([]);
        expect(stopped.comments['1']?.[0]).toContain('cancelled');
        const again = await world.step(opened);
        expect(again).toMatchObject({ exit: 0 });
        const seen = await world.observe();
        expect(seen.processes).toEqual([headOf(opened)]);
        expect(seen.comments['1']).toHaveLength(1);
        expect(seen.comments['1']?.[0]).toContain('Preview is ready');
        expect(seen.deployments).toHaveLength(1);
        expect(seen.deployments[0]).toContain(' success ');
      }));
  }

  test('keeps the old commit serving when it was an update', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('one');
      await world.step(opened);
      const running = world.start(await world.update('one', slow));
      await untilDeploying(world);
      running.cancel();
      const result = await running.finished;
      expect(result.conclusion).toBe('cancelled');
      const seen = await world.observe();
      expect(seen.processes).toEqual([headOf(opened)]);
      expect(seen.previews[0]?.services.app).toBe(`ready 200 app ${headOf(opened)}`);
    }));

  test('also while GitHub does not answer', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('one');
      const path = `/repos/${world.repository}/deployments`;
      const fault = { match: { path }, action: 'delay', milliseconds: 8_000 };
      await world.must('POST', '/_lab/faults', fault);
      const waiting = new Promise<void>((resolve) => {
        world.tap.watch = (call) => call.path.startsWith(path) && resolve();
      });
      const running = world.start(opened);
      await waiting;
      const start = performance.now();
      process.kill(actionOf(world), 'SIGINT');
      const result = await running.finished;
      expect(performance.now() - start).toBeLessThan(5000);
      expect(result.exit).toBe(1);
      expect(result.outputs.reason).toMatch(/^cancelled: /);
      expect(result.summary).toContain('cancelled: ');
    }));
});

describe('a deploy that takes longer than the input timeout', () => {
  test('fails with the rule timeout, and leaves nothing half made', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('one', { slow: 8000 });
      const result = await world.step(opened, { inputs: { timeout: '2s' } });
      expect(result).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      expect(result.outputs.reason).toMatch(/^timeout: /);
      const [error] = result.annotations.filter(({ level }) => level === 'error');
      expect(error?.message).toContain('`timeout`');
      const seen = await world.observe();
      expect(seen.processes).toEqual([]);
      expect(seen.worktrees).toBe(0);
      expect(seen.comments['1']?.[0]).toContain('timeout');
      expect(seen.deployments[0]).toContain(' failure');
    }));
});
