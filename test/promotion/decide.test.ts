import { describe, expect, test } from '@jest/globals';
import { instant } from '../../src/core/time.ts';
import { decidePromotions, wakeAtOf } from '../../src/promotion/decide.ts';
import type { Decision } from '../../src/promotion/decision.ts';
import type { PromotionFacts, StageObservation } from '../../src/promotion/facts.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import {
  emptyRecord,
  type PipelineRecord,
  type StageRecord,
  stageRecord,
  withStage,
} from '../../src/promotion/records/record.ts';
import { isWorthWriting, settle } from '../../src/promotion/settle.ts';
import { override } from '../../src/promotion/transitions/approve.ts';
import { hold } from '../../src/promotion/transitions/hold.ts';
import { rearm } from '../../src/promotion/transitions/rearm.ts';
import {
  at,
  facts,
  healthy,
  history,
  length,
  pipeline,
  stage,
  unhealthy,
  unknown,
  version,
  windows,
} from '../builders/promotion.ts';

/** The decision for one stage after everything was taken in. */
function decide(given: Partial<PromotionFacts>, name = 'production'): Decision {
  const all = facts(given);
  const found = decidePromotions({ ...all, record: settle(all, 0) }).find(
    (each) => each.stage === name,
  );
  if (!found) throw new Error(`nothing was decided about ${name}`);
  return found;
}

/** A record in which the stages were seen so at these times. */
function seen(
  given: Pipeline,
  ...looks: readonly Record<string, StageObservation>[]
): PipelineRecord {
  return looks.reduce((record, observations) => {
    const now = instant(Math.max(...Object.values(observations).map((look) => look.at)));
    return settle(facts({ pipeline: given, record, observations, now }), 0);
  }, emptyRecord(given.name));
}

const author = { by: 'alice', at: at('11:00'), why: 'incident 12' };
const both = { staging: healthy('v2'), production: healthy('v1') };
const newer = { history: history('v1', 'v2', 'v3'), observations: both };

describe('what another run saw by a clock that is ahead', () => {
  const given = (when: string) => {
    const record = seen(pipeline(), { staging: healthy('v2', at(when)) });
    const observations = { staging: healthy('v1'), production: healthy('v1') };
    return { history: history('v1', 'v2', 'v3'), record, observations };
  };

  test('is not known to be later, where it is another version at about the same time', () => {
    expect(decide(given('2026-11-24T12:00:20Z'), 'staging')).toMatchObject({
      decision: 'blocked',
      rule: 'unknown',
      reason: expect.stringContaining('another run saw v2 at about the same time'),
    });
  });

  test('holds where it is later by more than clocks may differ', () => {
    expect(decide(given('2026-11-24T12:01:00Z'), 'production')).toMatchObject({
      decision: 'promote',
      version: 'v2',
    });
  });
});

describe('of a stage after another', () => {
  test('the version that is there and well goes on', () => {
    expect(decide(newer)).toMatchObject({
      decision: 'promote',
      rule: 'newest',
      version: 'v2',
      attempt: 1,
      act: 'claim',
      reason: 'newest: it is the turn of v2',
    });
  });

  test.each([
    ['is not well', { ...both, staging: unhealthy('v2') }, 'blocked', 'health'],
    ['is not known', { ...both, staging: unknown() }, 'blocked', 'health'],
    ['is the same', { ...both, staging: healthy('v1') }, 'none', 'none'],
    ['is older', { staging: healthy('v1'), production: healthy('v2') }, 'none', 'downgrade'],
    [
      'is not of this history',
      { staging: healthy('x'), production: healthy('v2') },
      'none',
      'none',
    ],
    ['goes to one that is not known', { ...both, production: unknown() }, 'blocked', 'unknown'],
    ['goes to one that was not looked at', { staging: healthy('v2') }, 'blocked', 'unknown'],
    [
      'goes to one that is not well: it may mend it',
      { ...both, production: unhealthy('v1') },
      'promote',
      'newest',
    ],
  ])('a version that %s', (_, observations, decision, rule) => {
    expect(decide({ ...newer, observations })).toMatchObject({ decision, rule });
  });

  test('one whose stage before turned unknown has not left it', () => {
    const asked = pipeline({}, { soak: length('24h') });
    const record = seen(asked, { staging: healthy('v2', at('11:00')), production: healthy('v1') });
    const observations = { staging: unknown(), production: healthy('v1') };
    expect(decide({ ...newer, pipeline: asked, record, observations })).toMatchObject({
      decision: 'blocked',
      reason: 'health: the health of staging is not known: no answer within 10s',
    });
  });

  test('one whose stage turned unknown stays where it is', () => {
    const record = seen(pipeline(), {
      staging: healthy('v2', at('11:00')),
      production: healthy('v1', at('11:00')),
    });
    const observations = { staging: unknown(), production: healthy('v1') };
    expect(decide({ ...newer, record, observations })).toMatchObject({
      decision: 'blocked',
      rule: 'health',
    });
  });

  test('one that runs what is not in the history blocks, and says what to find out', () => {
    const observations = { staging: healthy('v2'), production: healthy('elsewhere') };
    expect(decide({ ...newer, observations })).toMatchObject({
      decision: 'blocked',
      rule: 'order',
    });
    const relations = [{ version: 'v2', to: 'elsewhere', relation: 'newer' as const }];
    const known = { ...newer.history, relations };
    expect(decide({ ...newer, history: known, observations }).decision).toBe('promote');
  });
});

describe('a version that is asked for', () => {
  test.each([
    ['v2', 'promote', 'newest'],
    ['v1', 'none', 'none'],
    ['v0', 'superseded', 'downgrade'],
    ['v3', 'blocked', 'order'],
  ])('%s: %s by %s', (wanted, decision, rule) => {
    const given = { history: history('v0', 'v1', 'v2', 'v3'), observations: both };
    expect(decide({ ...given, asked: { version: wanted } })).toMatchObject({ decision, rule });
  });

  test('leaves other stages as they are', () => {
    const decisions = decidePromotions(facts({ ...newer, asked: { stage: 'staging' } }));
    expect(decisions.map((each) => each.stage)).toEqual(['staging']);
  });
});

describe('gates', () => {
  const soaking = pipeline({}, { soak: length('4h'), windows: windows(['Tue 13:00-16:00']) });

  test('that are shut say what for and until when; the first change wakes', () => {
    const record = seen(soaking, {
      staging: healthy('v2', at('11:30')),
      production: healthy('v1', at('11:30')),
    });
    const decided = decide({ ...newer, pipeline: soaking, record });
    expect(decided).toMatchObject({ decision: 'wait', rule: 'window', wakeAt: at('13:00') });
    expect(decided.gates.map(({ gate, state }) => `${gate} ${state}`)).toEqual([
      'window waiting',
      'health passed',
      'soak waiting',
    ]);
    expect(decided.gates[2]?.until).toBe(at('15:30'));
  });

  test('of several stages wake at the first of all', () => {
    const wakes = [at('15:00'), undefined, at('13:00')].map(
      (wakeAt) => ({ ...(wakeAt && { wakeAt }) }) as Decision,
    );
    expect(wakeAtOf(wakes)).toBe(at('13:00'));
  });

  test('wait for approval and for checks, and block when a check failed', () => {
    const gates = { checks: ['e2e'], approval: { by: ['write'], count: 1, self: false } };
    const strict = pipeline({}, gates);
    const given = { ...newer, pipeline: strict };
    expect(decide({ ...given, checks: { v2: { e2e: { state: 'success' } } } })).toMatchObject({
      decision: 'wait',
      rule: 'approval',
    });
    expect(decide({ ...given, checks: { v2: { e2e: { state: 'failure' } } } }).rule).toBe('checks');
    expect(decide(given)).toMatchObject({ decision: 'blocked', rule: 'checks' });
  });

  test('of whose work it is look at all that comes along', () => {
    const strict = pipeline({}, { approval: { by: ['write'], count: 1, self: false } });
    const record = withStage(emptyRecord('app'), 'production', (before) => ({
      ...before,
      approvals: [{ version: 'v3', by: 'bob', at: at('11:00'), source: 'command' }],
    }));
    const made = (by: string) => ({
      versions: [version('v1'), { ...version('v2', 1), authors: [by] }, version('v3', 2)],
    });
    const given = {
      pipeline: strict,
      record,
      observations: { staging: healthy('v3'), production: healthy('v1') },
      people: { bob: { permission: 'write', teams: [] } },
    } as const;
    expect(decide({ ...given, history: made('carol') }).decision).toBe('promote');
    expect(decide({ ...given, history: made('bob') }).rule).toBe('approval');
  });

  test('are passed in an emergency that names them, past a stage that is not well too', () => {
    const until = at('13:00');
    const given = {
      ...newer,
      observations: { staging: unhealthy('v1'), production: unhealthy('v1') },
    };
    const passed = (names: string[]) =>
      decide({
        ...given,
        record: override(emptyRecord('app'), 'production', 'v3', names, author, until).record,
      });
    expect(passed(['all'])).not.toMatchObject({ decision: 'promote' });
    expect(passed(['health'])).toMatchObject({ decision: 'promote', version: 'v3' });
  });

  test('are shut by a hold of the stage or of the pipeline', () => {
    const held = hold(emptyRecord('app'), 'production', author, at('18:00')).record;
    expect(decide({ ...newer, record: held })).toMatchObject({
      decision: 'blocked',
      rule: 'hold',
      reason: 'hold: held by alice: incident 12',
      wakeAt: at('18:00'),
    });
    const frozen = hold(emptyRecord('app'), undefined, author).record;
    expect(decide({ ...newer, record: frozen }, 'staging').rule).toBe('hold');
  });
});

describe('several stages before', () => {
  const fan = (need: 'all' | 'any') =>
    pipeline({
      stages: [stage('eu'), stage('us'), stage('production', { after: ['eu', 'us'], need })],
    });
  const given = (eu: StageObservation, us: StageObservation, need: 'all' | 'any') =>
    decide({
      pipeline: fan(need),
      history: history('v1', 'v2', 'v3'),
      observations: { eu, us, production: healthy('v1') },
    });

  test.each([
    ['all', healthy('v2'), healthy('v2'), 'promote'],
    ['all', healthy('v2'), healthy('v1'), 'none'],
    ['all', healthy('v2'), unhealthy('v2'), 'blocked'],
    ['any', healthy('v2'), healthy('v1'), 'promote'],
    ['any', healthy('v2'), unhealthy('v3'), 'promote'],
    ['any', unhealthy('v2'), unhealthy('v2'), 'blocked'],
    ['any', unknown(), healthy('v2'), 'promote'],
    ['all', unknown(), healthy('v2'), 'blocked'],
    ['any', unknown(), unknown(), 'blocked'],
    ['any', unknown(), healthy(undefined), 'none'],
  ] as const)('%s of them: %j and %j', (need, eu, us, decision) => {
    expect(given(eu, us, need).decision).toBe(decision);
  });

  test('of which one that was never seen is unknown are named with the reason, as a gate too', () => {
    const { decision, reason, gates } = given(healthy('v2'), unknown(), 'all');
    const evidence = 'the health of us is not known: no answer within 10s';
    expect({ decision, reason }).toEqual({ decision: 'blocked', reason: `health: ${evidence}` });
    expect(gates).toEqual([{ gate: 'health', state: 'unknown', evidence }]);
  });
});

describe('the order', () => {
  const at3 = { staging: healthy('v1'), production: healthy('v1') };
  const checks = {
    v2: { build: { state: 'success' } },
    v3: { build: { state: 'pending' } },
    v4: { build: { state: 'failure' } },
  } as const;
  const four = { history: history('v1', 'v2', 'v3', 'v4'), observations: at3 };

  test('newest takes the newest that may go, and leaves out the older', () => {
    expect(decide(four, 'staging')).toMatchObject({ version: 'v4', leftOut: ['v2', 'v3'] });
    const strict = pipeline({ requiredChecks: ['build'] });
    expect(decide({ ...four, pipeline: strict, checks }, 'staging')).toMatchObject({
      decision: 'promote',
      version: 'v2',
      leftOut: [],
    });
  });

  test('queue takes one after the other, past what failed its checks', () => {
    const queue = pipeline({ order: 'queue', requiredChecks: ['build'] });
    expect(decide({ ...four, pipeline: queue, checks }, 'staging')).toMatchObject({
      version: 'v2',
      leftOut: [],
    });
    const observations = { staging: healthy('v2'), production: healthy('v1') };
    expect(decide({ ...four, pipeline: queue, checks, observations }, 'staging')).toMatchObject({
      decision: 'wait',
      rule: 'finish',
    });
    const failed = { ...checks, v2: { build: { state: 'failure' } } } as const;
    expect(decide({ ...four, pipeline: queue, checks: failed }, 'staging')).toMatchObject({
      decision: 'wait',
      version: 'v3',
      rule: 'checks',
    });
  });

  test('what a person lets in again waits for nothing that is to come first', () => {
    const queue = pipeline({ order: 'queue' });
    const observations = { staging: healthy('v2'), production: healthy('v1') };
    const record = rearm(emptyRecord('app'), 'staging', 'v1', author).record;
    const given = { ...four, pipeline: queue, observations };
    expect(decide(given, 'staging')).toMatchObject({ rule: 'finish' });
    expect(decide({ ...given, record }, 'staging')).toMatchObject({
      decision: 'promote',
      version: 'v1',
    });
  });

  test('finish-first starts nothing while a version is on its way', () => {
    const finish = pipeline({ order: 'finish-first' });
    const observations = { staging: healthy('v2'), production: healthy('v1') };
    expect(decide({ ...four, pipeline: finish, observations }, 'staging')).toMatchObject({
      decision: 'wait',
      rule: 'finish',
      reason: 'finish: production must take v2 before staging takes a newer one',
    });
    expect(decide({ ...four, pipeline: finish }, 'staging')).toMatchObject({
      decision: 'promote',
      version: 'v4',
    });
  });

  test('pairwise takes what the stage before runs now, though another was good longer', () => {
    const gates = { soak: length('1h') };
    const look = (key: string, when: string) => ({
      staging: healthy(key, at(when)),
      production: healthy('v1', at(when)),
    });
    const given = (order: 'newest' | 'pairwise') => {
      const paired = pipeline({ order }, gates);
      const record = seen(paired, look('v2', '08:00'), look('v2', '09:00'), look('v3', '11:55'));
      return decide({ ...four, pipeline: paired, record, observations: look('v3', '12:00') });
    };
    expect(given('newest')).toMatchObject({ decision: 'promote', version: 'v2' });
    expect(given('pairwise')).toMatchObject({ decision: 'wait', rule: 'soak', version: 'v3' });
  });
});

describe('a stage that is behind for too long', () => {
  const slow = pipeline({ finishWithin: length('3d') }, { soak: length('24h') });
  const behind = (since: string, more: Partial<StageRecord> = {}) =>
    withStage(emptyRecord('app'), 'production', (before) => ({
      ...before,
      behindSince: at(since),
      ...more,
    }));
  const given = { history: history('v1', 'v2', 'v3'), observations: both, pipeline: slow };

  test('holds what is before it until it had its turn', () => {
    expect(decide({ ...given, record: behind('2026-11-22T12:00:00Z') }, 'staging').decision).toBe(
      'promote',
    );
    expect(decide({ ...given, record: behind('2026-11-21T12:00:00Z') }, 'staging')).toMatchObject({
      decision: 'wait',
      rule: 'finish',
      reason: 'finish: production must take v2 before staging takes a newer one',
    });
  });

  test.each([
    ['held', { hold: author }, {}],
    ['pinned', { pin: { ...author, version: 'v1' } }, {}],
    [
      'shut for longer than another would soak',
      {},
      { windows: windows([], ['2026-11-20/2026-12-05']) },
    ],
  ])('holds nothing while it is %s', (_, more, gates) => {
    const closed = pipeline({ finishWithin: length('3d') }, { soak: length('24h'), ...gates });
    const record = behind('2026-11-01T12:00:00Z', more);
    expect(decide({ ...given, pipeline: closed, record }, 'staging').decision).toBe('promote');
  });

  test.each([
    ['holds what has yet to soak, although people have to approve it too', '24h', 'wait'],
    ['holds nothing for people who may approve what has soaked at any time', '1h', 'promote'],
  ])('%s', (_, soak, expected) => {
    const approval = { by: ['maintain'], count: 1, self: false };
    const asked = pipeline({ finishWithin: length('3d') }, { soak: length(soak), approval });
    const look = (time: string) => ({
      staging: healthy('v2', at(time)),
      production: healthy('v1', at(time)),
    });
    const record = withStage(seen(asked, look('10:00'), look('12:00')), 'production', (one) => ({
      ...one,
      behindSince: at('2026-11-20T12:00:00Z'),
    }));
    expect(decide({ ...given, pipeline: asked, record }, 'staging').decision).toBe(expected);
  });

  test('holds nothing that is not well', () => {
    const record = behind('2026-11-01T12:00:00Z');
    const observations = { staging: unhealthy('v2'), production: healthy('v1') };
    expect(decide({ ...given, record, observations }, 'staging').decision).toBe('promote');
  });
});

describe('decisions', () => {
  test('are the same for the same facts, and settling twice changes nothing more', () => {
    const all = facts(newer);
    const once = settle(all, 0.5);
    expect(settle({ ...all, record: once }, 0.5)).toEqual(once);
    expect(isWorthWriting({ ...all, record: once }, settle({ ...all, record: once }, 0.5))).toBe(
      false,
    );
    expect(decidePromotions({ ...all, record: once })).toEqual(
      decidePromotions({ ...all, record: once }),
    );
    expect(stageRecord(once, 'staging').visits).toHaveLength(1);
  });

  test('over 1,000 versions and 10 stages take no 50 ms', () => {
    const names = [...Array(10).keys()].map((index) => `s${index}`);
    const gates = {
      soak: length('24h'),
      checks: ['e2e'],
      windows: windows(['Mon-Thu 09:00-16:00'], ['2026-12-20/2027-01-05']),
      approval: { by: ['maintainers'], count: 1, self: false },
    };
    const stages = names.map((name, index) =>
      stage(name, index === 0 ? {} : { after: [`s${index - 1}`], gates }),
    );
    const keys = [...Array(1000).keys()].map((index) => `v${index}`);
    const long = pipeline({ stages, requiredChecks: ['build'] });
    const all = facts({
      pipeline: long,
      history: history(...keys),
      checks: Object.fromEntries(keys.map((key) => [key, { build: { state: 'pending' } }])),
      observations: Object.fromEntries(
        names.map((name, index) => [name, healthy(`v${20 - index}`)]),
      ),
    });
    const times = [...Array(5).keys()].map(() => {
      const start = performance.now();
      decidePromotions({ ...all, record: settle(all, 0) });
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
