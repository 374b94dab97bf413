import { duration, type Instant, instant, parseDuration } from '../../src/core/time.ts';
import type { PromotionFacts, StageObservation } from '../../src/promotion/facts.ts';
import type { GateSettings, Pipeline, Stage } from '../../src/promotion/pipeline.ts';
import { emptyRecord } from '../../src/promotion/records/record.ts';
import type { Version, VersionHistory } from '../../src/promotion/versions.ts';
import { parseWindowRule, type WindowSettings } from '../../src/promotion/windows/window-rule.ts';
import { openZone } from '../../src/promotion/windows/zone.ts';

/** The moment of an ISO text; the day of the tests is Tuesday, 24 November 2026. */
export function at(iso: string): Instant {
  const full = iso.length === 5 ? `2026-11-24T${iso}:00Z` : iso;
  const moment = Date.parse(full);
  if (Number.isNaN(moment)) throw new Error(`no time: ${iso}`);
  return instant(moment);
}

/** A length of time as in the configuration. */
export function length(text: string) {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new Error(`no length: ${text}`);
  return parsed;
}

/** A stage without gates, with three attempts. */
export function stage(name: string, overrides: Partial<Stage> = {}): Stage {
  return {
    name,
    after: [],
    need: 'all',
    via: 'ref',
    arrival: 'observed',
    gates: {},
    retry: { attempts: 3, delay: length('1m'), longest: length('1h') },
    timeout: length('1h'),
    ...overrides,
  };
}

/** staging → production. */
export function pipeline(overrides: Partial<Pipeline> = {}, gates: GateSettings = {}): Pipeline {
  return {
    name: 'app',
    requiredChecks: [],
    order: 'newest',
    finishWithin: length('7d'),
    stages: [stage('staging'), stage('production', { after: ['staging'], gates })],
    ...overrides,
  };
}

/** Versions made an hour apart by octocat, oldest first. */
export function history(...keys: string[]): VersionHistory {
  return { versions: keys.map((key, index) => version(key, index)) };
}

/** One version. */
export function version(key: string, index = 0): Version {
  const commit = key.padEnd(40, '0');
  return { key, commit, at: instant(at('00:00') + index * 3_600_000), authors: ['octocat'] };
}

/** A stage that runs a version and is well. */
export function healthy(key: string | undefined, seen = at('12:00')): StageObservation {
  return { health: 'healthy', version: key, at: seen, evidence: 'probe answered 200' };
}

/** A stage that runs a version and is not well. */
export function unhealthy(key: string, seen = at('12:00')): StageObservation {
  return { health: 'unhealthy', version: key, at: seen, evidence: 'probe answered 500' };
}

/** A stage of which nothing is known. */
export function unknown(seen = at('12:00')): StageObservation {
  return { health: 'unknown', at: seen, evidence: 'no answer within 10s' };
}

/** Facts at noon of a pipeline whose stages run nothing. */
export function facts(overrides: Partial<PromotionFacts> = {}): PromotionFacts {
  const utc = openZone('UTC');
  if (!utc) throw new Error('no UTC');
  return {
    pipeline: pipeline(),
    record: emptyRecord('app'),
    history: history('v1'),
    observations: { staging: healthy(undefined), production: healthy(undefined) },
    checks: {},
    people: {},
    effects: {},
    calendars: { UTC: { zone: utc } },
    now: at('12:00'),
    ...overrides,
  };
}

/** Windows as in the configuration. */
export function windows(
  allow: readonly string[],
  deny: readonly string[] = [],
  more: Partial<WindowSettings> = {},
): WindowSettings {
  const rules = (texts: readonly string[]) =>
    texts.map((text) => {
      const rule = parseWindowRule(text);
      if (typeof rule === 'string') throw new Error(`${text} ${rule}`);
      return rule;
    });
  return { allow: rules(allow), deny: rules(deny), timezone: 'UTC', ...more };
}

/** No time at all, for settings that ask for some. */
export const noTime = duration(0);
