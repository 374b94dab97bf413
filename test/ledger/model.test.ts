import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import { cellRef } from '../../src/ledger/cell-ref.ts';
import { mayAct } from '../../src/ledger/lease.ts';
import type { LedgerRecord } from '../../src/ledger/record.ts';
import { modelTimeout, playModel } from '../builders/model-runs.ts';
import {
  type Fate,
  type InMemoryRefs,
  inMemoryRefs,
  type SwapRule,
} from '../fakes/in-memory-refs.ts';
import { interleaving, type Step } from './interleaving.ts';
import {
  margin,
  type Shop,
  startWorker,
  type Task,
  type Work,
  type Worker,
  work,
} from './workers.ts';

/** Three properties for each of two rules. */
const shares = 6;
const ref = cellRef(work);

const well: Fate = { kind: 'well' };
const crash = fc.constantFrom<Fate>({ kind: 'crash-before' }, { kind: 'crash-after' });
const lost = fc.constantFrom<Fate>({ kind: 'lost-answer' }, { kind: 'lost-request' });
const stale = fc.record({
  kind: fc.constant('stale' as const),
  age: fc.integer({ min: 1, max: 4 }),
});
const late = fc.record({
  kind: fc.constant('late' as const),
  delay: fc.integer({ min: 1, max: 8 }),
});

const step: fc.Arbitrary<Step> = fc.record({
  turn: fc.nat(20),
  swap: fc.oneof(
    { weight: 6, arbitrary: fc.constant(well) },
    { weight: 3, arbitrary: lost },
    { weight: 3, arbitrary: late },
    { weight: 1, arbitrary: crash },
  ),
  other: fc.oneof(
    { weight: 30, arbitrary: fc.constant(well) },
    { weight: 10, arbitrary: stale },
    { weight: 1, arbitrary: lost },
    { weight: 1, arbitrary: crash },
  ),
  milliseconds: fc.oneof(fc.nat(3_000), fc.constantFrom(10_000, 20_000)),
});

/** Steps in which hardly a swap arrives, or is answered, until its writer gives up. */
const storm: fc.Arbitrary<Step> = fc.record({
  turn: fc.nat(20),
  swap: fc.oneof(
    { weight: 10, arbitrary: fc.constant<Fate>({ kind: 'lost-request' }) },
    { weight: 2, arbitrary: late },
  ),
  other: fc.constant(well),
  milliseconds: fc.nat(3_000),
});

const schedules: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 8, arbitrary: fc.array(step, { maxLength: 100, size: 'max' }) },
  { weight: 2, arbitrary: fc.array(storm, { minLength: 60, maxLength: 100, size: 'max' }) },
);

function scripts(skew: number): fc.Arbitrary<{ skew: number; tasks: Task[] }[]> {
  const skews = fc.oneof(fc.constantFrom(-skew, skew), fc.integer({ min: -skew, max: skew }));
  const task: fc.Arbitrary<Task> = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Task>({ kind: 'raise' }) },
    { weight: 5, arbitrary: fc.constant<Task>({ kind: 'job' }) },
    { weight: 2, arbitrary: fc.constant<Task>({ kind: 'witness' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock' as const), skew: skews }) },
  );
  const tasks = fc.array(task, { minLength: 1, maxLength: 5, size: 'max' });
  return fc.array(fc.record({ skew: skews, tasks }), { minLength: 2, maxLength: 5, size: 'max' });
}

interface Played extends Shop {
  readonly workers: readonly Worker[];
  readonly records: readonly LedgerRecord[];
}

async function play(
  rule: SwapRule,
  script: readonly { skew: number; tasks: readonly Task[] }[],
  steps: readonly Step[],
  watch: (workers: readonly Worker[]) => void = () => {},
): Promise<Played> {
  const shop: Shop = { refs: inMemoryRefs(rule), turns: interleaving(steps), effects: [] };
  const workers = script.map(({ skew, tasks }, index) =>
    startWorker(shop, `w${index}`, tasks, skew),
  );
  await shop.turns.run(() => watch(workers));
  return { ...shop, workers, records: recordsOf(shop.refs) };
}

function recordsOf(refs: InMemoryRefs): LedgerRecord[] {
  return refs.chain(ref).map((commit) => JSON.parse(refs.commits.get(commit)?.record ?? ''));
}

/** Every acknowledged transition is in the chain once; what was said not to be recorded is not. */
function expectWhole({ refs, workers, records }: Played): void {
  const chain = refs.chain(ref);
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
  records.forEach(({ previous }, index) => {
    expect(previous).toEqual(chain.slice(Math.max(0, index - 10), index).reverse());
  });
  const operations = records.map(({ operation }) => operation);
  expect(new Set(operations).size).toBe(operations.length);
  for (const { id, told } of workers) {
    for (const commit of told.recorded)
      expect(chain.filter((one) => one === commit)).toHaveLength(1);
    const there = operations.filter((operation) => operation.startsWith(`${id}-`)).length;
    expect(there).toBeGreaterThanOrEqual(told.recorded.length);
    expect(there).toBeLessThanOrEqual(told.recorded.length + told.uncertain);
  }
}

/** No state was built on one that was not there: nothing raised is lost, no lease passes on before its end. */
function expectSteps(records: readonly LedgerRecord[]): void {
  let before: Work = { raised: 0, done: 0 };
  for (const { why, state, at, by } of records) {
    const after = state as Work;
    const { lease } = before;
    if (why === 'raises') expect(after).toEqual({ ...before, raised: before.raised + 1 });
    if (why === 'records') {
      expect(after).toEqual({ raised: before.raised, done: before.done + 1 });
      expect(lease?.holder).toBe(by);
    }
    if (why === 'claims') expect(lease === undefined || lease.holder === by).toBe(true);
    if (why.startsWith('takes over')) {
      expect(why).toBe(`takes over ${lease?.holder}`);
      expect(parseInstant(String(at))).toBeGreaterThanOrEqual(
        parseInstant(lease?.until ?? '') ?? 0,
      );
    }
    before = after;
  }
}

describe.each<SwapRule>(['fast-forward', 'lease'])('workers at one cell, swapped by %s', (rule) => {
  test(
    'record what they say, once, whatever is stale, lost, late or killed',
    async () => {
      const property = fc.asyncProperty(scripts(10 * 60_000), schedules, async (script, steps) => {
        const played = await play(rule, script, steps);
        expectWhole(played);
        expectSteps(played.records);
      });
      await playModel(property, shares);
    },
    modelTimeout,
  );

  test(
    'never act two at a time, and leave one effect for each job, while clocks differ by less than the margin',
    async () => {
      const property = fc.asyncProperty(scripts(margin / 2), schedules, async (script, steps) => {
        const watch = (workers: readonly Worker[]) => {
          const acting = workers.filter(
            ({ told: { lease }, now }) => lease && mayAct(lease, lease, now(), margin),
          );
          expect(acting.length).toBeLessThanOrEqual(1);
        };
        const { effects, records, refs, turns } = await play(rule, script, steps, watch);
        expect(new Set(effects.map(({ key }) => key)).size).toBe(effects.length);
        const { done } = (records.at(-1)?.state ?? { done: 0 }) as Work;
        for (let index = 0; index < done; index += 1) {
          expect(effects.map(({ key }) => key)).toContain(`job-${index}`);
        }
        turns.calm();
        const later = startWorker({ refs, turns, effects }, 'later', [{ kind: 'job' }], 3_600_000);
        await turns.run(() => {});
        expect(later.told).toMatchObject({ finished: true, faults: [] });
        const end = recordsOf(refs).at(-1)?.state as Work;
        expect(end.done).toBeGreaterThan(done);
        expect(effects).toHaveLength(end.done);
        expect(new Set(effects.map(({ key }) => key)).size).toBe(effects.length);
      });
      await playModel(property, shares);
    },
    modelTimeout,
  );

  test(
    'call nothing lost that is not: old reads are told by what the run saw itself',
    async () => {
      const property = fc.asyncProperty(scripts(margin / 2), schedules, async (script, steps) => {
        const old = steps.some(({ other }) => other.kind === 'stale');
        const some = script.map(({ skew, tasks }) => ({
          skew,
          tasks: tasks.filter(({ kind }) => kind !== 'witness' || !old),
        }));
        const { workers } = await play(rule, some, steps);
        const said = workers.flatMap(({ told }) => told.faults);
        expect(said.filter((fault) => fault instanceof UserError)).toEqual([]);
      });
      await playModel(property, shares);
    },
    modelTimeout,
  );
});
