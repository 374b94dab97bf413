import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { duration, instant, after as later } from '../../../src/core/time.ts';
import type { ActOrder } from '../../../src/promotion/ports.ts';
import type { Effect } from '../../../src/promotion/records/record.ts';
import type { DispatchSettings } from '../../../src/promotion/settings.ts';
import { dispatchWay } from '../../../src/promotion/ways/dispatch.ts';
import { connected, requestsOf, tokenWith } from '../../github/connected.ts';
import { control, endFaults, fault } from '../../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../../lab/github/lab.ts';
import { attemptAt, contextOf } from './attempt.ts';

const repo = `/repos/${repository}`;
const noon = instant(Date.parse('2026-11-24T12:00:00Z'));
const minutes = (count: number) => later(noon, duration(count * 60_000));
const clock = () => noon;
const settings: DispatchSettings = {
  via: 'dispatch',
  workflow: 'deploy.yml',
  ref: 'main',
  inputs: { version: '{version}', to: '{environment}' },
};
const inputs = `
on:
  workflow_dispatch:
    inputs: { version: { type: string }, to: { type: string }, promotion: { type: string } }
`;
let lab: Lab;
let token = '';
let versions = 0;

beforeAll(async () => {
  lab = await startLab();
  lab.commit({
    '.github/workflows/deploy.yml': `run-name: Deploy \${{ inputs.version }} (\${{ inputs.promotion }})${inputs}`,
    '.github/workflows/nameless.yml': `run-name: Deploy\n${inputs}`,
    '.github/workflows/ci.yml': 'on: push\n',
    '.github/workflows/strict.yml':
      'on: { workflow_dispatch: { inputs: { promotion: {}, colour: { required: true } } } }\n',
  });
  lab.git('push', '--quiet', 'origin', 'main');
  token = await tokenWith(lab, { actions: 'write', contents: 'read' });
});
beforeEach(async () => {
  await control(lab, 'POST', 'clock', { now: new Date(noon).toISOString() });
  versions += 1;
});
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

const order = (more: object = {}) =>
  attemptAt({ version: `v${versions}`, createdAt: noon, ...more });
/** As whoever takes the claim over, or tries again, sees it. */
const takenOver = (more: object = {}) => order({ claimedAt: minutes(20), ...more });
const way = (given: Partial<DispatchSettings> = {}, as = token) =>
  dispatchWay({ ...settings, ...given }, connected(lab, as).github.workflows, contextOf(), clock);
const post = { method: 'POST', path: '/dispatches' };

async function runsOf(workflow = 'deploy.yml') {
  const path = `${repo}/actions/workflows/${workflow}/runs?per_page=100`;
  const { body } = await lab.call('GET', path);
  return body.workflow_runs as { id: number; display_title: string }[];
}

async function titled(key: string) {
  return (await runsOf()).filter(({ display_title }) => display_title.includes(key));
}

async function started(asked: ActOrder, given: Partial<DispatchSettings> = {}): Promise<Effect> {
  const acted = await way(given).act(asked);
  if (acted.kind !== 'acted') throw new Error(acted.evidence);
  return acted.effect;
}

async function end(effect: Effect, status: string, conclusion?: string) {
  const id = Number(effect.reference);
  await control(lab, 'POST', 'runs', { repository, id, status, conclusion });
}

describe('a run', () => {
  test('is started with the key of the attempt, and its id is kept', async () => {
    const asked = order();
    expect(await way().find(asked)).toBeUndefined();
    const effect = await started(asked);
    const [run] = await titled(asked.key);
    expect(effect).toEqual({
      kind: 'run',
      reference: String(run?.id),
      url: expect.stringContaining(`/actions/runs/${run?.id}`),
      at: noon,
    });
    expect(lab.github.events().at(-1)?.payload.inputs).toEqual({
      version: asked.promotion.version,
      to: 'production',
      promotion: asked.key,
    });
    expect((await way().find(takenOver()))?.reference).toBe(effect.reference);
  });

  test('takes one request to look for and one to start', async () => {
    await requestsOf(lab);
    const mine = way();
    await mine.find(order());
    await mine.act(order());
    expect((await requestsOf(lab)).map((line) => line.replace(/\?.*? /, ' '))).toEqual([
      'GET /actions/workflows/deploy.yml/runs 200',
      'POST /actions/workflows/deploy.yml/dispatches 200',
    ]);
  });

  test('is started once however often it is asked for', async () => {
    const asked = order();
    const mine = way();
    const first = await mine.act(asked);
    const second = await mine.act(asked);
    expect(second).toMatchObject({ kind: 'acted' });
    if (first.kind !== 'acted' || second.kind !== 'acted') throw new Error('not started');
    expect(second.effect.reference).toBe(first.effect.reference);
    expect(await titled(asked.key)).toHaveLength(1);
  });

  test.each(['lose-answer', 'applied-502'])(
    'is found by its name after the answer was %s',
    async (action) => {
      const asked = order();
      await fault(lab, action, post);
      const effect = await started(asked);
      expect(await titled(asked.key)).toMatchObject([{ id: Number(effect.reference) }]);
      expect((await way().find(takenOver()))?.reference).toBe(effect.reference);
    },
  );

  test('is left to the next run when nobody knows whether it was started', async () => {
    const asked = order();
    await fault(lab, 'error-502', post);
    const mine = way();
    await expect(mine.act(asked)).rejects.toThrow('not known whether deploy.yml was started');
    await expect(mine.act(asked)).rejects.toThrow('not known');
    expect(await titled(asked.key)).toEqual([]);
    expect(await way().find(takenOver())).toBeUndefined();
    await started(takenOver());
    expect(await titled(asked.key)).toHaveLength(1);
  });

  test('of attempt 1 is not that of attempt 10', async () => {
    await started(order({ attempt: 10 }));
    expect(await way().find(takenOver())).toBeUndefined();
  });

  test('is found among many, on a later page', async () => {
    const asked = order();
    const effect = await started(asked);
    const head_sha = lab.git('rev-parse', 'main');
    const other = { repository, head_sha, path: '.github/workflows/deploy.yml' };
    const event = 'workflow_dispatch';
    for (let index = 0; index < 101; index += 1)
      await control(lab, 'POST', 'runs', {
        ...other,
        event,
        name: `app-g0-${'0'.repeat(12)}-a1`,
      });
    expect((await way().find(takenOver()))?.reference).toBe(effect.reference);
  });

  test('is found by its name where GitHub does not say its id', async () => {
    const asked = order();
    const { workflows } = connected(lab, token).github;
    const silent = {
      ...workflows,
      dispatch: async (file: string, ref: string, given: Readonly<Record<string, string>>) => {
        const answer = await workflows.dispatch(file, ref, given);
        return answer.kind === 'done' ? { ...answer, value: undefined } : answer;
      },
    };
    const mine = dispatchWay(settings, silent, contextOf(), clock);
    const acted = await mine.act(asked);
    if (acted.kind !== 'acted') throw new Error('not started');
    expect(acted.effect).toMatchObject({
      reference: asked.key,
      url: `https://github.example.com/${repository}/actions/workflows/deploy.yml`,
    });
    expect((await mine.look(asked, acted.effect)).state).toBe('open');
  });

  test('whose name has no key lets nothing be started twice', async () => {
    const given = { workflow: 'nameless.yml' };
    const asked = order();
    expect(await way(given).find(asked)).toBeUndefined();
    await fault(lab, 'lose-answer', post);
    await expect(way(given).act(asked)).rejects.toThrow('not known');
    await expect(way(given).find(takenOver())).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('{{ inputs.promotion }}') }],
    });
    expect(await runsOf('nameless.yml')).toHaveLength(1);
  });

  test('that a person started without a key is not taken for ours', async () => {
    const path = `${repo}/actions/workflows/deploy.yml/dispatches`;
    await lab.call('POST', path, { ref: 'main', inputs: { version: 'by hand' } });
    expect(await way().find(takenOver())).toBeUndefined();
  });
});

describe('what GitHub refuses', () => {
  const refused = async (given: Partial<DispatchSettings>, as = token) => {
    const mine = way(given, as);
    expect(await mine.find(order())).toBeUndefined();
    const answer = await mine.act(order());
    if (answer.kind !== 'failed') throw new Error('it was started');
    return answer;
  };

  test.each<[string, Partial<DispatchSettings>, RegExp]>([
    ['a missing workflow', { workflow: 'none.yml' }, /Not Found \(404\).*none\.yml on the default/],
    [
      'an undeclared input',
      { inputs: { speed: '9' } },
      /\["speed"\].*on\.workflow_dispatch\.inputs/,
    ],
    ['a missing trigger', { workflow: 'ci.yml' }, /Add `on: workflow_dispatch` to .*ci\.yml/],
    ['a missing branch', { ref: 'gone' }, /No ref found for: gone.*Push gone/],
    [
      'a missing input',
      { workflow: 'strict.yml', inputs: {} },
      /'colour' not provided.*Give it a value/,
    ],
    ['another key', { inputs: { promotion: 'mine' } }, /`promotion` of deploy\.yml.*Leave it out/],
  ])('is told for %s, and not tried again', async (_what, given, words) => {
    const { evidence, transient } = await refused(given);
    expect(evidence).toMatch(words);
    expect(transient).toBe(false);
  });

  test('is told for a workflow that is switched off', async () => {
    const path = '.github/workflows/deploy.yml';
    await control(lab, 'POST', 'workflows', { repository, path, enabled: false });
    const { evidence, transient } = await refused({});
    await control(lab, 'POST', 'workflows', { repository, path, enabled: true });
    expect(evidence).toMatch(/disabled workflow.*gh workflow enable deploy\.yml/);
    expect(transient).toBe(false);
  });

  test('is told for a token without `actions: write`', async () => {
    const reader = await tokenWith(lab, { actions: 'read' });
    const { evidence, transient } = await refused({}, reader);
    expect(evidence).toMatch(/not accessible by integration.*`actions: write`/);
    expect(transient).toBe(false);
  });

  test('is tried again later when it was a limit', async () => {
    await fault(lab, 'secondary-limit', post, { milliseconds: 30_000 });
    const { transient, evidence } = await refused({});
    expect([transient, evidence]).toEqual([true, expect.stringContaining('rate limit')]);
    await started(order());
  });

  test('is not a start that was lost: without the workflow nobody knows', async () => {
    await expect(way({ workflow: 'none.yml' }).find(takenOver())).rejects.toThrow('not known');
  });
});

test('a key of its own name is taken from the configuration when it is the same', async () => {
  const asked = order();
  await started(asked, { inputs: { promotion: '{promotion}-a{attempt}' } });
  expect(await titled(asked.key)).toHaveLength(1);
});

describe('what became of a run', () => {
  test.each([
    ['queued', undefined, 'open', 'is queued'],
    ['waiting', undefined, 'open', 'approval or the timer of an environment'],
    ['in_progress', undefined, 'open', 'in progress'],
    ['completed', 'success', 'done', 'success'],
    ['completed', 'failure', 'failed', 'failure'],
    ['completed', 'timed_out', 'failed', 'timed_out'],
    ['completed', 'startup_failure', 'failed', 'startup_failure'],
    ['completed', 'skipped', 'failed', 'skipped'],
    ['completed', 'cancelled', 'cancelled', 'cancelled'],
    ['completed', 'action_required', 'open', 'approve'],
    ['completed', 'odd', 'unknown', 'odd'],
  ])('is %s %s: %s', async (status, conclusion, state, words) => {
    const asked = order();
    const effect = await started(asked);
    await control(lab, 'POST', 'clock', { now: new Date(minutes(5)).toISOString() });
    await end(effect, status, conclusion);
    const seen = await way().look(asked, effect);
    expect(seen).toMatchObject({ state, evidence: expect.stringContaining(words) });
    expect(seen.at).toBe(status === 'completed' ? minutes(5) : noon);
  });

  test('is unknown when it cannot be seen', async () => {
    const gone = { kind: 'run', reference: '99', at: noon };
    expect(await way().look(order(), gone)).toMatchObject({ state: 'unknown' });
    const expired = way({}, 'ghs_expired');
    expect(await expired.look(order(), gone)).toMatchObject({
      state: 'unknown',
      evidence: expect.stringContaining('401'),
    });
  });
});

describe('a promotion that has ended', () => {
  const left = async (reason: string, phase: 'aborted' | 'succeeded' = 'aborted') => {
    const effect = await started(order());
    const ended = order({ ending: { phase, reason } });
    await way().tidy?.(ended, effect, reason);
    await way().tidy?.(ended, effect, reason);
    return (await way().look(ended, effect)).state;
  };

  test('has its run cancelled when a person ended it', async () => {
    expect(await left('aborted: by ada: broken')).toBe('cancelled');
    expect(await left('rollback: by ada')).toBe('cancelled');
  });

  test('leaves its run alone in all other cases', async () => {
    expect(await left('superseded: by v9')).toBe('open');
    expect(await left('arrived: production runs v1', 'succeeded')).toBe('open');
  });

  test('is over when GitHub has no such run any more, and may just not show it yet', async () => {
    const gone = { kind: 'run', reference: '99', at: noon };
    const ended = { phase: 'aborted', reason: 'aborted: by ada: broken' } as const;
    const seen = async (at: typeof noon) =>
      (await way().look(order({ ending: { ...ended, endedAt: at } }), { ...gone, at })).state;
    expect(await seen(minutes(-4))).toBe('unknown');
    expect(await seen(minutes(-5))).toBe('cancelled');
  });

  test('leaves a run alone that has ended', async () => {
    const effect = await started(order());
    await end(effect, 'completed', 'success');
    const ended = order({ ending: { phase: 'aborted', reason: 'aborted: by ada: broken' } });
    await way().tidy?.(ended, effect, 'aborted');
    expect((await way().look(ended, effect)).state).toBe('done');
  });
});
