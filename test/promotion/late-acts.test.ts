import { describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../src/core/time.ts';
import { decidePromotions } from '../../src/promotion/decide.ts';
import { stageRecord } from '../../src/promotion/records/record.ts';
import { settle } from '../../src/promotion/settle.ts';
import { abort } from '../../src/promotion/transitions/abort.ts';
import { report } from '../../src/promotion/transitions/report.ts';
import { rollback } from '../../src/promotion/transitions/rollback.ts';
import { pipeline, stage } from '../builders/promotion.ts';
import { factsOf, leaseLength, PipelineWorld } from './pipeline-world.ts';
import { runOver } from './run-over.ts';

const author = { by: 'ada', why: 'broken' };
const minutes = (count: number) => duration(count * 60_000);

/** A run for v1 that goes on although somebody ended its promotion, while v2 waits. */
async function givenUp(by: 'abort' | 'rollback' = 'abort') {
  const stages = [stage('production', { via: 'dispatch', arrival: 'reported' })];
  const world = new PipelineWorld(pipeline({ stages }));
  world.stage('production').version = world.push();
  world.push();
  await runOver(world);
  const key = world.open()[0] ?? '';
  const said = { ...author, at: world.clock() };
  world.command(
    (record) =>
      (by === 'abort'
        ? abort(record, 'production', said)
        : rollback(record, 'production', said, 'v1', 'v1')
      ).record,
  );
  world.push();
  return { world, key };
}

const decided = (world: PipelineWorld) => {
  const facts = factsOf(world);
  return decidePromotions({ ...facts, record: settle(facts, 0) })[0];
};

describe('a run that goes on although its promotion was ended', () => {
  test.each(['abort', 'rollback'] as const)(
    'by %s holds the stage until it is seen to have ended',
    async (by) => {
      const { world, key } = await givenUp(by);
      expect((await runOver(world))[0]).toMatchObject({
        decision: 'wait',
        rule: 'cancelling',
        reason: expect.stringContaining('it is to end first'),
        wakeAt: instant(world.now + minutes(1)),
      });
      expect(world.effects.size).toBe(1);
      world.fail(key, 'closed');
      await runOver(world);
      expect(world.effects.size).toBe(2);
      const [, first] = stageRecord(world.record, 'production').promotions;
      expect(world.broken).toEqual([]);
      expect(first).toBeDefined();
    },
  );

  test('has its end recorded, whatever that is', async () => {
    const { world, key } = await givenUp();
    world.complete(key);
    await runOver(world);
    expect(stageRecord(world.record, 'production').promotions[0]).toMatchObject({
      phase: 'aborted',
      attempts: [{ effect: { kind: 'run' }, outcome: { result: 'succeeded' } }],
    });
  });

  test('is looked at again as it should have ended, and then a person is told what to do', async () => {
    const { world } = await givenUp();
    const wakes = [0, 1, 5].map((passed) => {
      const began = world.now;
      world.now += minutes(passed);
      const { wakeAt = 0 } = decided(world) ?? {};
      world.now = began;
      return (wakeAt - began) / minutes(1);
    });
    expect(wakes).toEqual([1, 5, 15]);
    world.now += minutes(15);
    const stuck = decided(world);
    expect(stuck).toMatchObject({ decision: 'blocked', rule: 'cancelling' });
    expect(stuck?.wakeAt).toBeUndefined();
    expect(stuck?.reason).toContain(`\`promotion: ${stuck?.promotion}-a1\``);
  });

  test('is over when a person says so', async () => {
    const { world } = await givenUp();
    world.now += minutes(20);
    const { promotion = '' } = decided(world) ?? {};
    const told = {
      promotion,
      result: 'cancelled',
      evidence: 'by hand',
      at: world.clock(),
    } as const;
    world.command((record) => report(record, world.pipeline, told, 0).record);
    expect(decided(world)).toMatchObject({ decision: 'promote', version: 'v3' });
  });
});

test('a run that takes too long fails its promotion, and the next one waits for it', async () => {
  const stages = [stage('production', { via: 'dispatch', arrival: 'reported' })];
  const world = new PipelineWorld(pipeline({ stages }));
  world.push();
  await runOver(world);
  world.pass(minutes(61));
  expect((await runOver(world))[0]).toMatchObject({ decision: 'failed', rule: 'exhausted' });
  world.push();
  expect((await runOver(world))[0]).toMatchObject({ decision: 'wait', rule: 'cancelling' });
  world.pass(minutes(20));
  expect((await runOver(world))[0]).toMatchObject({ decision: 'blocked', rule: 'cancelling' });
  world.complete(world.open()[0] ?? '');
  expect((await runOver(world))[0]).toMatchObject({ decision: 'promote', version: 'v2' });
});

test('a holder that died may have started a run: nothing starts before that was looked for', async () => {
  const stages = [stage('production', { via: 'dispatch', arrival: 'reported' })];
  const world = new PipelineWorld(pipeline({ stages }));
  world.push();
  world.faults.act = 'after';
  await runOver(world).catch(() => undefined);
  const said = { ...author, at: world.clock() };
  world.command((record) => abort(record, 'production', said).record);
  world.push();
  world.pass(leaseLength + 1);
  expect(decided(world)).toMatchObject({ decision: 'wait', rule: 'cancelling', version: 'v1' });
  const { promotion = '' } = decided(world) ?? {};
  const told = { promotion, result: 'cancelled', evidence: 'by hand', at: world.clock() } as const;
  const after = (more: object) => report(world.record, world.pipeline, { ...told, ...more }, 0);
  expect(after({}).outcome).toBe('unchanged');
  world.command(() => after({ attempt: 1 }).record);
  expect(decided(world)).toMatchObject({ decision: 'promote', version: 'v2' });
});

test('a report that names no attempt says nothing of one that is only claimed', async () => {
  const stages = [stage('production', { via: 'dispatch', arrival: 'reported' })];
  const world = new PipelineWorld(pipeline({ stages }));
  world.push();
  world.faults.act = 'after';
  await runOver(world).catch(() => undefined);
  const [{ id = '' } = {}] = stageRecord(world.record, 'production').promotions;
  const told = { promotion: id, result: 'failure', evidence: 'log', at: world.clock() } as const;
  expect(report(world.record, world.pipeline, told, 0).outcome).toBe('unchanged');
  const named = report(world.record, world.pipeline, { ...told, attempt: 1 }, 0);
  expect(named.outcome).toBe('done');
});

test('a rollback takes back what is on its way, where the stage does not show that yet', async () => {
  const stages = [stage('production')];
  const world = new PipelineWorld(pipeline({ stages }));
  world.stage('production').version = world.push();
  world.push();
  await runOver(world);
  const [forward = ''] = world.open();
  world.complete(forward, false);
  const said = { ...author, at: world.clock() };
  world.command((record) => rollback(record, 'production', said, 'v1', 'v1').record);
  expect((await runOver(world))[0]).toMatchObject({ decision: 'promote', rule: 'rollback' });
  const started = [...world.effects.values()].map(({ order }) => order.promotion.version);
  expect(started).toEqual(['v2', 'v1']);
});
