import { describe, expect, test } from '@jest/globals';
import type { Instant } from '../../src/core/time.ts';
import { decidePromotions } from '../../src/promotion/decide.ts';
import { emptyRecord, type Verification, withStage } from '../../src/promotion/records/record.ts';
import type { VerificationRun } from '../../src/promotion/settings.ts';
import { settle } from '../../src/promotion/settle.ts';
import {
  dueVerifications,
  type VerificationFacts,
  verificationRetryAt,
} from '../../src/promotion/verification-runs.ts';
import { at, facts, healthy, length, pipeline } from '../builders/promotion.ts';

const smoke: VerificationRun = {
  name: 'smoke',
  kind: 'http',
  url: 'https://staging.example.com/smoke',
  timeout: length('30s'),
};
const load: VerificationRun = {
  name: 'load',
  kind: 'command',
  command: ['bin/load'],
  timeout: length('10m'),
};

/** v1 is on staging, and production asks for two verifications, and for what else there is. */
function situation(
  results: readonly Partial<Verification>[] = [],
  {
    now = at('12:00'),
    soak = undefined as string | undefined,
    validFor = undefined as string | undefined,
  } = {},
): VerificationFacts {
  const of = pipeline(
    {},
    {
      ...(soak && { soak: length(soak) }),
      verification: { names: ['smoke', 'load'], ...(validFor && { validFor: length(validFor) }) },
    },
  );
  const verifications = results.map((each) => ({
    version: 'v1',
    name: 'smoke',
    result: 'passed' as const,
    at: at('11:00'),
    evidence: '',
    ...each,
  }));
  const record = withStage(emptyRecord('app'), 'production', (stage) => ({
    ...stage,
    verifications,
  }));
  const seen = facts({
    pipeline: of,
    record,
    now: now as Instant,
    observations: {
      staging: healthy('v1', now as Instant),
      production: healthy(undefined, now as Instant),
    },
  });
  const settled = { ...seen, record: settle(seen, 0) };
  return {
    pipeline: of,
    settings: { production: { verifications: [smoke, load] } },
    record: settled.record,
    decisions: decidePromotions(settled),
    now: settled.now,
  };
}

const names = (facts: VerificationFacts) => dueVerifications(facts).map(({ run }) => run.name);

describe('a verification is run', () => {
  test('when it alone is in the way of a version', () => {
    expect(dueVerifications(situation())).toEqual([
      { stage: 'production', version: 'v1', run: smoke },
      { stage: 'production', version: 'v1', run: load },
    ]);
  });

  test('not while another gate is shut', () => {
    expect(names(situation([], { soak: '1h' }))).toEqual([]);
  });

  test('not once it has passed', () => {
    expect(names(situation([{}]))).toEqual(['load']);
    expect(names(situation([{}, { name: 'load' }]))).toEqual([]);
  });

  test('anew when its result is too old', () => {
    const both = [{}, { name: 'load', at: at('11:45') }];
    expect(names(situation(both, { validFor: '30m' }))).toEqual(['smoke']);
  });

  test('not for a result of another version', () => {
    expect(names(situation([{ version: 'v0' }]))).toEqual(['smoke', 'load']);
  });

  test('not while another run is at it, nor for ever because that one died', () => {
    const running = [{ result: 'running' as const, at: at('11:59') }, { name: 'load' }];
    expect(names(situation(running))).toEqual([]);
    expect(names(situation(running, { now: at('12:01') }))).toEqual(['smoke']);
  });
});

describe('one that went badly', () => {
  const bad = (...times: string[]) => [
    ...times.map((time) => ({ result: 'failed' as const, at: at(time) })),
    { name: 'load' },
  ];

  test('is tried again after the wait that the stage has between attempts', () => {
    const first = situation(bad('11:59'), { now: at('11:59') });
    expect(names(first)).toEqual([]);
    expect(verificationRetryAt(first)).toBe(at('12:00'));
    expect(names(situation(bad('11:59')))).toEqual(['smoke']);
  });

  test('waits twice as long after the second time, and for a person after the third', () => {
    const second = situation(bad('11:57', '11:59'), { now: at('11:59') });
    expect(verificationRetryAt(second)).toBe(at('12:01'));
    const third = situation(bad('11:50', '11:51', '11:53'));
    expect(names(third)).toEqual([]);
    expect(verificationRetryAt(third)).toBeUndefined();
  });

  test('counts its tries anew after it has passed', () => {
    const results = [...bad('11:00', '11:01', '11:03'), { at: at('11:10') }, ...bad('11:50')];
    expect(names(situation(results))).toEqual(['smoke']);
  });
});
