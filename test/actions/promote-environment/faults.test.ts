import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tokenWith } from '../../github/connected.ts';
import { fault } from '../../lab/github/controls.ts';
import { decisionOn, openPromotionLab, type PromotionLab } from './promotion-lab.ts';

const configuration = `
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: staging
      - name: production
        after: [staging]
        observe: { ref: heads/production }
        via: { ref: heads/production }
`;

let lab: PromotionLab;
beforeEach(async () => {
  lab = await openPromotionLab(configuration);
});
afterEach(() => lab.close());

const ledger = '/git/refs/understudy/promotion/app';

describe('a swap whose answer is lost', () => {
  test('is found in the chain, and handed out once', async () => {
    await lab.staged();
    const version = lab.push();
    await fault(lab.lab, 'lose-answer', { method: 'PATCH', path: ledger });
    const ended = await lab.step();
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { decision: 'promote', stage: 'staging', version },
    });
    expect((await lab.step()).outputs.matrix).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  test('before anything does nothing, and the next one goes on', async () => {
    const version = await lab.staged();
    const cancelled = new AbortController();
    cancelled.abort(new Error('the run was cancelled'));
    const ended = await lab.step({}, { signal: cancelled.signal });
    expect(ended).toMatchObject({
      exit: 1,
      failures: [{ message: 'cancelled: the run was cancelled' }],
    });
    expect(ended.writes).toEqual([]);
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'promote',
      stage: 'production',
      version,
    });
    expect(lab.tip('production')).toBe(version);
  });

  test('between claim and act leaves it to the next run, after its lease', async () => {
    const version = await lab.staged();
    await fault(lab.lab, 'error-502', { method: 'POST', path: '/git/refs' }, { times: 2 });
    const ended = await lab.step();
    expect(ended).toMatchObject({
      exit: 0,
      failures: [],
      warnings: [
        expect.stringMatching(/^an answer was lost as a promotion was carried out; .*502/),
      ],
      outputs: {
        decision: 'wait',
        stage: 'production',
        version,
        reason: expect.stringMatching(/^claimed: /),
        'wake-at': '2026-11-24T12:10:00.000Z',
      },
    });
    expect(decisionOn(ended, 'production')).toMatchObject({ decision: 'wait' });
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'wait',
      reason: expect.stringMatching(/^claimed: /),
    });
    lab.pass('11m');
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'promote',
      stage: 'production',
      version,
    });
    expect(lab.tip('production')).toBe(version);
  });
});

test('what was handed out is told, although the act for another stage went wrong', async () => {
  await lab.staged();
  const version = lab.push();
  await fault(lab.lab, 'error-502', { method: 'POST', path: '/git/refs' }, { times: 2 });
  const ended = await lab.step();
  expect(ended).toMatchObject({
    exit: 0,
    outputs: { decision: 'promote', stage: 'staging', version },
  });
  expect(ended.outputs.matrix).toMatchObject([{ stage: 'staging', version }]);
  expect(decisionOn(ended, 'production')).toMatchObject({ decision: 'wait' });
  expect(ended.warnings).toEqual([expect.stringContaining('after a promotion was handed out')]);
});

test('a stage by ref goes all the way in one run, and the next one has nothing to do', async () => {
  const version = await lab.staged();
  const ended = await lab.step();
  expect(ended.outputs).toMatchObject({ decision: 'promote', stage: 'production', matrix: [] });
  expect(lab.tip('production')).toBe(version);
  await lab.step();
  const idle = await lab.step();
  expect(idle.outputs.decision).toBe('none');
  expect(idle.writes).toEqual([]);
});

describe('what people could not be shown', () => {
  const deployments = async () => {
    const { body } = await lab.lab.call(
      'GET',
      '/repos/acme/app/deployments?environment=production',
    );
    return body.length;
  };

  test('as GitHub was out of order, is shown by a later run that has nothing else to do', async () => {
    await lab.staged();
    await fault(
      lab.lab,
      'error-502',
      { method: 'POST', path: '/repos/acme/app/deployments' },
      { times: 4 },
    );
    for (const reason of [/it is the turn of/, /runs/]) {
      const ended = await lab.step();
      expect(ended).toMatchObject({ exit: 0, outputs: { reason: expect.stringMatching(reason) } });
      expect(ended.warnings).toEqual([expect.stringContaining('not shown as deployments')]);
    }
    expect(await deployments()).toBe(0);
    lab.pass('11m');
    expect((await lab.step()).warnings).toEqual([]);
    expect(await deployments()).toBe(1);
    lab.pass('11m');
    const idle = await lab.step();
    expect(idle.requests.filter((each) => /deployments\?.*task=/.test(each))).toEqual([]);
  });

  test('for the lack of a permission, is warned of once', async () => {
    await lab.staged();
    const rights = { contents: 'write', metadata: 'read', deployments: 'read', checks: 'read' };
    const token = await tokenWith(lab.lab, rights);
    const ended = await lab.step({}, { token });
    expect(ended.warnings).toEqual([expect.stringContaining('deployments: write')]);
    await lab.step({}, { token });
    lab.pass('11m');
    expect((await lab.step({}, { token })).warnings).toEqual([]);
  });
});

test('a token that may not write the ledger is told which permission it lacks', async () => {
  lab.push();
  const rights = { contents: 'read', metadata: 'read', deployments: 'read' };
  const token = await tokenWith(lab.lab, rights);
  const ended = await lab.step({}, { token });
  expect(ended).toMatchObject({ exit: 1 });
  expect(ended.failures[0]?.hint).toContain('contents: write');
});
