import { describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { approvalGate } from '../../../src/promotion/gates/approval.ts';
import { checksGate } from '../../../src/promotion/gates/checks.ts';
import {
  earliestChange,
  type Gate,
  leastAgainst,
  worstGate,
} from '../../../src/promotion/gates/gate.ts';
import { holdGate, pinGate } from '../../../src/promotion/gates/hold.ts';
import { liveOverrides, overridden } from '../../../src/promotion/gates/override.ts';
import { healthGate, soakGate } from '../../../src/promotion/gates/upstream.ts';
import { verificationGate } from '../../../src/promotion/gates/verification.ts';
import { windowGate } from '../../../src/promotion/gates/window.ts';
import type { Visit } from '../../../src/promotion/records/record.ts';
import { openZone } from '../../../src/promotion/windows/zone.ts';
import { at, healthy, length, unhealthy, unknown, windows } from '../../builders/promotion.ts';

const now = at('12:00');
const visit: Visit = {
  version: 'v1',
  health: 'healthy',
  since: at('08:00'),
  seenAt: at('12:00'),
  healthyFor: length('4h'),
  soakingSince: at('08:00'),
};
const upstream = { stage: 'staging', observation: healthy('v1'), visit, current: true };

describe('the health of the stage before', () => {
  test.each([
    ['is well', upstream, 'passed'],
    ['was not looked at', { ...upstream, observation: undefined }, 'unknown'],
    ['is not known', { ...upstream, observation: unknown() }, 'unknown'],
    ['is not well', { ...upstream, observation: unhealthy('v1') }, 'refused'],
    ['never had the version', { ...upstream, visit: undefined }, 'waiting'],
  ])('that %s is %s', (_, given, state) => {
    expect(healthGate(given as typeof upstream).state).toBe(state);
  });
});

describe('a soak', () => {
  test('ends when what is missing has passed', () => {
    expect(soakGate(upstream, length('24h'), now)).toEqual({
      gate: 'soak',
      state: 'waiting',
      since: at('08:00'),
      until: instant(now + length('20h')),
      evidence: '4h of 1d healthy on staging',
    });
  });

  test('is passed at its very length', () => {
    expect(soakGate(upstream, length('4h'), now).state).toBe('passed');
    expect(soakGate(upstream, length('4h1s'), now).state).toBe('waiting');
  });

  test('says no end while nothing is counted', () => {
    const ill = soakGate({ ...upstream, observation: unhealthy('v1') }, length('24h'), now);
    expect(ill).not.toHaveProperty('until');
    expect(ill.evidence).toContain('no more is counted');
  });

  test('that was left behind is over for good, unless it was long enough', () => {
    expect(soakGate({ ...upstream, current: false }, length('24h'), now).state).toBe('refused');
    expect(soakGate({ ...upstream, current: false }, length('4h'), now).state).toBe('passed');
  });
});

describe('a window', () => {
  const zone = openZone('UTC');
  const calendar = { zone: zone as NonNullable<typeof zone> };
  const settings = windows(['Mon-Thu 09:00-16:00'], [], { atMost: 2 });

  test('passes while it is open', () => {
    expect(windowGate(settings, [at('08:00')], now, calendar)).toMatchObject({
      state: 'passed',
      since: at('09:00'),
      until: at('16:00'),
      evidence: 'open by Mon-Thu 09:00-16:00 (UTC)',
    });
  });

  test('is full when as many as may have started in it', () => {
    expect(windowGate(settings, [at('09:00'), at('10:00')], now, calendar)).toMatchObject({
      state: 'waiting',
      until: at('2026-11-25T09:00:00Z'),
      evidence: expect.stringContaining('2 promotions have started in this window, at most 2 may'),
    });
  });

  test('that is shut by a denying rule names it', () => {
    const frozen = windows(['Mon-Thu 09:00-16:00'], ['2026-11-24']);
    expect(windowGate(frozen, [], now, calendar)).toMatchObject({
      state: 'waiting',
      evidence: expect.stringContaining('closed by 2026-11-24'),
    });
  });

  test('that never opens is for a person', () => {
    expect(windowGate(windows(['2020-01-01']), [], now, calendar).state).toBe('refused');
  });
});

describe('checks', () => {
  const passed = { state: 'success', at: at('11:00') } as const;
  test.each([
    ['all passed', { build: passed, e2e: passed }, 'passed', 'passed: build, e2e'],
    ['one failed', { build: passed, e2e: { state: 'failure' } }, 'refused', 'failed: e2e'],
    [
      'one is under way',
      { build: passed, e2e: { state: 'pending' } },
      'waiting',
      'not finished: e2e',
    ],
    ['one has not begun', { build: passed }, 'waiting', 'not there yet: e2e'],
    ['one is not known', { build: passed, e2e: { state: 'unknown' } }, 'unknown', 'not known: e2e'],
    ['nobody asked', undefined, 'unknown', 'not known: build, e2e'],
  ] as const)('of which %s are %s…', (_, results, state, evidence) => {
    expect(checksGate(['build', 'e2e'], results)).toMatchObject({ state, evidence });
  });

  test('called as what every object has are not there by that', () => {
    expect(checksGate(['constructor'], {})).toMatchObject({
      state: 'waiting',
      evidence: 'not there yet: constructor',
    });
  });
});

describe('approvals', () => {
  const settings = { by: ['maintainers', 'admin', '@eve'], count: 1, self: false };
  const maintainer = { permission: 'write', teams: ['maintainers'] } as const;
  const people = {
    alice: maintainer,
    bob: { permission: 'write', teams: [] },
    carol: { permission: 'admin', teams: [] },
    octocat: maintainer,
  } as const;
  const given = (by: string, when = '11:00', version = 'v1') => ({
    version,
    by,
    at: at(when),
    source: 'command',
  });
  const facts = { version: 'v1', authors: ['octocat'], people, now };

  test.each([
    ['of a member of the team', ['alice'], 'passed'],
    ['of someone with that permission', ['carol'], 'passed'],
    ['of someone who is named', ['eve'], 'passed'],
    ['of someone else', ['bob'], 'waiting'],
    ['of the author', ['octocat'], 'waiting'],
    ['of the author in another case', ['OctoCat'], 'waiting'],
    ['of nobody', [], 'waiting'],
    ['of someone who was not asked about', ['mallory'], 'unknown'],
    ['of someone whose login every object has', ['constructor'], 'unknown'],
  ])('%s: %j is %s', (_, who, state) => {
    const approvals = who.map((by) => given(by));
    const known = { ...people, OctoCat: maintainer };
    expect(approvalGate(settings, { ...facts, people: known, approvals }).state).toBe(state);
  });

  test('of one’s own count where that is allowed', () => {
    const approvals = [given('octocat')];
    expect(approvalGate({ ...settings, self: true }, { ...facts, approvals }).state).toBe('passed');
  });

  test('are not counted while nobody knows whose work it is', () => {
    const approvals = [given('alice')];
    expect(approvalGate(settings, { ...facts, authors: undefined, approvals }).state).toBe(
      'unknown',
    );
  });

  test('of another version do not count, nor one person twice', () => {
    const two = { ...settings, count: 2 };
    const approvals = [given('alice'), given('Alice', '11:30'), given('carol', '11:00', 'v0')];
    expect(approvalGate(two, { ...facts, approvals }).state).toBe('waiting');
  });

  test('lapse, and the gate says when', () => {
    const expiring = { ...settings, expireAfter: length('2h') };
    const approvals = [given('alice', '11:00'), given('carol', '11:30')];
    expect(approvalGate(expiring, { ...facts, approvals })).toMatchObject({
      state: 'passed',
      since: at('11:00'),
      until: at('13:30'),
    });
    const later = { ...facts, approvals, now: at('13:30') };
    expect(approvalGate(expiring, later).state).toBe('waiting');
  });
});

describe('a verification', () => {
  const result = (
    name: string,
    state: 'passed' | 'failed' | 'running' | 'unknown',
    when = '11:00',
  ) => ({
    version: 'v1',
    name,
    result: state,
    at: at(when),
    evidence: '',
  });
  test.each([
    ['passed', [result('smoke', 'passed')], 'passed'],
    ['failed', [result('smoke', 'failed')], 'refused'],
    ['failed before it passed', [result('smoke', 'failed'), result('smoke', 'passed')], 'passed'],
    ['is under way', [result('smoke', 'running')], 'waiting'],
    ['is not known', [result('smoke', 'unknown')], 'unknown'],
    ['was not made', [result('load', 'passed')], 'waiting'],
    ['passed too long ago', [result('smoke', 'passed', '09:00')], 'waiting'],
  ])('that %s %j is %s', (_, results, state) => {
    const settings = { names: ['smoke'], validFor: length('2h') };
    expect(verificationGate(settings, results, 'v1', now).state).toBe(state);
  });

  test('says until when it is good', () => {
    const settings = { names: ['smoke'], validFor: length('2h') };
    const gate = verificationGate(settings, [result('smoke', 'passed')], 'v1', now);
    expect(gate.until).toBe(at('13:00'));
  });
});

describe('a hold', () => {
  const hold = { by: 'alice', why: 'incident 12', at: at('10:00') };
  test('shuts the stage until its end, and the longer of two is told', () => {
    const freeze = { ...hold, by: 'bob', until: at('14:00') };
    expect(holdGate([hold, freeze], now)).toMatchObject({ evidence: 'held by alice: incident 12' });
    expect(holdGate([undefined, freeze], now)).toMatchObject({
      state: 'refused',
      until: at('14:00'),
    });
    expect(holdGate([freeze], at('14:00'))).toBeUndefined();
    expect(holdGate([undefined], now)).toBeUndefined();
  });

  test('of a rollback has no end', () => {
    expect(pinGate({ ...hold, version: 'v1' })).toMatchObject({ gate: 'pin', state: 'refused' });
  });
});

describe('an emergency', () => {
  const gates: Gate[] = (['health', 'soak', 'window', 'hold', 'pin'] as const).map((gate) => ({
    gate,
    state: 'refused',
    evidence: 'no',
  }));
  const override = {
    version: 'v1',
    gates: ['all'],
    by: 'alice',
    why: 'site is down',
    at: at('11:00'),
    until: at('13:00'),
  };
  const opened = (names: string[]) =>
    overridden(gates, [{ ...override, gates: names }])
      .filter(({ state }) => state === 'overridden')
      .map(({ gate }) => gate);

  test('passes what it names, health only by name, a pin never', () => {
    expect(opened(['all'])).toEqual(['soak', 'window', 'hold']);
    expect(opened(['health', 'pin'])).toEqual(['health']);
  });

  test('holds for its version and its time', () => {
    expect(liveOverrides([override], 'v1', now)).toEqual([override]);
    expect(liveOverrides([override], 'v2', now)).toEqual([]);
    expect(liveOverrides([override], 'v1', at('13:00'))).toEqual([]);
  });

  test('adds to the one before: a second one shuts nothing again', () => {
    const two = [
      { ...override, gates: ['soak'] },
      { ...override, gates: ['window'], by: 'bob' },
    ];
    const shown = overridden(gates, two).filter(({ state }) => state === 'overridden');
    expect(shown.map(({ gate, evidence }) => `${gate} ${evidence}`)).toEqual([
      'soak emergency by alice: site is down (no)',
      'window emergency by bob: site is down (no)',
    ]);
  });

  test('leaves in the evidence what it passed', () => {
    expect(overridden(gates, [override])[1]?.evidence).toBe(
      'emergency by alice: site is down (no)',
    );
  });
});

describe('several gates', () => {
  const gate = (state: Gate['state'], until?: number): Gate => ({
    gate: 'soak',
    state,
    evidence: '',
    ...(until !== undefined && { until: instant(until) }),
  });
  test('are as bad as the worst of them', () => {
    expect(
      worstGate([gate('passed'), gate('waiting'), gate('unknown'), gate('refused')])?.state,
    ).toBe('unknown');
  });
  test('wake up at the first end of a shut one', () => {
    expect(earliestChange([gate('passed', 1), gate('waiting', 3), gate('refused', 2)])).toBe(2);
  });
  test('of several stages are as good as the best group', () => {
    const good = [gate('passed'), gate('waiting')];
    expect(leastAgainst([[gate('unknown')], good, [gate('refused')]])).toBe(good);
  });
});
