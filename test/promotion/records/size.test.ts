import { expect, test } from '@jest/globals';
import { type Instant, instant } from '../../../src/core/time.ts';
import { formatRecord } from '../../../src/ledger/record.ts';
import { decidePromotions } from '../../../src/promotion/decide.ts';
import type { PromotionFacts } from '../../../src/promotion/facts.ts';
import type { GateSettings, Stage } from '../../../src/promotion/pipeline.ts';
import { lastAttempt } from '../../../src/promotion/records/leases.ts';
import {
  activePromotion,
  emptyRecord,
  type PipelineRecord,
  stageRecord,
} from '../../../src/promotion/records/record.ts';
import { encodeRecord } from '../../../src/promotion/records/stored-record.ts';
import { settle } from '../../../src/promotion/settle.ts';
import { approve, override, verify } from '../../../src/promotion/transitions/approve.ts';
import { claim } from '../../../src/promotion/transitions/claim.ts';
import { recordAct } from '../../../src/promotion/transitions/record-act.ts';
import { report } from '../../../src/promotion/transitions/report.ts';
import { orderOf } from '../../../src/promotion/versions.ts';
import { facts, healthy, length, pipeline, stage, version } from '../../builders/promotion.ts';

const promotions = 2_000;
const names = ['staging', 'canary', 'europe', 'america', 'asia'];
const run = 'https://github.com/understudy-dev/understudy/actions/runs/12345678901';
const comment = 'https://github.com/understudy-dev/understudy/pull/12345#issuecomment-1234567890';
const gates: GateSettings = {
  approval: { by: ['maintain'], count: 2, self: true },
  verification: { names: ['smoke', 'load'] },
};
const stages = names.map((name, index): Stage => {
  const before = names[index - 1];
  const own = { via: 'dispatch', arrival: 'reported', gates } as const;
  return stage(name, before === undefined ? own : { ...own, after: [before] });
});
const settings = pipeline({ stages });

/** A version with the length of a commit. */
const key = (index: number) => index.toString(16).padStart(40, 'a');

/** All that people and programs say of a version before it goes in: two approve, two look, one is in a hurry. */
function told(record: PipelineRecord, name: string, of: string, now: Instant): PipelineRecord {
  const approval = { version: of, at: now, source: comment };
  const result = { version: of, result: 'passed', at: now, evidence: 'x'.repeat(200) } as const;
  const author = { by: 'a-maintainer', at: now, why: 'y'.repeat(200) };
  const until = instant(now + length('4h'));
  const steps: ((before: PipelineRecord) => { readonly record: PipelineRecord })[] = [
    (before) => approve(before, name, { ...approval, by: 'a-maintainer' }),
    (before) => approve(before, name, { ...approval, by: 'another-one' }),
    (before) => verify(before, name, { ...result, name: 'smoke' }),
    (before) => verify(before, name, { ...result, name: 'load' }),
    (before) => override(before, name, of, ['soak', 'window', 'checks'], author, until),
  ];
  return steps.reduce((before, step) => step(before).record, record);
}

/** One version into one stage, at the third attempt. */
function promoted(record: PipelineRecord, given: PromotionFacts, of: Stage, to: string) {
  const order = orderOf(given.history);
  let { now } = given;
  let next = told(record, of.name, to, now);
  for (const result of ['failure', 'failure', 'success'] as const) {
    now = instant(now + length('1h'));
    next = settle({ ...given, record: next, now }, 0);
    const decided = decidePromotions({ ...given, record: next, now, asked: { stage: of.name } })[0];
    if (decided?.decision !== 'promote') throw new Error(`${of.name}: ${decided?.reason}`);
    const holder = `run-12345678901-1-${now.toString(16).slice(-8)}`;
    next = claim(next, of, decided, { holder, now, length: length('10m'), ...order }, undefined);
    const active = activePromotion(stageRecord(next, of.name));
    const lease = active && lastAttempt(active)?.lease;
    if (!active || !lease) throw new Error('nothing was claimed');
    const effect = { kind: 'run', reference: '12345678901', url: run, at: now };
    next = recordAct(next, of, active.id, lease, { kind: 'acted', effect }, 0);
    const evidence = `${'z'.repeat(200)} ${run}`;
    next = report(next, settings, { promotion: active.id, result, evidence, at: now }, 0).record;
  }
  return next;
}

test('a record stays as small after two thousand promotions as after five hundred', () => {
  let record = emptyRecord('app');
  let now = Date.parse('2026-01-01T00:00:00Z');
  const sizes: number[] = [];
  const runs: Record<string, string> = {};
  for (let index = 0; index < promotions / names.length; index += 1) {
    const versions = [key(index), key(index + 1)].map((each, place) => version(each, place));
    for (const of of stages) {
      now += length('1h');
      const at = instant(now);
      const observations = Object.fromEntries(names.map((name) => [name, healthy(runs[name], at)]));
      const given = {
        ...facts(),
        pipeline: settings,
        history: { versions },
        observations,
        now: at,
      };
      const people = {
        'a-maintainer': { permission: 'maintain', teams: [] },
        'another-one': { permission: 'maintain', teams: [] },
      } as const;
      record = promoted(record, { ...given, people }, of, key(index + 1));
      runs[of.name] = key(index + 1);
      now += length('4h');
    }
    if ([100, 400].includes(index + 1)) sizes.push(sizeOf(record));
  }
  const [early = 0, late = 0] = sizes;
  expect(late / early).toBeCloseTo(1, 2);
  expect(late).toBeLessThan(1_000_000);
}, 60_000);

function sizeOf(record: PipelineRecord): number {
  return formatRecord({
    cell: 'promotion/app',
    sequence: 1,
    at: instant(0),
    by: 'octocat',
    run,
    why: 'observed',
    operation: 'run-1',
    version: 1,
    state: encodeRecord(record),
    previous: [],
  }).length;
}
