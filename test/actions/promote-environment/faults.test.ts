import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPromotionLab, type PromotionLab } from './promotion-lab.ts';

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
  await lab.collaborator('ada', 'write');
});
afterEach(() => lab.close());

const ledger = '/git/refs/understudy/promotion/app';

async function fault(match: object, action: string, times = 1) {
  const { status } = await lab.lab.call('POST', '/_lab/faults', { match, action, times });
  if (status >= 300) throw new Error(`no fault: ${status}`);
}

const tip = (branch: string) => {
  lab.lab.git('fetch', '--quiet', 'origin');
  return lab.lab.git('rev-parse', `origin/${branch}`);
};

/** A version that is well on staging, and may go on. */
async function staged(): Promise<string> {
  const version = lab.push();
  const { outputs } = await lab.step();
  await lab.step({ mode: 'report', promotion: outputs.promotion, result: 'success' });
  return version;
}

describe('a swap whose answer is lost', () => {
  test('is found in the chain, and handed out once', async () => {
    await staged();
    const version = lab.push();
    await fault({ method: 'PATCH', path: ledger }, 'lose-answer');
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
    const version = await staged();
    const cancelled = new AbortController();
    cancelled.abort(new Error('the run was cancelled'));
    const ended = await lab.step({}, { signal: cancelled.signal });
    expect(ended).toMatchObject({
      exit: 1,
      failures: [{ message: 'cancelled: the run was cancelled' }],
    });
    expect(ended.requests.filter((each) => !each.startsWith('GET'))).toEqual([]);
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'promote',
      stage: 'production',
      version,
    });
    expect(tip('production')).toBe(version);
  });

  test('between claim and act leaves it to the next run, after its lease', async () => {
    const version = await staged();
    await fault({ method: 'POST', path: '/git/refs' }, 'error-502', 2);
    const ended = await lab.step();
    expect(ended).toMatchObject({
      exit: 1,
      failures: [{ hint: expect.stringMatching(/^Run again/) }],
    });
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
    expect(tip('production')).toBe(version);
  });
});

test('what was handed out is told, although the act for another stage went wrong', async () => {
  await staged();
  const version = lab.push();
  await fault({ method: 'POST', path: '/git/refs' }, 'error-502', 2);
  const ended = await lab.step();
  expect(ended).toMatchObject({
    exit: 0,
    outputs: { decision: 'promote', stage: 'staging', version },
  });
  expect(ended.outputs.matrix).toMatchObject([{ stage: 'staging', version }]);
  expect(ended.warnings).toEqual([expect.stringContaining('after a promotion was handed out')]);
});

test('a stage by ref goes all the way in one run, and the next one has nothing to do', async () => {
  const version = await staged();
  const ended = await lab.step();
  expect(ended.outputs).toMatchObject({ decision: 'promote', stage: 'production', matrix: [] });
  expect(tip('production')).toBe(version);
  await lab.step();
  const idle = await lab.step();
  expect(idle.outputs.decision).toBe('none');
  expect(idle.requests.filter((each) => !each.startsWith('GET'))).toEqual([]);
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
    await staged();
    await fault({ method: 'POST', path: '/repos/acme/app/deployments' }, 'error-502', 4);
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
    await staged();
    const { body } = await lab.lab.call('POST', '/_lab/tokens', {
      permissions: { contents: 'write', metadata: 'read', deployments: 'read', checks: 'read' },
      repository: 'acme/app',
    });
    const ended = await lab.step({}, { token: body.token });
    expect(ended.warnings).toEqual([expect.stringContaining('deployments: write')]);
    await lab.step({}, { token: body.token });
    lab.pass('11m');
    expect((await lab.step({}, { token: body.token })).warnings).toEqual([]);
  });
});

test('a token that may not write the ledger is told which permission it lacks', async () => {
  lab.push();
  const { body } = await lab.lab.call('POST', '/_lab/tokens', {
    permissions: { contents: 'read', metadata: 'read', deployments: 'read' },
    repository: 'acme/app',
  });
  const ended = await lab.step({}, { token: body.token });
  expect(ended).toMatchObject({ exit: 1 });
  expect(ended.failures[0]?.hint).toContain('contents: write');
});
