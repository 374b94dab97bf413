import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decisionOn, openPromotionLab, type PromotionLab } from './promotion-lab.ts';
import { threeStages } from './three-stages.ts';

let lab: PromotionLab;
beforeEach(async () => {
  lab = await openPromotionLab(threeStages);
});
afterEach(() => lab.close());

describe('three stages that this workflow deploys', () => {
  test('a version goes from the push to the end, through soak and approval', async () => {
    const version = lab.push();
    const staged = await lab.deploy('staging');
    expect(staged).toMatchObject({ exit: 0, outputs: { version } });
    expect(staged.outputs.matrix).toMatchObject([{ stage: 'staging', version, attempt: 1 }]);

    const soaking = await lab.step();
    expect(soaking.outputs).toMatchObject({
      decision: 'wait',
      stage: 'production',
      version,
      matrix: [],
      'wake-at': '2026-11-24T13:00:00.000Z',
      reason: expect.stringMatching(/^soak: /),
    });
    lab.pass('1h');
    expect((await lab.deploy('production')).outputs.version).toBe(version);

    const asking = await lab.step();
    expect(asking.outputs).toMatchObject({ decision: 'wait', stage: 'live' });
    expect(asking.outputs.reason).toMatch(/^approval: 0 of 1 by maintain/);
    const approved = await lab.step(
      { mode: 'approve', stage: 'live', version: version.slice(0, 8) },
      { actor: 'mia' },
    );
    expect(approved).toMatchObject({
      exit: 0,
      outputs: {
        decision: 'none',
        reason: `approval: mia approves ${version} for live`,
        matrix: [],
      },
    });
    expect((await lab.deploy('live')).outputs.version).toBe(version);

    const idle = await lab.step();
    expect(idle.outputs).toMatchObject({ decision: 'none', matrix: [], 'wake-at': '' });
    expect(idle.outputs.promotions.map((each: { decision: string }) => each.decision)).toEqual([
      'none',
      'none',
      'none',
    ]);
  });

  test('what was handed out to one run is not handed out to another', async () => {
    lab.push();
    const first = await lab.step();
    const second = await lab.step();
    expect(second).toMatchObject({
      exit: 0,
      outputs: { decision: 'wait', stage: 'staging', matrix: [] },
    });
    expect(second.outputs.promotion).toBe(first.outputs.promotion);
    expect(second.outputs['wake-at']).toBe('2026-11-24T13:00:00.000Z');
  });

  test('of runs at once one gets it', async () => {
    lab.push();
    const all = await Promise.all([lab.step(), lab.step(), lab.step()]);
    const matrices = all.map(({ outputs }) => outputs.matrix.length);
    expect(matrices.sort()).toEqual([0, 0, 1]);
    expect(all.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    const others = all.filter(({ outputs }) => outputs.matrix.length === 0);
    expect(others.map(({ outputs }) => outputs.decision)).toEqual(['wait', 'wait']);
  });

  test('a run that never reports loses it when its time is over, and the next attempt has another key', async () => {
    lab.push();
    const first = await lab.step();
    lab.pass('1h');
    const lost = await lab.step();
    expect(lost.outputs).toMatchObject({
      decision: 'wait',
      reason: expect.stringMatching(/^retry: attempt 1 of 3 lost/),
    });
    lab.pass('2m');
    const again = await lab.step();
    expect(again.outputs.matrix).toMatchObject([
      { attempt: 2, promotion: first.outputs.promotion },
    ]);
    expect(again.outputs.matrix[0].key).toBe(`${first.outputs.promotion}-a2`);
  });
});

describe('a report', () => {
  test('of failure is tried again while attempts are left, then a person decides', async () => {
    const version = lab.push();
    await lab.deploy('staging');
    await lab.step();
    lab.pass('1h');
    const first = await lab.step();
    expect(first.outputs).toMatchObject({ decision: 'promote', stage: 'production' });
    const failed = await lab.report(first, 'failure', { evidence: 'https://example.com/log' });
    expect(failed).toMatchObject({
      exit: 0,
      outputs: { decision: 'wait', reason: 'report: production failure: https://example.com/log' },
    });
    expect(Date.parse(failed.outputs['wake-at'])).toBeGreaterThan(Date.parse(lab.now()));
    lab.pass('20m');
    const second = await lab.step();
    expect(second.outputs.matrix).toMatchObject([{ stage: 'production', version, attempt: 2 }]);
    const exhausted = await lab.report(second, 'failure');
    expect(exhausted).toMatchObject({ exit: 0, outputs: { decision: 'blocked' } });

    const after = await lab.step();
    expect(after).toMatchObject({ exit: 1, outputs: { decision: 'failed', stage: 'production' } });
    expect(after.failures).toEqual([
      {
        message: expect.stringMatching(/^production failed: exhausted: /),
        hint: expect.stringContaining('mode: release'),
      },
    ]);
    const released = await lab.step({ mode: 'release', stage: 'production', version });
    expect(released).toMatchObject({
      exit: 0,
      outputs: { reason: expect.stringMatching(/^release: /) },
    });
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'promote',
      stage: 'production',
      version,
    });
  });

  test('that is given twice changes nothing', async () => {
    lab.push();
    const handed = await lab.step();
    await lab.report(handed, 'success');
    const again = await lab.report(handed, 'failure');
    expect(again).toMatchObject({
      exit: 0,
      outputs: { decision: 'none', reason: expect.stringMatching(/has ended/) },
    });
    expect(again.writes).toEqual([]);
  });

  test('of a run whose attempt was lost says nothing about the next one', async () => {
    lab.push();
    const first = await lab.step({}, { run: 7 });
    lab.pass('1h');
    await lab.step();
    lab.pass('2m');
    const second = await lab.step({}, { run: 8 });
    expect(second.outputs.matrix).toMatchObject([{ attempt: 2 }]);
    const { promotion } = first.outputs;
    const late = await lab.step({ mode: 'report', promotion, result: 'failure' }, { run: 7 });
    expect(late.outputs.reason).toBe('report: attempt 1 is not under way');
    const named = await lab.step({
      mode: 'report',
      promotion: `${promotion}-a1`,
      result: 'failure',
    });
    expect(named.outputs.reason).toBe('report: attempt 1 is not under way');
    const own = await lab.step({ mode: 'report', promotion, result: 'success' }, { run: 8 });
    expect(own.outputs.decision).toBe('none');
  });

  test('about a promotion that nobody knows is refused', async () => {
    const promotion = 'staging-g0-0123456789ab';
    const ended = await lab.step({ mode: 'report', promotion, result: 'success' });
    expect(ended.exit).toBe(1);
    expect(ended.failures).toMatchObject([
      { message: expect.stringMatching(/^report: no stage of app knows/) },
    ]);
  });
});

describe('a version that is older than what runs', () => {
  test('is not moved, by name or by the re-run of an old workflow', async () => {
    const old = lab.push();
    const current = lab.push();
    await lab.deploy('staging');
    const asked = await lab.step({ stage: 'staging', version: old });
    expect(asked).toMatchObject({
      exit: 0,
      outputs: {
        decision: 'superseded',
        version: old,
        matrix: [],
        reason: expect.stringMatching(/^downgrade: /),
      },
    });
    expect(decisionOn(await lab.step(), 'staging')?.decision).toBe('none');
    expect(asked.outputs.reason).toContain(current);
  });
});

describe('what a run costs', () => {
  test('nothing to do takes few requests, and a transition at most five besides', async () => {
    lab.push();
    const handed = await lab.step();
    const reported = await lab.report(handed, 'success');
    // One of these notes the tip in the witness, one reads the configuration.
    expect(reported.requests.length).toBeLessThanOrEqual(5 + 2);
    await lab.step();
    const idle = await lab.step();
    expect(idle.requests.length).toBeLessThanOrEqual(12);
    expect(idle.writes).toEqual([]);
  });
});
