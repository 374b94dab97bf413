import { describe, expect, test } from '@jest/globals';
import { type Decision, decision } from '../../../src/promotion/decision.ts';
import {
  emptyRecord,
  type PipelineRecord,
  type Promotion,
} from '../../../src/promotion/records/record.ts';
import { concluded, mainDecision } from '../../../src/promotion/report/conclude.ts';
import { promotionOutputs } from '../../../src/promotion/report/outputs.ts';
import { at, healthy, history, length, pipeline, stage } from '../../builders/promotion.ts';
import {
  lease,
  minutes,
  promotion,
  pullRequest,
  settings,
  viewOf,
  withPromotions,
} from '../../builders/promotion-view.ts';

const id = 'production-g0-0123456789ab';
const gates = [
  { gate: 'soak', state: 'passed', since: at('09:00'), evidence: '1d of 1d healthy on staging' },
] as const;
const promoting = decision('production', 'promote', 'newest', 'it is the turn of v1', {
  version: 'v1',
  promotion: id,
  attempt: 1,
  act: 'claim',
  gates,
});

function json(text: string | undefined) {
  return JSON.parse(text ?? '');
}

describe('the main decision', () => {
  const of = (...kinds: Decision['decision'][]) =>
    mainDecision(kinds.map((kind, index) => decision(`s${index}`, kind, 'x', 'y')));

  test('is the one that says most, and the first of equals', () => {
    expect(of('none', 'wait', 'promote', 'failed', 'promote')?.stage).toBe('s2');
    expect(of('none', 'superseded', 'wait', 'blocked', 'failed')?.stage).toBe('s4');
    expect(of('superseded', 'wait', 'blocked')?.stage).toBe('s2');
    expect(of('superseded', 'wait', 'wait')?.stage).toBe('s1');
    expect(of('none', 'superseded')?.stage).toBe('s1');
    expect(of()).toBeUndefined();
  });
});

describe('the outputs', () => {
  const staged = pipeline({
    stages: [
      stage('staging', { via: 'outputs', arrival: 'reported' }),
      stage('production', {
        via: 'pull-request',
        after: ['staging'],
        gates: { soak: length('24h') },
      }),
    ],
  });

  function view(overrides = {}) {
    const given = {
      pipeline: staged,
      history: history('v1', 'v2'),
      observations: { staging: healthy('v1'), production: healthy(undefined) },
    };
    const made = viewOf(given, {
      settings: settings(staged, {
        staging: { environment: 'stage', url: 'https://s.example.com' },
      }),
    });
    const stagingId = made.decisions[0]?.promotion ?? '';
    const handed = promotion({ id: stagingId, version: 'v2' }, [
      { kind: 'outputs', reference: 'run-7', at: at('12:00') },
    ]);
    return { ...made, record: withPromotions(made.record, 'staging', [handed]), ...overrides };
  }

  test('have a list of what was decided, and a matrix of what this workflow deploys', () => {
    const outputs = promotionOutputs(view());
    expect(outputs).toMatchObject({
      decision: 'promote',
      stage: 'staging',
      version: 'v2',
      reason: 'newest: it is the turn of v2',
      'wake-at': '2026-11-25T12:00:00.000Z',
      targets: '[]',
    });
    const [staging, production] = json(outputs.promotions);
    expect(staging).toEqual({
      stage: 'staging',
      environment: 'stage',
      decision: 'promote',
      version: 'v2',
      commit: 'v2'.padEnd(40, '0'),
      promotion: outputs.promotion,
      attempt: 1,
      key: `${outputs.promotion}-a1`,
      reason: 'newest: it is the turn of v2',
      'pull-request-url': '',
      url: 'https://s.example.com',
      'wake-at': '',
      gates: [],
    });
    expect(production).toMatchObject({
      stage: 'production',
      decision: 'wait',
      'wake-at': '2026-11-25T12:00:00.000Z',
    });
    expect(
      production.gates.map(({ gate, state }: { gate: string; state: string }) => [gate, state]),
    ).toEqual([
      ['health', 'passed'],
      ['soak', 'waiting'],
    ]);
    expect(json(outputs.matrix)).toEqual([
      {
        stage: 'staging',
        environment: 'stage',
        version: 'v2',
        commit: 'v2'.padEnd(40, '0'),
        promotion: outputs.promotion,
        attempt: 1,
        key: `${outputs.promotion}-a1`,
      },
    ]);
  });

  test('have the gates as one table', () => {
    expect(json(promotionOutputs(view()).gates)[1]).toEqual({
      stage: 'production',
      gate: 'soak',
      state: 'waiting',
      since: '2026-11-24T12:00:00.000Z',
      until: '2026-11-25T12:00:00.000Z',
      evidence: '0s of 1d healthy on staging',
    });
  });

  test('of a dry run hand nothing out', () => {
    const outputs = promotionOutputs(view({ dryRun: true }));
    expect(outputs.decision).toBe('promote');
    expect(json(outputs.matrix)).toEqual([]);
  });

  test('lead to the pull request of the main decision, else to the first under way', () => {
    const made = view();
    const record = withPromotions(made.record, 'production', [promotion({}, [pullRequest()])]);
    const running = decision('production', 'wait', 'running', 'x', {
      version: 'v1',
      promotion: id,
    });
    const decisions = [...made.decisions.slice(0, 1), running];
    const outputs = promotionOutputs(view({ record: { ...record }, decisions }));
    expect(outputs['pull-request-url']).toBe('https://github.com/acme/app/pull/12');
    expect(json(outputs.promotions)[1]['pull-request-url']).toBe(outputs['pull-request-url']);
  });

  test('of a command say what it came to, and are none where nothing was decided', () => {
    const outputs = promotionOutputs(view({ decisions: [], said: 'hold: held by octocat' }));
    expect(outputs).toMatchObject({
      decision: 'none',
      reason: 'hold: held by octocat',
      stage: '',
      promotions: '[]',
      matrix: '[]',
      'wake-at': '',
    });
  });

  test('wake at the earliest moment of all', () => {
    expect(promotionOutputs(view({ wakeAt: minutes(5) }))['wake-at']).toBe(
      '2026-11-24T12:05:00.000Z',
    );
  });

  test('are short whatever the evidence', () => {
    const evidence = '🚀'.repeat(10_000);
    const long = decision('production', 'wait', 'soak', evidence, {
      gates: [{ ...gates[0], evidence }],
    });
    const outputs = promotionOutputs(view({ decisions: [long] }));
    for (const value of Object.values(outputs)) {
      expect(value.length).toBeLessThan(2_000);
      expect(value).not.toMatch(/\p{Cs}/u);
    }
  });
});

describe('decisions as they came out', () => {
  const holder = 'run-7';
  const recordWith = (one: Promotion | undefined): PipelineRecord =>
    withPromotions(emptyRecord('app'), 'production', one ? [one] : []);
  const come = (one: Promotion | undefined, more = {}) => {
    const end = {
      decisions: [promoting],
      record: recordWith(one),
      changed: 'recorded',
      holder,
      dryRun: false,
    };
    const [came] = concluded({ ...end, ...more } as Parameters<typeof concluded>[0]);
    return came;
  };

  test('stay promotions where this run acted', () => {
    expect(come(promotion({}, [pullRequest()]))).toBe(promoting);
  });

  test('stay as they are in a dry run, where nothing was claimed', () => {
    expect(come(undefined, { dryRun: true, changed: undefined })).toBe(promoting);
  });

  test('are waits where other runs were faster, until the lease of the one ends', () => {
    const theirs = promotion({
      attempts: [{ number: 1, lease: lease(`${id}-a1`, 'run-8') }],
    });
    expect(come(theirs, { changed: 'contended' })).toMatchObject({
      decision: 'wait',
      rule: 'claimed',
      version: 'v1',
      wakeAt: at('13:00'),
    });
    expect(come(theirs)).toMatchObject({ decision: 'wait', wakeAt: at('13:00') });
    expect(come(undefined, { changed: 'unknown' })).toMatchObject({
      decision: 'wait',
      reason: expect.stringContaining('not known'),
    });
  });

  test('are waits where the act failed and comes again, and failures where it does not', () => {
    const retried = promotion({
      reason: 'retry: attempt 1 of 3 errored: 502',
      retryAt: minutes(2),
    });
    expect(come(retried)).toMatchObject({ decision: 'wait', rule: 'retry', wakeAt: minutes(2) });
    const failed = promotion({
      phase: 'errored',
      reason: 'exhausted: attempt 1 of 3 errored, a person decides: 403',
    });
    expect(come(failed)).toMatchObject({ decision: 'failed', rule: 'exhausted' });
    expect(come(failed)).not.toHaveProperty('wakeAt');
  });

  test('are waits where nothing of the holder before was found and gates are shut', () => {
    const shut = { ...promoting, gates: [{ ...gates[0], state: 'waiting', until: minutes(60) }] };
    const pending = promotion({ reason: 'pending: nothing was done, and nothing may be now' });
    const [came] = concluded({
      decisions: [shut as Decision],
      record: recordWith(pending),
      changed: 'recorded',
      holder,
      dryRun: false,
    });
    expect(came).toMatchObject({ decision: 'wait', rule: 'pending', wakeAt: minutes(60) });
  });

  test('are waits where what came of the own claim is not recorded', () => {
    expect(come(promotion({}, [undefined]))).toMatchObject({
      decision: 'wait',
      rule: 'claimed',
      wakeAt: at('13:00'),
    });
  });

  test('are what was made of the promotion meanwhile', () => {
    const superseded = promotion({ phase: 'aborted', reason: 'superseded: by v2' });
    const aborted = promotion({ phase: 'aborted', reason: 'abort: by octocat: no' });
    const arrived = promotion({ phase: 'succeeded', reason: 'arrived: production runs v1' });
    expect(come(superseded)).toMatchObject({ decision: 'superseded', rule: 'superseded' });
    expect(come(aborted)).toMatchObject({ decision: 'blocked', rule: 'abort' });
    expect(come(arrived)).toMatchObject({ decision: 'none', rule: 'arrived' });
  });
});
