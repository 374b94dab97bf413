import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { duration, type Instant, instant } from '../../../src/core/time.ts';
import type { StageObservation } from '../../../src/promotion/facts.ts';
import type { Visit } from '../../../src/promotion/records/record.ts';
import {
  addObservation,
  isWorthRecording,
  vouchedFor,
} from '../../../src/promotion/records/visits.ts';
import { at, healthy, length, pipeline, unhealthy, unknown } from '../../builders/promotion.ts';

const hour = length('1h');

function looks(...observations: readonly StageObservation[]): readonly Visit[] {
  return observations.reduce<readonly Visit[]>(
    (visits, observation) =>
      addObservation(
        visits,
        observation,
        observation.health === 'unknown' ? undefined : observation.version,
        hour,
      ),
    [],
  );
}

describe('looks of one moment', () => {
  test('at another version count, so that a clock that is set keeps nothing back', () => {
    const visits = looks(healthy('v1', at('10:00')), healthy('v2', at('10:00')));
    expect(visits.map(({ version }) => version)).toEqual(['v1', 'v2']);
  });

  test('at the same version change nothing', () => {
    const once = looks(healthy('v1', at('10:00')));
    expect(addObservation(once, unknown(at('10:00')), undefined, hour)).toBe(once);
    expect(addObservation(once, healthy('v1', at('10:00')), 'v1', hour)).toBe(once);
  });
});

describe('healthy time', () => {
  test('counts from look to look', () => {
    const [visit] = looks(
      healthy('v1', at('10:00')),
      healthy('v1', at('10:30')),
      healthy('v1', at('11:00')),
    );
    expect(visit).toMatchObject({
      healthyFor: hour,
      soakingSince: at('10:00'),
      seenAt: at('11:00'),
    });
  });

  test('is vouched for by one look for no more than its time', () => {
    const [visit] = looks(healthy('v1', at('00:00')), healthy('v1', at('10:00')));
    expect(visit?.healthyFor).toBe(hour);
  });

  test('counts whole where the stage itself says since when', () => {
    const [first] = looks({
      ...healthy('v1', at('10:00')),
      since: at('02:00'),
    } as StageObservation);
    expect(first?.healthyFor).toBe(length('8h'));
    const later = { ...healthy('v1', at('20:00')), since: at('02:00') } as StageObservation;
    const [visit] = looks(
      { ...healthy('v1', at('10:00')), since: at('02:00') } as StageObservation,
      later,
    );
    expect(visit?.healthyFor).toBe(length('18h'));
  });

  test('starts anew with a failure', () => {
    const [visit] = looks(
      healthy('v1', at('10:00')),
      healthy('v1', at('10:30')),
      unhealthy('v1', at('10:40')),
      healthy('v1', at('10:50')),
      healthy('v1', at('11:00')),
    );
    expect(visit).toMatchObject({ healthyFor: length('10m'), soakingSince: at('10:50') });
  });

  test('stands still while nothing is known', () => {
    const [visit] = looks(
      healthy('v1', at('10:00')),
      healthy('v1', at('10:30')),
      unknown(at('10:40')),
      unknown(at('10:45')),
      healthy('v1', at('10:50')),
      healthy('v1', at('11:00')),
    );
    expect(visit).toMatchObject({ healthyFor: length('40m'), soakingSince: at('10:00') });
  });

  test('stays with a version that left, and starts anew when it comes back', () => {
    const left = looks(
      healthy('v1', at('10:00')),
      healthy('v1', at('10:30')),
      healthy('v2', at('10:40')),
    );
    expect(left.map(({ version, healthyFor }) => [version, healthyFor])).toEqual([
      ['v1', length('30m')],
      ['v2', 0],
    ]);
    const back = addObservation(left, healthy('v1', at('11:00')), 'v1', hour);
    expect(back.map(({ version, healthyFor }) => [version, healthyFor])).toEqual([
      ['v2', 0],
      ['v1', 0],
    ]);
  });

  test('is not touched by a look that is older than the last', () => {
    const visits = looks(healthy('v1', at('10:00')));
    expect(addObservation(visits, unhealthy('v1', at('09:59')), 'v1', hour)).toBe(visits);
    expect(addObservation(visits, healthy('v1', instant(at('10:00') - 1)), 'v1', hour)).toBe(
      visits,
    );
  });

  test('starts anew with a failure that looks a little older, as clocks differ', () => {
    const visits = looks(healthy('v1', at('09:00')), healthy('v1', at('10:00')));
    const late = unhealthy('v1', instant(at('10:00') - 9_000));
    expect(addObservation(visits, late, 'v1', hour)).toMatchObject([
      { health: 'unhealthy', healthyFor: 0, seenAt: at('10:00') },
    ]);
  });

  test('is never more than has passed since the last failure, whatever is seen', () => {
    const health = fc.constantFrom('healthy', 'unhealthy', 'unknown' as const);
    const steps = fc.array(fc.tuple(fc.nat(7_200_000), health, fc.constantFrom('v1', 'v2')), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (given) => {
        let now: Instant = at('00:00');
        let wellSince: Instant | undefined;
        let running: string | undefined;
        let visits: readonly Visit[] = [];
        for (const [passed, state, version] of given) {
          now = instant(now + passed + 1);
          const evidence = state;
          const look: StageObservation =
            state === 'unknown'
              ? { health: state, at: now, evidence }
              : { health: state, version, at: now, evidence };
          visits = addObservation(visits, look, version, duration(3_600_000));
          if (state === 'unknown') continue;
          if (version !== running || state === 'unhealthy') wellSince = undefined;
          running = version;
          if (state === 'healthy') wellSince ??= now;
          const soaked = visits.at(-1)?.healthyFor ?? 0;
          expect(soaked).toBeGreaterThanOrEqual(0);
          expect(soaked).toBeLessThanOrEqual(wellSince === undefined ? 0 : now - wellSince);
        }
      }),
    );
  });
});

describe('a look', () => {
  test('vouches for a quarter of the longest soak after it, at least for an hour', () => {
    expect(vouchedFor(pipeline({}, { soak: length('24h') }), 'staging')).toBe(length('6h'));
    expect(vouchedFor(pipeline({}, { soak: length('10m') }), 'staging')).toBe(hour);
    expect(vouchedFor(pipeline(), 'production')).toBe(hour);
  });

  test('is worth a transition when something changed, or the last is half forgotten', () => {
    const visits = looks(healthy('v1', at('10:00')));
    const isWorth = (observation: StageObservation, version = 'v1') =>
      isWorthRecording(visits, addObservation(visits, observation, version, hour), hour);
    expect(isWorth(healthy('v1', at('10:29')))).toBe(false);
    expect(isWorth(healthy('v1', at('10:30')))).toBe(true);
    expect(isWorth(unhealthy('v1', at('10:01')))).toBe(true);
    expect(isWorth(unknown(at('10:01')))).toBe(true);
    expect(isWorth(healthy('v2', at('10:01')), 'v2')).toBe(true);
    expect(isWorthRecording([], visits, hour)).toBe(true);
    expect(isWorthRecording([], [], hour)).toBe(false);
  });
});
