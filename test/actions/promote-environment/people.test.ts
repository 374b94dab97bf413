import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decisionOn, openPromotionLab, type PromotionLab } from './promotion-lab.ts';
import { threeStages } from './three-stages.ts';

let lab: PromotionLab;
const open = async () => {
  lab = await openPromotionLab(threeStages);
};
const close = () => lab.close();

describe('what people say', () => {
  beforeEach(open);
  afterEach(close);

  test('a hold keeps everything out of a stage until it is released', async () => {
    const held = await lab.step({ mode: 'hold', stage: 'staging', why: 'the fair' });
    expect(held).toMatchObject({
      exit: 0,
      outputs: { reason: 'hold: staging is held by ada: the fair' },
    });
    lab.push();
    const blocked = await lab.step();
    expect(blocked.outputs).toMatchObject({
      decision: 'blocked',
      reason: 'hold: held by ada: the fair',
    });
    const again = await lab.step({ mode: 'hold', stage: 'staging', why: 'the fair' });
    expect(again.writes).toEqual([]);
    await lab.step({ mode: 'release', stage: 'staging' });
    expect((await lab.step()).outputs.decision).toBe('promote');
  });

  test('a hold of the whole pipeline ends by itself', async () => {
    await lab.step({ mode: 'hold', until: '4h' });
    lab.push();
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'blocked',
      'wake-at': '2026-11-24T16:00:00.000Z',
    });
    lab.pass('4h');
    expect((await lab.step()).outputs.decision).toBe('promote');
  });

  test('a rollback pins a stage to what it ran before, until it is released', async () => {
    const before = lab.push();
    await lab.deploy('staging');
    const bad = lab.push();
    await lab.deploy('staging');
    const said = await lab.step({ mode: 'rollback', stage: 'staging', why: 'it burns' });
    expect(said).toMatchObject({
      exit: 0,
      outputs: { matrix: [], reason: expect.stringContaining(before) },
    });
    const back = await lab.deploy('staging');
    expect(back.outputs.version).toBe(before);
    const next = lab.push();
    const pinned = await lab.step();
    expect(decisionOn(pinned, 'staging')).toMatchObject({
      decision: 'blocked',
      reason: expect.stringMatching(/^pin: rolled back to .* by ada: it burns/),
    });
    await lab.step({ mode: 'release', stage: 'staging' });
    const after = await lab.step();
    expect(after.outputs).toMatchObject({ decision: 'promote', version: next });
    expect(after.outputs.version).not.toBe(bad);
  });

  test('an abort ends what is under way, and nothing starts it again by itself', async () => {
    lab.push();
    const handed = await lab.step();
    const aborted = await lab.step({ mode: 'abort', stage: 'staging', why: 'wrong one' });
    expect(aborted).toMatchObject({ exit: 0, outputs: { reason: 'aborted: by ada: wrong one' } });
    // The job that was handed it is not stopped by that, so it is waited for.
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'wait',
      reason: expect.stringMatching(/^claimed: /),
    });
    await lab.report(handed, 'cancelled');
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'blocked',
      reason: expect.stringMatching(/^aborted: /),
    });
    const twice = await lab.step({ mode: 'abort', stage: 'staging' });
    expect(twice).toMatchObject({
      exit: 0,
      outputs: { reason: 'abort: nothing is under way in staging' },
    });
  });

  test('an override passes a gate in an emergency, by those who maintain the repository', async () => {
    const version = lab.push();
    await lab.deploy('staging');
    const inputs = {
      mode: 'override',
      stage: 'production',
      version,
      gates: 'soak',
      why: 'the shop is down',
    };
    const refused = await lab.step(inputs);
    expect(refused).toMatchObject({ exit: 1, outputs: { decision: 'none' } });
    expect(refused.failures).toMatchObject([
      { message: 'permission: override needs maintain access, and ada has write' },
    ]);
    expect(await lab.step(inputs, { actor: 'mia' })).toMatchObject({ exit: 0 });
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'promote',
      stage: 'production',
      version,
    });
  });

  test('is refused from those who may not, and changes nothing', async () => {
    const version = lab.push();
    await lab.deploy('staging');
    const approved = await lab.step({ mode: 'approve', stage: 'live', version });
    expect(approved.failures).toMatchObject([
      {
        message: 'permission: live is approved by maintain, and ada is none of them',
        hint: expect.stringMatching(/./),
      },
    ]);
    const stranger = await lab.step({ mode: 'hold' }, { actor: 'stranger' });
    expect(stranger.failures).toMatchObject([
      { message: 'permission: hold needs write access, and stranger has none' },
    ]);
    expect(stranger.writes).toEqual([]);
    expect((await lab.step()).outputs.decision).toBe('wait');
  });

  test('is only shown by a dry run', async () => {
    lab.push();
    const dry = { 'dry-run': 'true' };
    const held = await lab.step({ mode: 'hold', ...dry });
    expect(held).toMatchObject({ exit: 0, outputs: { reason: expect.stringMatching(/^hold: /) } });
    const advanced = await lab.step(dry);
    expect(advanced.outputs).toMatchObject({ decision: 'promote', stage: 'staging', matrix: [] });
    for (const { writes } of [held, advanced]) expect(writes).toEqual([]);
    expect((await lab.step()).outputs.decision).toBe('promote');
  });
});

describe('what people say in a dry run', () => {
  beforeAll(open);
  afterAll(close);

  test.each([
    ['pull_request', 'refs/pull/7/merge', false],
    ['push', 'refs/heads/feature', false],
    ['push', 'refs/tags/main', false],
    ['push', 'refs/heads/main', true],
    ['repository_dispatch', 'refs/heads/main', true],
    ['workflow_dispatch', 'refs/heads/feature', true],
  ])('an approval by %s of %s is taken: %s', async (event, GITHUB_REF, isTaken) => {
    const version = lab.push();
    const words = { mode: 'approve', stage: 'live', version, 'dry-run': 'true' };
    const ended = await lab.step(words, { actor: 'mia', event, environment: { GITHUB_REF } });
    expect(ended.outputs.reason).toEqual(
      expect.stringMatching(isTaken ? /^approval: mia approves/ : /^event: mode approve is not/),
    );
    expect(ended.exit).toBe(isTaken ? 0 : 1);
  });
});
