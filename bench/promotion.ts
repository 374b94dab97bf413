import { performance } from 'node:perf_hooks';
import { instant, toIso } from '../src/core/time.ts';
import { decidePromotions } from '../src/promotion/decide.ts';
import type { CheckResult, PromotionFacts, StageObservation } from '../src/promotion/facts.ts';
import type { GateSettings, Order, Stage } from '../src/promotion/pipeline.ts';
import { attemptKey, promotionId } from '../src/promotion/records/promotion-id.ts';
import type { Promotion, StageRecord, Visit } from '../src/promotion/records/record.ts';
import { settle } from '../src/promotion/settle.ts';
import type { Version } from '../src/promotion/versions.ts';
import { openZone } from '../src/promotion/windows/zone.ts';
import {
  at,
  facts,
  healthy,
  length,
  pipeline,
  stage,
  windows,
} from '../test/builders/promotion.ts';
import type { Section } from './section.ts';
import { median, rounded, table, verdict } from './table.ts';

const versionCount = 1000;
const stageCount = 10;
const limit = 50;
const warmUps = 5;
const minute = 60_000;
const orders: readonly Order[] = ['newest', 'queue', 'finish-first', 'pairwise'];

/** `busy`: everything may go on. `stuck`: nobody approves anything, and all versions wait for the first stage. */
type Case = 'busy' | 'stuck';

interface Figure {
  readonly order: Order;
  readonly case: Case;
  readonly firstMs: number;
  readonly medianMs: number;
  readonly mostMs: number;
  readonly promoted: number;
}

/** How long a decision takes over a thousand versions and ten stages, each with every gate and a full record. */
export function promotion(rounds: number): Section {
  const figures = orders.flatMap((order) =>
    (['busy', 'stuck'] as const).map((kind) => measure(order, kind, rounds)),
  );
  const rows = figures.map(({ order, case: kind, firstMs, medianMs, mostMs, promoted }) => [
    order,
    kind,
    rounded(firstMs),
    rounded(medianMs),
    rounded(mostMs),
    promoted,
    verdict(medianMs, limit),
  ]);
  const text = [
    `${versionCount} versions, ${stageCount} stages in a row with soak, windows, checks, approval and verification; 30`,
    `visits, 50 promotions and 100 approvals recorded of each. Settling and deciding, ${rounds} times.`,
    '',
    table(['order', 'case', 'first ms', 'median ms', 'most ms', 'promoted', 'limit'], rows),
  ];
  return { title: 'Decisions of promotions', text: text.join('\n'), figures };
}

function measure(order: Order, kind: Case, rounds: number): Figure {
  const given = factsBy(order, kind);
  const times: number[] = [];
  let promoted = 0;
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const start = performance.now();
    const decisions = decidePromotions({ ...given, record: settle(given, 0.5) });
    times.push(performance.now() - start);
    promoted = decisions.filter(({ decision }) => decision === 'promote').length;
    if (decisions.length !== stageCount) throw new Error(`${decisions.length} decisions`);
  }
  const warm = times.slice(warmUps);
  return {
    order,
    case: kind,
    firstMs: times[0] ?? Number.NaN,
    medianMs: median(warm),
    mostMs: Math.max(...warm),
    promoted,
  };
}

const gates: GateSettings = {
  soak: length('1h'),
  windows: windows(['Mon-Fri 08:00-18:00'], ['2026-12-20/2027-01-05'], {
    timezone: 'Europe/Berlin',
    atMost: 20,
  }),
  checks: ['build', 'e2e'],
  approval: { by: ['maintain', 'release-team'], count: 2, self: false },
  verification: { names: ['smoke', 'load'] },
};

function factsBy(order: Order, kind: Case): PromotionFacts {
  const versions = Array.from({ length: versionCount }, (_, index) => versionAt(index));
  const names = Array.from({ length: stageCount }, (_, index) => `stage-${index + 1}`);
  const stages = names.map((name, index): Stage => {
    const before = names[index - 1];
    return stage(name, before === undefined ? { gates } : { after: [before], gates });
  });
  const berlin = openZone('Europe/Berlin');
  if (!berlin) throw new Error('no Europe/Berlin');
  return {
    ...facts(),
    pipeline: pipeline({ order, stages, requiredChecks: ['build'] }),
    record: {
      schema: 1,
      pipeline: 'app',
      stages: Object.fromEntries(
        names.map((name, index) => [name, recordOf(name, newestOn(index, kind), kind)]),
      ),
    },
    history: { versions },
    observations: Object.fromEntries(
      names.map((name, index) => [name, looked(newestOn(index, kind))]),
    ),
    checks: Object.fromEntries(versions.map(({ key }) => [key, checksOf()])),
    people: Object.fromEntries(
      people.map((login) => [login, { permission: 'maintain', teams: [] }]),
    ),
    calendars: { 'Europe/Berlin': { zone: berlin } },
  };
}

const people = ['alice', 'bob', 'carol'];

function versionAt(index: number): Version {
  const key = (index + 1).toString(16).padStart(40, 'a');
  return {
    key,
    commit: key,
    at: instant(at('00:00') - (versionCount - index) * minute),
    authors: ['octocat'],
  };
}

function checksOf(): Record<string, CheckResult> {
  return { build: { state: 'success' }, e2e: { state: 'success' } };
}

/** Each stage runs what the one before ran some versions ago. */
function newestOn(index: number, kind: Case): number {
  return kind === 'busy' ? versionCount - 20 * (index + 1) : 60 - index;
}

function looked(newest: number): StageObservation {
  return healthy(versionAt(newest).key);
}

function recordOf(name: string, newest: number, kind: Case): StageRecord {
  const last = (count: number) =>
    Array.from({ length: count }, (_, back) => versionAt(newest - count + 1 + back));
  const approvals = [
    ...last(33),
    ...Array.from({ length: 17 }, (_, next) => versionAt(newest + next)),
  ];
  const now = at('11:00');
  return {
    generation: 0,
    frontier: versionAt(newest).key,
    behindSince: now,
    visits: last(30).map(({ key }) => visitOf(key)),
    promotions: last(50).map(({ key }) => promotionOf(name, key)),
    superseded: [],
    approvals: approvals.flatMap(({ key }) =>
      people
        .slice(0, kind === 'busy' ? 2 : 1)
        .map((by) => ({ version: key, by, at: now, source: 'command' })),
    ),
    verifications: approvals.flatMap(({ key }) =>
      ['smoke', 'load'].map((check) => ({
        version: key,
        name: check,
        result: 'passed' as const,
        at: now,
        evidence: 'run 7',
      })),
    ),
    overrides: [],
    rearmed: [],
  };
}

function visitOf(version: string): Visit {
  const seenAt = at('11:59');
  const since = at('08:00');
  return {
    version,
    health: 'healthy',
    since,
    seenAt,
    healthyFor: seenAt - since,
    soakingSince: since,
  };
}

function promotionOf(name: string, version: string): Promotion {
  const id = promotionId({ pipeline: 'app', stage: name, generation: 0, version });
  const since = at('2026-11-23T09:00:00Z');
  const lease = {
    holder: 'run-1',
    since: toIso(since),
    until: toIso(since),
    effect: attemptKey(id, 1),
  };
  const effect = { kind: 'ref', reference: version, at: since };
  const outcome = { result: 'succeeded', at: since, evidence: 'arrived' } as const;
  return {
    id,
    version,
    generation: 0,
    kind: 'forward',
    phase: 'succeeded',
    createdAt: since,
    endedAt: since,
    reason: 'arrived',
    attempts: [{ number: 1, lease, effect, outcome }],
  };
}
