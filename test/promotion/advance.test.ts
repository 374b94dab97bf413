import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { advance } from '../../src/promotion/advance.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import { stageRecord } from '../../src/promotion/records/record.ts';
import { abort } from '../../src/promotion/transitions/abort.ts';
import { rearm } from '../../src/promotion/transitions/rearm.ts';
import { pipeline, stage } from '../builders/promotion.ts';
import { leaseLength, PipelineWorld, type Turn } from './pipeline-world.ts';

const threeStages: Pipeline = pipeline({
  stages: [
    stage('dev'),
    stage('staging', { after: ['dev'] }),
    stage('prod', { after: ['staging'] }),
  ],
});

const minute = 60_000;
let holders = 0;

function run(world: PipelineWorld, turn: Turn = async () => undefined) {
  holders += 1;
  return advance(
    {
      pipeline: world.pipeline,
      holder: `run-${holders}`,
      lease: leaseLength,
      jitter: 0.5,
      dryRun: false,
    },
    {
      records: world.records(turn),
      observer: world.observer(turn),
      way: world.way(turn),
      clock: world.clock,
    },
  );
}

/** `completePromotion` of #214: the effect of a promotion reaches its stage. */
function completePromotion(world: PipelineWorld, name: string, version: string) {
  const key = world.open().find((each) => {
    const order = world.effects.get(each)?.order;
    return order?.stage === name && order.promotion.version === version;
  });
  if (key === undefined) throw new Error(`${version} was not started in ${name}`);
  world.complete(key);
}

async function round(world: PipelineWorld) {
  world.pass(minute);
  const { decisions } = await run(world);
  return decisions.map(({ stage: name, decision, rule }) => `${name} ${decision} ${rule}`);
}

function starts(world: PipelineWorld): string[] {
  return [...world.effects.values()].map(
    ({ order }) => `${order.stage} ${order.promotion.version}`,
  );
}

describe('the cases of pipeline-controller #214', () => {
  test('a version goes through dev, staging and prod, each once', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    for (const name of ['dev', 'staging', 'prod']) {
      await round(world);
      await round(world);
      completePromotion(world, name, 'v1');
      await round(world);
    }
    expect(starts(world)).toEqual(['dev v1', 'staging v1', 'prod v1']);
    expect(await round(world)).toEqual(['dev none none', 'staging none none', 'prod none none']);
    expect(world.broken).toEqual([]);
  });

  test('the next version follows, and the record has version, time and success', async () => {
    const world = new PipelineWorld(threeStages);
    for (let index = 1; index <= 2; index += 1) {
      world.push();
      for (const name of ['dev', 'staging', 'prod']) {
        await round(world);
        completePromotion(world, name, `v${index}`);
      }
      await round(world);
    }
    const { promotions } = stageRecord(world.record, 'prod');
    expect(promotions.map(({ version, phase }) => [version, phase])).toEqual([
      ['v1', 'succeeded'],
      ['v2', 'succeeded'],
    ]);
    expect(promotions[1]?.endedAt).toBe(world.now);
    expect(promotions[1]?.from).toBe('v1');
  });

  test('an unready stage holds up what comes after it, and nothing else', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await round(world);
    completePromotion(world, 'dev', 'v1');
    world.stage('dev').health = 'unhealthy';
    expect(await round(world)).toEqual([
      'dev wait arrival',
      'staging blocked health',
      'prod none none',
    ]);
    world.stage('dev').health = 'healthy';
    expect(await round(world)).toEqual([
      'dev none none',
      'staging promote newest',
      'prod none none',
    ]);
  });

  test('an unknown prod does not hold up dev and staging', async () => {
    const world = new PipelineWorld(threeStages);
    world.stage('prod').health = 'unknown';
    world.push();
    await round(world);
    completePromotion(world, 'dev', 'v1');
    await round(world);
    completePromotion(world, 'staging', 'v1');
    expect(await round(world)).toEqual([
      'dev none none',
      'staging none none',
      'prod blocked unknown',
    ]);
  });

  test('a dev that goes back to an older version starts nothing', async () => {
    const world = new PipelineWorld(threeStages);
    for (let index = 1; index <= 2; index += 1) {
      world.push();
      for (const name of ['dev', 'staging', 'prod']) {
        await round(world);
        completePromotion(world, name, `v${index}`);
      }
    }
    world.stage('dev').version = 'v1';
    const before = starts(world);
    for (let index = 0; index < 3; index += 1) await round(world);
    world.stage('dev').version = 'v2';
    for (let index = 0; index < 3; index += 1) await round(world);
    expect(starts(world)).toEqual(before);
  });
});

/** A worker that dies before its nth call to the world. */
async function dieAt(world: PipelineWorld, call: number): Promise<boolean> {
  let calls = 0;
  const died = new Error('died');
  const turn = async () => {
    calls += 1;
    if (calls > call) throw died;
  };
  try {
    const { faults } = await run(world, turn);
    return faults.includes(died);
  } catch (error) {
    if (error !== died) throw error;
    return true;
  }
}

describe('a worker that dies at any call', () => {
  test('is followed by one that promotes exactly once', async () => {
    let boundaries = 0;
    for (let call = 0; ; call += 1) {
      const world = new PipelineWorld(threeStages);
      world.push();
      world.pass(minute);
      const died = await dieAt(world, call);
      for (let index = 0; index < 3; index += 1) {
        world.pass(20 * minute);
        await run(world);
      }
      expect(starts(world)).toEqual(['dev v1']);
      expect(world.broken).toEqual([]);
      if (!died) break;
      boundaries += 1;
    }
    expect(boundaries).toBeGreaterThanOrEqual(7);
  });

  test.each([
    ['swap', 'before'],
    ['swap', 'after'],
    ['act', 'before'],
    ['act', 'after'],
    ['act', 'refused'],
  ] as const)('or whose %s loses its answer (%s) promotes exactly once', async (call, when) => {
    const world = new PipelineWorld(threeStages);
    world.push();
    Object.assign(world.faults, { [call]: when });
    await round(world).catch((error: Error) => expect(error.message).toContain('lost'));
    for (let index = 0; index < 3; index += 1) {
      world.pass(20 * minute);
      await run(world);
    }
    expect(starts(world)).toEqual(['dev v1']);
    expect(world.broken).toEqual([]);
  });
});

describe('a claim', () => {
  test('that another holds is waited for until its lease ends', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await dieAt(world, 5);
    const { decisions } = await run(world);
    expect(decisions[0]).toMatchObject({
      decision: 'wait',
      rule: 'claimed',
      wakeAt: world.now + leaseLength,
    });
  });

  test('that was taken over is adopted under the same id and attempt', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await dieAt(world, 6);
    const claimed = stageRecord(world.record, 'dev').promotions[0];
    world.pass(leaseLength + 1);
    const { decisions } = await run(world);
    expect(decisions[0]).toMatchObject({ decision: 'promote', rule: 'take-over', attempt: 1 });
    const adopted = stageRecord(world.record, 'dev').promotions[0];
    expect(adopted?.id).toBe(claimed?.id);
    expect(adopted?.attempts.map(({ number }) => number)).toEqual([1]);
    expect(adopted?.phase).toBe('running');
  });

  test('is not acted on by a holder whose lease is nearly over', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    let calls = 0;
    await run(world, async () => {
      calls += 1;
      if (calls === 5) world.pass(leaseLength - 1000);
    });
    expect(starts(world)).toEqual([]);
  });

  test('of an effect that was made before a hold is adopted in spite of it', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    world.faults.act = 'after';
    await run(world).catch(() => undefined);
    const hold = { by: 'octocat', why: 'incident', at: world.clock() };
    world.command((record) => ({ ...record, freeze: hold }));
    world.pass(leaseLength + 1);
    const { decisions } = await run(world);
    expect(decisions[0]).toMatchObject({ rule: 'take-over', act: 'adopt' });
    expect(stageRecord(world.record, 'dev').promotions[0]?.phase).toBe('running');
  });

  test('whose holder was killed after it acted leaves what it would have left without that', async () => {
    const played = async (isKilled: boolean) => {
      const world = new PipelineWorld(threeStages);
      world.push();
      if (isKilled) world.faults.act = 'after';
      await run(world).catch(() => undefined);
      completePromotion(world, 'dev', 'v1');
      const inTheLease = await run(world);
      world.pass(leaseLength + 1);
      for (let index = 0; index < 2; index += 1) await run(world);
      const { promotions } = stageRecord(world.record, 'dev');
      const shown = promotions.map(({ phase, attempts }) => [
        phase,
        ...attempts.map(({ number, effect, outcome }) => [
          number,
          effect?.reference,
          outcome?.result,
        ]),
      ]);
      return { shown, broken: world.broken, first: inTheLease.decisions[0]?.rule };
    };
    const undisturbed = await played(false);
    expect(undisturbed.shown).toMatchObject([['succeeded', [1, expect.anything(), 'succeeded']]]);
    expect(await played(true)).toEqual({ ...undisturbed, first: 'claimed' });
  });

  test('is not acted on where the stage got the version by hand, and ends well', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await dieAt(world, 5);
    world.stage('dev').version = 'v1';
    world.pass(leaseLength + 1);
    expect((await run(world)).decisions[0]).toMatchObject({ rule: 'take-over', act: 'adopt' });
    await run(world);
    expect(starts(world)).not.toContain('dev v1');
    expect(stageRecord(world.record, 'dev').promotions).toMatchObject([
      { phase: 'succeeded', attempts: [] },
    ]);
  });

  test('of which nothing was done is given up during a hold, and made again after it', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await dieAt(world, 5);
    const hold = { by: 'octocat', why: 'incident', at: world.clock() };
    world.command((record) => ({ ...record, freeze: hold }));
    world.pass(leaseLength + 1);
    await run(world);
    expect(starts(world)).toEqual([]);
    expect((await run(world)).decisions[0]).toMatchObject({ decision: 'blocked', rule: 'hold' });
    world.command(({ freeze: _, ...record }) => record);
    await run(world);
    expect(starts(world)).toEqual(['dev v1']);
  });
});

describe('a version that is deleted while it is under way', () => {
  test.each([
    ['under a claim', 'after'],
    ['before its next attempt', 'refused'],
  ] as const)('%s waits for a person, who is told', async (_, fault) => {
    const world = new PipelineWorld(threeStages);
    world.push();
    world.faults.act = fault;
    await run(world).catch(() => undefined);
    const [deleted] = world.versions.splice(0);
    world.pass(leaseLength + 1);
    expect((await run(world)).decisions[0]).toMatchObject({
      decision: 'blocked',
      rule: 'version',
      reason: expect.stringContaining('v1 is no version any more'),
    });
    if (deleted) world.versions.push(deleted);
    expect((await run(world)).decisions[0]).toMatchObject({ decision: 'promote' });
    expect(starts(world)).toEqual(['dev v1']);
  });
});

describe('a run', () => {
  test('with nothing to do writes nothing', async () => {
    const world = new PipelineWorld(threeStages);
    await round(world);
    const before = world.chain.length;
    for (let index = 0; index < 5; index += 1) await round(world);
    expect(world.chain.length).toBe(before);
  });

  test('that is dry decides the same and writes nothing', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    const ports = {
      records: world.records(async () => undefined),
      observer: world.observer(async () => undefined),
      way: world.way(async () => undefined),
      clock: world.clock,
    };
    const request = { pipeline: threeStages, holder: 'x', lease: leaseLength, jitter: 0 };
    const { decisions } = await advance({ ...request, dryRun: true }, ports);
    expect(decisions[0]).toMatchObject({ stage: 'dev', decision: 'promote', version: 'v1' });
    expect(world.chain.length).toBe(1);
    expect(starts(world)).toEqual([]);
  });
});

describe('a promotion that is ended while its holder may still act', () => {
  const author = { by: 'octocat', why: 'incident' };

  test('holds the stage until the lease is over, so that nothing older lands later', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await dieAt(world, 5);
    world.command((record) => abort(record, 'dev', { ...author, at: world.clock() }).record);
    world.push();
    expect((await run(world)).decisions[0]).toMatchObject({ decision: 'wait', rule: 'claimed' });
    world.pass(leaseLength + 1);
    await run(world);
    expect(starts(world)).toEqual(['dev v2']);
  });

  test('keeps what its holder did all the same, and stays ended', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    let calls = 0;
    await run(world, async () => {
      calls += 1;
      if (calls === 6)
        world.command((record) => abort(record, 'dev', { ...author, at: world.clock() }).record);
    });
    expect(stageRecord(world.record, 'dev').promotions[0]).toMatchObject({
      phase: 'aborted',
      attempts: [{ effect: { kind: 'ref' } }],
    });
    world.push();
    expect((await run(world)).decisions[0]).toMatchObject({ decision: 'promote', version: 'v2' });
  });
});

test('a run that never heard of the version that was started meanwhile decides nothing', async () => {
  const world = new PipelineWorld(threeStages);
  const through = async (version: string) => {
    await round(world);
    completePromotion(world, 'dev', version);
    await round(world);
  };
  world.push();
  await through('v1');
  let calls = 0;
  const { changed } = await run(world, async () => {
    calls += 1;
    if (calls !== 3) return;
    world.push();
    await through('v2');
    const author = { by: 'octocat', at: world.clock(), why: 'again' };
    world.command((record) => rearm(record, 'dev', 'v1', author).record);
  });
  expect(changed).toBe('contended');
  expect(stageRecord(world.record, 'dev').frontier).toBe('v2');
});

describe('a stage whose way fails', () => {
  const parallel = pipeline({ stages: [stage('eu'), stage('us')] });
  const failing = (world: PipelineWorld, failed: Record<string, Error>) =>
    advance(
      {
        pipeline: world.pipeline,
        holder: 'run',
        lease: leaseLength,
        jitter: 0.5,
        dryRun: false,
      },
      {
        records: world.records(async () => undefined),
        observer: world.observer(async () => undefined),
        way: (name) => ({
          ...world.way(async () => undefined)(name),
          ...(failed[name] && { find: () => Promise.reject(failed[name]) }),
        }),
        clock: world.clock,
      },
    );

  test('does not keep the others from their turn, and is told', async () => {
    const world = new PipelineWorld(parallel);
    world.push();
    const thrown = new UserError('no workflow deploy.yml', 'Write its name right.');
    expect((await failing(world, { eu: thrown })).faults).toEqual([thrown]);
    expect(starts(world)).toEqual(['us v1']);
  });

  test('is told with all others that failed', async () => {
    const world = new PipelineWorld(parallel);
    world.push();
    const failed = { eu: new UserError('one', 'a'), us: new UserError('two', 'b') };
    expect((await failing(world, failed)).faults).toEqual([failed.eu, failed.us]);
  });
});

describe('a promotion whose stage gets something newer by hand', () => {
  test('ends where it waits for its next attempt', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    world.faults.act = 'refused';
    await run(world);
    world.push();
    world.stage('dev').version = 'v2';
    world.pass(10 * minute);
    await run(world);
    expect(stageRecord(world.record, 'dev').promotions).toMatchObject([
      { version: 'v1', phase: 'aborted', reason: 'superseded: dev runs v2, which is newer' },
    ]);
    expect(starts(world)).toEqual(['staging v2']);
  });

  test('is not acted on by whoever takes its claim over, and ends then', async () => {
    const world = new PipelineWorld(threeStages);
    world.push();
    await dieAt(world, 5);
    world.push();
    world.stage('dev').version = 'v2';
    world.pass(leaseLength + 1);
    expect((await run(world)).decisions[0]).toMatchObject({ rule: 'take-over', act: 'adopt' });
    await run(world);
    expect(stageRecord(world.record, 'dev').promotions[0]).toMatchObject({ phase: 'aborted' });
    expect(starts(world)).toEqual(['staging v2']);
  });
});
