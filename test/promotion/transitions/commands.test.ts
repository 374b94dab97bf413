import { describe, expect, test } from '@jest/globals';
import { decidePromotions } from '../../../src/promotion/decide.ts';
import type { PromotionFacts, StageObservation } from '../../../src/promotion/facts.ts';
import type { Pipeline, Stage } from '../../../src/promotion/pipeline.ts';
import { withAttempt } from '../../../src/promotion/records/change-promotion.ts';
import { attemptKey, promotionId } from '../../../src/promotion/records/promotion-id.ts';
import {
  activePromotion,
  type Effect,
  emptyRecord,
  type PipelineRecord,
  stageRecord,
  withStage,
} from '../../../src/promotion/records/record.ts';
import { settle } from '../../../src/promotion/settle.ts';
import { abort } from '../../../src/promotion/transitions/abort.ts';
import type { Answer } from '../../../src/promotion/transitions/answer.ts';
import { approve, override, verify } from '../../../src/promotion/transitions/approve.ts';
import { claim } from '../../../src/promotion/transitions/claim.ts';
import { hold, release } from '../../../src/promotion/transitions/hold.ts';
import { rearm } from '../../../src/promotion/transitions/rearm.ts';
import { type Report, report } from '../../../src/promotion/transitions/report.ts';
import { rollback } from '../../../src/promotion/transitions/rollback.ts';
import { orderOf } from '../../../src/promotion/versions.ts';
import { at, facts, healthy, history, length, pipeline, stage } from '../../builders/promotion.ts';

const author = { by: 'alice', at: at('12:00'), why: 'incident 12' };
const empty = emptyRecord('app');
const versions = history('v1', 'v2', 'v3', 'v4');

function single(overrides: object = {}): Pipeline {
  return pipeline({
    stages: [stage('production', { via: 'outputs', arrival: 'reported', ...overrides })],
  });
}

/** The facts at that time with the stage running that version, taken in. */
function settled(
  record: PipelineRecord,
  when: string,
  look: StageObservation,
  given: Partial<PromotionFacts> = {},
) {
  const all = facts({
    pipeline: single(),
    history: versions,
    observations: { production: look },
    now: at(when),
    record,
    ...given,
  });
  return { ...all, record: settle(all, 0.5) };
}

function decide(
  record: PipelineRecord,
  when: string,
  running: string,
  given: Partial<PromotionFacts> = {},
) {
  const [decided] = decidePromotions(settled(record, when, healthy(running, at(when)), given));
  if (!decided) throw new Error('nothing was decided');
  return decided;
}

/** The record after a run that claimed what was decided. */
function promote(
  record: PipelineRecord,
  when: string,
  running: string,
  given: Partial<PromotionFacts> = {},
) {
  const all = settled(record, when, healthy(running, at(when)), given);
  const [decided] = decidePromotions(all);
  const [only] = all.pipeline.stages;
  if (!decided || !only) throw new Error('nothing was decided');
  const claimant = {
    holder: `run-${when}`,
    now: at(when),
    length: only.timeout,
    relate: orderOf(all.history).relate,
  };
  return claim(all.record, only, decided, claimant, running);
}

function told(
  record: PipelineRecord,
  result: Report['result'],
  when: string,
  more: Partial<Report> = {},
): Answer {
  const promotion = stageRecord(record, 'production').promotions.at(-1)?.id ?? '';
  return report(
    record,
    single(),
    { promotion, result, evidence: 'run 7', at: at(when), ...more },
    0.5,
  );
}

const phases = (record: PipelineRecord) =>
  stageRecord(record, 'production').promotions.map(
    ({ version, phase, generation }) => `${version} ${phase} g${generation}`,
  );

/** Every command given twice changes nothing the second time. */
function twice(command: (record: PipelineRecord) => Answer, record: PipelineRecord): Answer {
  const first = command(record);
  expect(first.outcome).toBe('done');
  const second = command(first.record);
  expect(second.outcome).toBe('unchanged');
  expect(second.record).toBe(first.record);
  return first;
}

describe('handing out', () => {
  test('is the act itself: nobody else gets it while the lease lasts', () => {
    const record = promote(empty, '12:00', 'v1', { asked: { version: 'v2' } });
    expect(phases(record)).toEqual(['v2 running g0']);
    expect(decide(record, '12:30', 'v1')).toMatchObject({
      decision: 'wait',
      rule: 'running',
      wakeAt: at('13:00'),
    });
  });

  test('records what was left out, and by which gates it went', () => {
    const production = stageRecord(promote(empty, '12:00', 'v1'), 'production');
    expect(production.superseded.map(({ version, by }) => [version, by])).toEqual([
      ['v2', 'v4'],
      ['v3', 'v4'],
    ]);
    expect(production.frontier).toBe('v4');
    expect(production.promotions[0]).toMatchObject({ from: 'v1', evidence: [] });
  });

  test('of which nobody reports is lost when the lease ends, and done again after a while', () => {
    const record = promote(empty, '12:00', 'v1');
    const lost = settled(record, '13:00', healthy('v1', at('13:00'))).record;
    expect(activePromotion(stageRecord(lost, 'production'))).toMatchObject({
      phase: 'pending',
      attempts: [{ number: 1, outcome: { result: 'lost' } }],
    });
    const again = promote(lost, '13:01', 'v1');
    expect(
      activePromotion(stageRecord(again, 'production'))?.attempts.map(({ number }) => number),
    ).toEqual([1, 2]);
  });

  test('that arrived though nobody reported is adopted', () => {
    const record = promote(empty, '12:00', 'v1');
    expect(phases(settled(record, '13:00', healthy('v4', at('13:00'))).record)).toEqual([
      'v4 succeeded g0',
    ]);
  });
});

describe('a report', () => {
  test('of success ends it', () => {
    const record = promote(empty, '12:00', 'v1');
    const { record: done } = twice((each) => told(each, 'success', '12:10'), record);
    expect(phases(done)).toEqual(['v4 succeeded g0']);
    expect(decide(done, '12:11', 'v4').decision).toBe('none');
  });

  test('of success waits for the arrival where that is to be seen', () => {
    const observed = single({ arrival: 'observed' });
    const record = promote(empty, '12:00', 'v1', { pipeline: observed });
    const id = activePromotion(stageRecord(record, 'production'))?.id ?? '';
    const said = report(
      record,
      observed,
      { promotion: id, result: 'success', evidence: '', at: at('12:10') },
      0,
    );
    expect(phases(said.record)).toEqual(['v4 running g0']);
    const arrived = settled(said.record, '12:20', healthy('v4', at('12:20')), {
      pipeline: observed,
    });
    expect(phases(arrived.record)).toEqual(['v4 succeeded g0']);
  });

  describe('on a promotion by pull request', () => {
    const open = { kind: 'pull-request', reference: '7', at: at('12:00') };
    const mergedAt = at('12:05');
    const say = (more: Partial<Stage>, effect: Effect, given: Partial<Report> = {}) => {
      const by = single({ via: 'pull-request', arrival: 'observed', ...more });
      const record = withStage(
        promote(empty, '12:00', 'v1', { pipeline: by }),
        'production',
        (all) => ({
          ...all,
          promotions: all.promotions.map((each) => withAttempt(each, { effect })),
        }),
      );
      const [{ id = '' } = {}] = stageRecord(record, 'production').promotions;
      const success = { promotion: id, result: 'success', evidence: 'run 7' } as const;
      return report(record, by, { ...success, at: at('12:10'), ...given }, 0);
    };

    test('is refused before the merge, whatever the stage is seen by', () => {
      for (const more of [{}, { reportEnds: true }]) {
        const said = say(more, open);
        expect(said.outcome).toBe('refused');
        expect(said.reason).toContain('not known to be merged');
      }
    });

    test('ends it after the merge where deployments say what runs, whoever saw the merge', () => {
      const seen = say({ reportEnds: true }, { ...open, doneAt: mergedAt });
      const asked = say({ reportEnds: true }, open, { mergedAt });
      expect(asked.record).toEqual(seen.record);
      const [promotion] = stageRecord(asked.record, 'production').promotions;
      expect(promotion).toMatchObject({
        phase: 'succeeded',
        reason: 'reported: run 7',
        attempts: [{ effect: { doneAt: mergedAt }, outcome: { result: 'succeeded' } }],
      });
    });

    test('waits for the arrival after the merge where the stage itself says what runs', () => {
      const { record } = say({}, open, { mergedAt });
      const [promotion] = stageRecord(record, 'production').promotions;
      expect(promotion).toMatchObject({
        reason: 'arrival: reported well; production is yet to run v4',
        attempts: [{ effect: { doneAt: mergedAt } }],
      });
    });
  });

  test('of failure is tried again while attempts are left, then is for a person', () => {
    let record = promote(empty, '12:00', 'v1');
    record = told(record, 'failure', '12:10').record;
    expect(decide(record, '12:10', 'v1')).toMatchObject({
      decision: 'wait',
      rule: 'retry',
      wakeAt: at('12:10') + 45_000,
    });
    record = promote(record, '12:11', 'v1');
    record = told(record, 'failure', '12:20').record;
    expect(decide(record, '12:20', 'v1').wakeAt).toBe(at('12:20') + 90_000);
    record = promote(record, '12:30', 'v1');
    record = told(record, 'failure', '12:40').record;
    expect(phases(record)).toEqual(['v4 failed g0']);
    expect(decide(record, '18:00', 'v1')).toMatchObject({
      decision: 'failed',
      rule: 'exhausted',
      version: 'v4',
    });
  });

  test.each([
    ['cancelled', 'v4 aborted g0', 'blocked'],
    ['skipped', 'v4 pending g0', 'wait'],
  ] as const)('of %s leaves it %s', (result, phase, decision) => {
    const record = told(promote(empty, '12:00', 'v1'), result, '12:10').record;
    expect(phases(record)).toEqual([phase]);
    expect(decide(record, '12:10', 'v1').decision).toBe(decision);
  });

  test('about an attempt that is over, or a promotion nobody knows, changes nothing', () => {
    let record = told(promote(empty, '12:00', 'v1'), 'failure', '12:10').record;
    record = promote(record, '12:30', 'v1');
    expect(told(record, 'success', '12:40', { attempt: 1 }).outcome).toBe('unchanged');
    expect(told(record, 'success', '12:40', { attempt: 2 }).outcome).toBe('done');
    expect(told(record, 'success', '12:40', { promotion: 'x' }).outcome).toBe('refused');
  });
});

describe('an arrival that is told', () => {
  test('counts from the moment at which it was so, though the stage shows it too and the lease is over', () => {
    const started = promote(empty, '10:00', 'v1');
    const key = stageRecord(started, 'production').promotions[0]?.attempts[0]?.lease.effect ?? '';
    const effects = { [key]: { state: 'done', at: at('10:40'), evidence: 'run 5' } } as const;
    const { record } = settled(started, '12:00', healthy('v4', at('12:00')), { effects });
    expect(stageRecord(record, 'production').promotions[0]).toMatchObject({
      phase: 'succeeded',
      reason: 'reported: run 5',
      endedAt: at('10:40'),
    });
  });
});

describe('a rollback', () => {
  const atV2 = told(
    promote(empty, '10:00', 'v1', { asked: { version: 'v2' } }),
    'success',
    '10:10',
  ).record;
  const atV3 = told(
    promote(atV2, '11:00', 'v2', { asked: { version: 'v3' } }),
    'success',
    '11:10',
  ).record;

  test('goes back to what was there before, past all gates, and stays', () => {
    const { record } = twice((each) => rollback(each, 'production', author, 'v3', undefined), atV3);
    const frozen = hold(record, undefined, author).record;
    const back = promote(frozen, '12:01', 'v3');
    expect(phases(back).at(-1)).toBe('v2 running g1');
    const done = told(back, 'success', '12:10').record;
    expect(decide(release(done, undefined, author).record, '12:20', 'v2')).toMatchObject({
      decision: 'blocked',
      rule: 'pin',
      version: 'v4',
    });
  });

  test('never brings back by itself what was rolled back, not after a release either', () => {
    const three = history('v1', 'v2', 'v3');
    const back = promote(
      rollback(atV3, 'production', author, 'v3', undefined).record,
      '12:01',
      'v3',
      { history: three },
    );
    const free = release(told(back, 'success', '12:10').record, 'production', author).record;
    expect(decide(free, '12:20', 'v2', { history: three })).toMatchObject({
      decision: 'none',
      rule: 'once',
    });
    expect(decide(free, '12:20', 'v2')).toMatchObject({ decision: 'promote', version: 'v4' });
    const { record: again } = twice((each) => rearm(each, 'production', 'v3', author), free);
    expect(decide(again, '12:30', 'v2', { history: three })).toMatchObject({
      decision: 'promote',
      version: 'v3',
    });
  });

  test('said once more while it is pinned means the same, though the stage is there', () => {
    const back = told(
      promote(rollback(atV3, 'production', author, 'v3', undefined).record, '12:01', 'v3'),
      'success',
      '12:10',
    );
    expect(rollback(back.record, 'production', author, 'v2', undefined).outcome).toBe('unchanged');
  });

  test('after a rollback and a release goes further back, not forth', () => {
    const back = told(
      promote(rollback(atV3, 'production', author, 'v3', undefined).record, '12:01', 'v3'),
      'success',
      '12:10',
    );
    const free = release(back.record, 'production', author).record;
    expect(
      rollback(free, 'production', author, 'v2', undefined).record.stages.production?.pin?.version,
    ).toBe('v1');
  });

  test('ends what is under way', () => {
    const record = rollback(
      promote(atV3, '12:00', 'v3'),
      'production',
      author,
      'v3',
      undefined,
    ).record;
    expect(phases(record).slice(-2)).toEqual(['v4 aborted g0', 'v3 pending g1']);
  });

  test('goes back to what ran before what is under way, which may be half done, even where the stage shows it already', () => {
    const started = promote(atV3, '12:00', 'v3');
    const back = (running: string, isUnmerged?: boolean) =>
      rollback(started, 'production', author, running, undefined, isUnmerged).record.stages
        .production?.pin?.version;
    expect(back('v3')).toBe('v3');
    expect(back('v4')).toBe('v3');
    expect(back('v3', true)).toBe('v2');
  });

  test('to what runs still is deployed anew, as nobody knows how far the other came', () => {
    const { record } = rollback(
      promote(atV3, '12:00', 'v3'),
      'production',
      author,
      'v3',
      undefined,
    );
    expect(decide(record, '14:00', 'v3')).toMatchObject({ decision: 'promote', version: 'v3' });
  });

  test('of a stage of which nothing is known needs a version', () => {
    expect(rollback(empty, 'production', author, undefined, undefined).outcome).toBe('refused');
    expect(rollback(empty, 'production', author, undefined, 'v1').outcome).toBe('done');
  });
});

test('a reason that nobody gave is left out', () => {
  const silent = { ...author, why: '' };
  const said = [
    hold(empty, 'production', silent),
    hold(empty, undefined, silent, at('13:00')),
    release(empty, 'production', silent),
    rearm(empty, 'production', 'v1', silent),
    rollback(empty, 'production', silent, 'v2', 'v1'),
  ].map(({ reason }) => reason);
  for (const reason of said) expect(reason).toMatch(/alice( until [^:]*:00 UTC)?$/);
  const { record } = hold(empty, 'production', silent);
  expect(decide(record, '12:10', 'v1').reason).toBe('hold: held by alice');
});

describe('an abort', () => {
  test('ends what is under way, until a person lets it in again', () => {
    const { record } = twice(
      (each) => abort(each, 'production', author),
      promote(empty, '12:00', 'v1'),
    );
    expect(decide(record, '13:00', 'v1')).toMatchObject({
      decision: 'blocked',
      rule: 'aborted',
      version: 'v4',
    });
    const armed = rearm(record, 'production', 'v4', author).record;
    expect(decide(armed, '13:00', 'v1')).toMatchObject({ decision: 'promote', version: 'v4' });
    expect(phases(promote(armed, '13:00', 'v1'))).toEqual(['v4 aborted g0', 'v4 running g1']);
  });

  test('lets nothing start while the workflow may still deploy, until that tells its end', () => {
    const { record } = abort(promote(empty, '12:00', 'v1'), 'production', author);
    const armed = rearm(record, 'production', 'v4', author).record;
    expect(decide(armed, '12:10', 'v1')).toMatchObject({
      decision: 'wait',
      rule: 'claimed',
      wakeAt: at('13:00'),
    });
    const over = told(armed, 'cancelled', '12:20').record;
    expect(phases(over)).toEqual(['v4 aborted g0']);
    expect(decide(over, '12:30', 'v1')).toMatchObject({ decision: 'promote', version: 'v4' });
    expect(told(over, 'success', '12:40').outcome).toBe('unchanged');
  });

  test('names a promotion that there is', () => {
    expect(abort(empty, 'production', author, 'x').outcome).toBe('refused');
    expect(abort(empty, 'production', author).outcome).toBe('unchanged');
  });
});

describe('letting a version in again', () => {
  test('lapses when another one goes in first', () => {
    const aborted = abort(
      promote(empty, '12:00', 'v1', { asked: { version: 'v2' } }),
      'production',
      author,
    ).record;
    const armed = rearm(aborted, 'production', 'v2', author).record;
    const after = told(promote(armed, '13:00', 'v1'), 'success', '13:10').record;
    expect(phases(after).at(-1)).toBe('v4 succeeded g1');
    expect(decide(after, '13:20', 'v4').decision).toBe('none');
  });

  test('waits until nothing is under way', () => {
    expect(rearm(promote(empty, '12:00', 'v1'), 'production', 'v2', author).outcome).toBe(
      'refused',
    );
  });
});

describe('words of people', () => {
  const approval = { version: 'v2', by: 'alice', at: at('11:00'), source: 'command' };
  const result = {
    version: 'v2',
    name: 'smoke',
    result: 'passed',
    at: at('11:00'),
    evidence: '',
  } as const;

  test('are kept once each', () => {
    twice((each) => hold(each, 'production', author, at('18:00')), empty);
    twice((each) => hold(each, undefined, author), empty);
    twice((each) => release(each, 'production', author), hold(empty, 'production', author).record);
    twice((each) => release(each, undefined, author), hold(empty, undefined, author).record);
    twice((each) => approve(each, 'production', approval), empty);
    twice((each) => verify(each, 'production', result), empty);
    twice((each) => override(each, 'production', 'v2', ['soak'], author, at('18:00')), empty);
  });

  test.each([
    ['a gate that there is not', ['soaks'], 'incident'],
    ['no gate', [], 'incident'],
    ['no reason', ['soak'], ' '],
  ])('about an emergency with %s are refused', (_, names, why) => {
    expect(
      override(empty, 'production', 'v2', names, { ...author, why }, at('18:00')).outcome,
    ).toBe('refused');
  });
});

describe('a pull request', () => {
  const byPullRequest = single({ via: 'pull-request', arrival: 'observed' });
  const started = (when: string) => {
    const record = promote(empty, when, 'v1', {
      pipeline: byPullRequest,
      asked: { version: 'v2' },
    });
    const effect = { kind: 'pull-request', reference: '7', at: at(when) };
    const production = stageRecord(record, 'production');
    const promotions = production.promotions.map((each) => ({
      ...each,
      phase: 'running' as const,
      attempts: each.attempts.map((attempt) => ({ ...attempt, effect })),
    }));
    return { ...record, stages: { production: { ...production, promotions } } };
  };
  const id = promotionId({ pipeline: 'app', stage: 'production', generation: 0, version: 'v2' });
  const effects = (state: 'open' | 'done' | 'closed' | 'unknown', when: string) => ({
    [attemptKey(id, 1)]: { state, at: at(when), evidence: `pull request 7 is ${state}` },
  });
  const given = (state: 'open' | 'done' | 'closed' | 'unknown', when: string) => ({
    pipeline: byPullRequest,
    effects: effects(state, when),
  });

  test('that is open makes room for a newer version', () => {
    const record = started('10:00');
    expect(decide(record, '12:00', 'v1', given('open', '12:00'))).toMatchObject({
      decision: 'promote',
      version: 'v4',
      supersedes: id,
      leftOut: ['v3'],
    });
    const next = promote(record, '12:00', 'v1', given('open', '12:00'));
    expect(phases(next)).toEqual(['v2 aborted g0', 'v4 pending g0']);
  });

  test.each(['unknown', 'done'] as const)('that is %s makes none', (state) => {
    expect(decide(started('10:00'), '12:00', 'v1', given(state, '12:00'))).toMatchObject({
      decision: 'wait',
      version: 'v2',
    });
  });

  test('makes none when the stage has been behind for too long', () => {
    const hasty = { ...byPullRequest, finishWithin: length('2h') };
    const record = settled(
      started('10:00'),
      '10:01',
      healthy('v1', at('10:01')),
      given('open', '10:01'),
    ).record;
    const later = { ...given('open', '12:30'), pipeline: hasty };
    expect(decide(record, '12:30', 'v1', later)).toMatchObject({ decision: 'wait', version: 'v2' });
  });

  test('that was merged is not done until the stage runs the version', () => {
    const merged = settled(
      started('10:00'),
      '12:00',
      healthy('v1', at('12:00')),
      given('done', '12:00'),
    ).record;
    expect(decide(merged, '12:10', 'v1', given('done', '12:00'))).toMatchObject({
      decision: 'wait',
      rule: 'arrival',
      wakeAt: at('13:00'),
    });
    expect(phases(settled(merged, '12:30', healthy('v2', at('12:30'))).record)).toEqual([
      'v2 succeeded g0',
    ]);
    const late = settled(merged, '13:00', healthy('v1', at('13:00')), {
      pipeline: byPullRequest,
    }).record;
    expect(stageRecord(late, 'production').promotions[0]).toMatchObject({
      phase: 'errored',
      exhausted: true,
    });
  });

  test('is not timed out by a stage that cannot be seen', () => {
    const merged = settled(
      started('10:00'),
      '12:00',
      healthy('v1', at('12:00')),
      given('done', '12:00'),
    ).record;
    const dark = { health: 'unknown', at: at('18:00'), evidence: 'no answer' } as const;
    expect(phases(settled(merged, '18:00', dark, { pipeline: byPullRequest }).record)).toEqual([
      'v2 running g0',
    ]);
  });

  test('that was closed is abandoned until there is a newer version', () => {
    const two = history('v1', 'v2');
    const closed = settled(started('10:00'), '12:00', healthy('v1', at('12:00')), {
      ...given('closed', '12:00'),
      history: two,
    }).record;
    expect(phases(closed)).toEqual(['v2 aborted g0']);
    expect(decide(closed, '12:10', 'v1', { history: two })).toMatchObject({
      decision: 'blocked',
      reason:
        'aborted: abandoned: pull request 7 is closed; a newer version or a release of it goes on',
    });
    expect(decide(closed, '12:10', 'v1')).toMatchObject({ decision: 'promote', version: 'v4' });
  });
});
