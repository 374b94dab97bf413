import { describe, expect, test } from '@jest/globals';
import { duration } from '../../src/core/time.ts';
import type { Verified } from '../../src/promotion/move-on.ts';
import type { Observer } from '../../src/promotion/ports.ts';
import { type PromotePorts, type PromoteRequest, promote } from '../../src/promotion/promote.ts';
import { stageRecord } from '../../src/promotion/records/record.ts';
import { abort } from '../../src/promotion/transitions/abort.ts';
import type { StageWay } from '../../src/promotion/ways/way.ts';
import { pipeline, stage, version } from '../builders/promotion.ts';
import { PipelineWorld } from './pipeline-world.ts';

const turn = async () => undefined;

/** staging is deployed by this workflow, production by us. */
const mixed = pipeline({
  stages: [
    stage('staging', { via: 'outputs', arrival: 'reported' }),
    stage('production', { after: ['staging'] }),
  ],
});

function request(world: PipelineWorld, more: Partial<PromoteRequest> = {}): PromoteRequest {
  const names = world.pipeline.stages.map(({ name }) => name);
  const settings = (name: string) => ({
    environment: name,
    observe: { from: 'deployments' as const },
    way: { via: 'outputs' as const },
    verifications: [],
  });
  return {
    settings: {
      pipeline: world.pipeline,
      versions: { from: 'branch', branch: 'main' },
      stages: Object.fromEntries(names.map((name) => [name, settings(name)])),
    },
    instruction: { mode: 'advance' },
    by: 'ada',
    why: '',
    source: 'https://github.com/acme/app/actions/runs/1',
    holder: 'run-1-1-a',
    ownHolder: 'run-1-',
    jitter: 0,
    dryRun: false,
    ...more,
  };
}

function ports(world: PipelineWorld, more: Partial<PromotePorts> = {}): PromotePorts {
  const look = async () => ({ state: 'open' as const, at: world.clock(), evidence: '' });
  return {
    records: world.records(turn),
    observer: world.observer(turn),
    way: (name): StageWay => ({ ...world.way(turn)(name), look }),
    clock: world.clock,
    warn: () => undefined,
    commander: async (login) => ({
      login,
      person: { permission: 'admin', teams: [] },
      doubtful: [],
    }),
    verify: async (): Promise<Verified> => ({ result: 'passed', evidence: 'it is well' }),
    ...more,
  };
}

/** A world whose staging runs the newest version, and production nothing yet. */
function staged(of = mixed): PipelineWorld {
  const world = new PipelineWorld(of);
  world.stage('staging').version = world.push();
  return world;
}

describe('a run over a pipeline', () => {
  test('waits when it is not known whether its claim was written down, and does nothing', async () => {
    const world = staged();
    world.faults.swap = 'after';
    const { decisions } = await promote(request(world), ports(world));
    expect(decisions.find((each) => each.stage === 'production')).toMatchObject({
      decision: 'wait',
      reason: expect.stringMatching(/not known/),
    });
    expect(world.effects.size).toBe(0);
  });

  test('tells what it handed out, although an act was lost', async () => {
    const world = staged();
    world.push();
    world.faults.act = 'before';
    const promoted = await promote(request(world), ports(world));
    expect(promoted.decisions).toMatchObject([
      { stage: 'staging', decision: 'promote', version: 'v2' },
      { stage: 'production', decision: 'wait', rule: 'claimed', version: 'v1' },
    ]);
    expect(promoted.faults).toEqual([new Error('the answer was lost')]);
  });

  test('tells what went wrong, and until when its claim stands, where nothing was handed out', async () => {
    const world = staged();
    world.faults.act = 'before';
    const { decisions, faults } = await promote(request(world), ports(world));
    const wakeAt = world.now + 10 * 60_000;
    expect(decisions[1]).toMatchObject({ decision: 'wait', rule: 'claimed', wakeAt });
    expect(faults).toEqual([new Error('the answer was lost')]);
  });

  test('that looks only writes nothing and does nothing', async () => {
    const world = staged();
    const { decisions } = await promote(request(world, { dryRun: true }), ports(world));
    expect(decisions.map((each) => each.decision)).toEqual(['none', 'promote']);
    expect([world.chain.length, world.effects.size]).toEqual([1, 0]);
  });
});

describe('a version that there is not', () => {
  const asked = (version: string) => ({ mode: 'advance', stage: 'production', version }) as const;

  test('is refused when it is asked for, with the newest that there are', async () => {
    const world = staged();
    for (let count = 0; count < 4; count += 1) world.push();
    const { chain } = world;
    const { answer, decisions } = await promote(
      request(world, { instruction: asked('zzz') }),
      ports(world),
    );
    const reason = 'version: zzz is none that the pipeline knows; the newest are v5, v4, v3';
    expect(answer).toMatchObject({ outcome: 'refused', reason });
    expect([decisions, world.chain]).toEqual([[], chain]);
  });

  test('any more, but was in a stage, is decided about', async () => {
    const world = staged();
    await promote(request(world), ports(world));
    world.versions.splice(0);
    const run = request(world, { instruction: asked('v1') });
    expect((await promote(run, ports(world))).answer).toBeUndefined();
  });
});

describe('an approval that opens nothing says so', () => {
  const approved = (self: boolean) =>
    pipeline({
      stages: [
        stage('staging'),
        stage('production', {
          after: ['staging'],
          gates: { approval: { by: ['write', '@eve'], count: 1, self } },
        }),
      ],
    });
  const said = async (by: string, name: string, self = false) => {
    const world = staged(approved(self));
    const instruction = { mode: 'approve', stage: name, version: 'v1' } as const;
    const { answer } = await promote(request(world, { instruction, by }), ports(world));
    return answer;
  };

  test('where nobody approves their own work, with who may', async () => {
    expect(await said('octocat', 'production')).toMatchObject({
      outcome: 'done',
      reason:
        'approval: octocat approves v1 for production; it does not count, as octocat made it, alone or among others: it takes 1 of write, @eve who did not',
    });
    const counts = 'approval: octocat approves v1 for production';
    expect(await said('octocat', 'production', true)).toMatchObject({ reason: counts });
    expect(await said('ada', 'production')).toMatchObject({
      reason: counts.replace(/octocat/, 'ada'),
    });
  });

  test('where the stage asks for none', async () => {
    expect(await said('ada', 'staging')).toMatchObject({
      outcome: 'done',
      reason:
        'approval: ada approves v1 for staging; staging asks for no approval, so that none is needed',
    });
  });

  test('by what is looked for as if it had been given', async () => {
    const world = staged(approved(false));
    const observer = world.observer(turn);
    const asked: string[] = [];
    const observe: Observer['observe'] = (record) => {
      asked.push(...stageRecord(record, 'production').approvals.map(({ by }) => by));
      return observer.observe(record);
    };
    const instruction = { mode: 'approve', stage: 'production', version: 'v1' } as const;
    await promote(
      request(world, { instruction, dryRun: true }),
      ports(world, { observer: { observe } }),
    );
    expect(asked).toEqual(['ada']);
  });
});

describe('a report', () => {
  const commit = '3f9a1c0'.padEnd(40, '0');
  /** Staging is handed out, and what is reported of it names more than the promotion. */
  const told = async (more: { readonly stage?: string; readonly version?: string }) => {
    const world = new PipelineWorld(mixed);
    world.versions.push(version(commit));
    const { decisions } = await promote(request(world), ports(world));
    const [{ promotion = '' } = {}] = decisions;
    const said = { mode: 'report' as const, promotion, result: 'success' as const, evidence: '' };
    const before = world.record;
    const { answer } = await promote(
      request(world, { instruction: { ...said, ...more } }),
      ports(world),
    );
    return { ...answer, isWritten: world.record !== before };
  };

  test.each([
    ['stage', { stage: 'production' }, /into staging, not into production$/],
    ['version', { stage: 'staging', version: '4f9a1c0' }, /of 3f9a1c00+, not of 4f9a1c0$/],
  ])(
    'of another %s than that of the promotion is refused, and not written down',
    async (_, more, why) => {
      const { outcome, reason, isWritten } = await told(more);
      expect({ outcome, isWritten }).toEqual({ outcome: 'refused', isWritten: false });
      expect(reason).toMatch(why);
    },
  );

  test('that names both as they are is written down', async () => {
    expect(await told({ stage: 'staging', version: commit })).toMatchObject({ outcome: 'done' });
    expect(await told({ stage: 'staging', version: '3f9a1c0' })).toMatchObject({ isWritten: true });
  });
});

describe('a verification in the way', () => {
  const verified = pipeline({
    stages: [
      stage('staging', { via: 'outputs', arrival: 'reported' }),
      stage('production', {
        after: ['staging'],
        gates: { verification: { names: ['smoke'] } },
      }),
    ],
  });
  const smoke = {
    name: 'smoke',
    kind: 'http',
    url: 'https://example.com',
    timeout: duration(1000),
  } as const;
  const asked = (world: PipelineWorld) => {
    const plain = request(world);
    const { production } = plain.settings.stages;
    if (!production) throw new Error('no production');
    const stages = {
      ...plain.settings.stages,
      production: { ...production, verifications: [smoke] },
    };
    return { ...plain, settings: { ...plain.settings, stages } };
  };

  test('is run, written down, and then the version goes on in the same run', async () => {
    const world = staged(verified);
    const { decisions, record } = await promote(asked(world), ports(world));
    expect(decisions.map((each) => each.decision)).toEqual(['none', 'promote']);
    expect(stageRecord(record, 'production').verifications).toMatchObject([
      { name: 'smoke', version: 'v1', result: 'passed', evidence: 'it is well' },
    ]);
  });

  test('that fails blocks, and says when it is tried again', async () => {
    const world = staged(verified);
    const verify = async (): Promise<Verified> => ({ result: 'failed', evidence: '500' });
    const promoted = await promote(asked(world), ports(world, { verify }));
    expect(promoted.decisions[1]).toMatchObject({ decision: 'blocked', rule: 'verification' });
    expect(promoted.wakeAt).toBe(world.now + 60_000);
    expect(world.effects.size).toBe(0);
  });

  test('is not run for what is handed out besides, which stays this run’s', async () => {
    const world = staged(verified);
    world.push();
    const { decisions } = await promote(asked(world), ports(world));
    expect(decisions).toMatchObject([
      { stage: 'staging', decision: 'promote', version: 'v2' },
      { stage: 'production', decision: 'promote', version: 'v1' },
    ]);
  });
});

describe('what was handed out', () => {
  const verified = pipeline({
    stages: [
      stage('staging', { via: 'outputs', arrival: 'reported' }),
      stage('production', { after: ['staging'], gates: { verification: { names: ['smoke'] } } }),
    ],
  });
  const run = { name: 'smoke', kind: 'http', url: 'https://a.b', timeout: duration(1000) } as const;
  const asked = (world: PipelineWorld) => {
    const { settings } = request(world);
    const { staging, production } = settings.stages;
    if (!staging || !production) throw new Error('no stages');
    const stages = { staging, production: { ...production, verifications: [run] } };
    return request(world, { settings: { ...settings, stages } });
  };
  const handed = { stage: 'staging', decision: 'promote', version: 'v2' };

  test('is told, although what was seen after a verification is not known', async () => {
    const world = staged(verified);
    world.push();
    const away = new Error('GitHub is away');
    const observer = world.observer(turn);
    let looks = 0;
    const observe: Observer['observe'] = async (record) => {
      looks += 1;
      if (looks > 1) throw away;
      return observer.observe(record);
    };
    const promoted = await promote(asked(world), ports(world, { observer: { observe } }));
    expect(promoted.decisions).toContainEqual(expect.objectContaining(handed));
    expect([looks, promoted.faults]).toEqual([2, [away]]);
  });

  test('is told, although it cannot be noted that something was cleared away', async () => {
    const world = new PipelineWorld(mixed);
    world.push();
    await promote(request(world), ports(world));
    world.stage('staging').version = 'v1';
    await promote(request(world, { instruction: success(world) }), ports(world));
    await promote(request(world, { holder: 'run-2-1-b' }), ports(world));
    const author = { by: 'ada', at: world.clock(), why: 'wrong' };
    world.command((record) => abort(record, 'production', author).record);
    world.push();
    const records = world.records(turn);
    let isTidying = false;
    const warnings: string[] = [];
    const promoted = await promote(
      request(world, { holder: 'run-3-1-c' }),
      ports(world, {
        records: {
          ...records,
          change: async (next) => {
            if (isTidying) throw new Error('GitHub is away');
            return records.change(next);
          },
        },
        way: (name) => ({
          ...ports(world).way(name),
          tidy: async () => {
            isTidying = true;
          },
        }),
        warn: (line) => warnings.push(line),
      }),
    );
    expect(promoted.decisions).toContainEqual(expect.objectContaining(handed));
    expect(warnings).toEqual([expect.stringContaining('GitHub is away')]);
  });

  const success = (world: PipelineWorld) => {
    const [{ id = '' } = {}] = stageRecord(world.record, 'staging').promotions;
    return { mode: 'report', promotion: id, result: 'success', evidence: '' } as const;
  };
});

describe('a command', () => {
  test('lets what it opens go on at once, where nobody else deploys it', async () => {
    const gated = pipeline({
      stages: [
        stage('staging', { via: 'outputs', arrival: 'reported' }),
        stage('production', {
          after: ['staging'],
          gates: { approval: { by: ['write'], count: 1, self: true } },
        }),
      ],
    });
    const world = staged(gated);
    const instruction = { mode: 'approve', stage: 'production', version: 'v1' } as const;
    const observer = world.observer(turn);
    const people = { ada: { permission: 'write' as const, teams: [] } };
    const knowing: Observer = {
      observe: async (record) => ({ ...(await observer.observe(record)), people }),
    };
    await promote(request(world), ports(world));
    const approved = await promote(
      request(world, { instruction }),
      ports(world, { observer: knowing }),
    );
    expect(approved.answer).toMatchObject({
      outcome: 'done',
      reason: 'approval: ada approves v1 for production',
    });
    expect(approved.decisions).toMatchObject([{ stage: 'production', decision: 'promote' }]);
    expect(world.open()).toHaveLength(1);
  });

  test('hands nothing out: a run that says something does not deploy', async () => {
    const world = new PipelineWorld(mixed);
    world.push();
    const hold = { mode: 'hold', stage: 'staging' } as const;
    await promote(request(world, { instruction: hold }), ports(world));
    const release = { mode: 'release', stage: 'staging' } as const;
    const released = await promote(request(world, { instruction: release }), ports(world));
    expect(released).toMatchObject({
      decisions: [],
      answer: { outcome: 'done' },
      wakeAt: world.now,
    });
    expect(stageRecord(world.record, 'staging').promotions).toEqual([]);
  });

  test('that could not be written for certain is an error, so that it is said again', async () => {
    const world = staged();
    world.faults.swap = 'before';
    const instruction = { mode: 'hold' } as const;
    await expect(promote(request(world, { instruction }), ports(world))).rejects.toThrow(
      'it is not known whether this was written down: the answer was lost',
    );
  });
});
