import { describe, expect, test } from '@jest/globals';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { advance } from '../../../src/promotion/advance.ts';
import { attemptKey, promotionId } from '../../../src/promotion/records/promotion-id.ts';
import { emptyRecord, stageRecord } from '../../../src/promotion/records/record.ts';
import { nextAttemptAt } from '../../../src/promotion/records/retry.ts';
import {
  decodeRecord,
  encodeRecord,
  recordsIn,
} from '../../../src/promotion/records/stored-record.ts';
import { at, length, pipeline } from '../../builders/promotion.ts';
import { inMemoryRefs } from '../../fakes/in-memory-refs.ts';
import { leaseLength, PipelineWorld } from '../pipeline-world.ts';

describe('the id of a promotion', () => {
  const key = { pipeline: 'app', stage: 'production', generation: 0, version: 'v1' };

  test('is the same for the same promotion, and another for any other', () => {
    const others = [
      { ...key, pipeline: 'api' },
      { ...key, stage: 'staging' },
      { ...key, generation: 1 },
      { ...key, version: 'v2' },
    ];
    expect(promotionId(key)).toBe(promotionId({ ...key }));
    expect(new Set([key, ...others].map(promotionId)).size).toBe(5);
  });

  test('can name a branch, whatever the stage is called', () => {
    for (const stage of ['Prod EU/1', '--', 'ü', 'x'.repeat(90)]) {
      expect(promotionId({ ...key, stage })).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
    }
    expect(attemptKey(promotionId(key), 2)).toMatch(/^production-g0-[0-9a-f]{12}-a2$/);
  });
});

describe('a failure', () => {
  test('is followed by longer and longer waits, spread by half, and in the end by none', () => {
    const retry = { attempts: 5, delay: length('1m'), longest: length('5m') };
    const waits = (jitter: number) =>
      [1, 2, 3, 4].map(
        (made) => ((nextAttemptAt(retry, made, at('12:00'), jitter) ?? 0) - at('12:00')) / 1000,
      );
    expect(waits(0)).toEqual([30, 60, 120, 150]);
    expect(waits(1)).toEqual([60, 120, 240, 300]);
    expect(nextAttemptAt(retry, 5, at('12:00'), 0)).toBeUndefined();
  });
});

async function whole() {
  const world = new PipelineWorld(pipeline({}, { soak: length('1h') }));
  const store = inMemoryRefs('fast-forward').connect();
  let runs = 0;
  const run = async () => {
    runs += 1;
    const ledger = openLedger({
      store,
      writer: { id: `run-${runs}`, by: 'octocat', run: `https://example.com/${runs}` },
      secrets: [],
      now: world.clock,
      pause: async () => undefined,
    });
    const records = recordsIn(ledger, 'app');
    const { decisions } = await advance(
      {
        pipeline: world.pipeline,
        holder: `run-${runs}`,
        lease: leaseLength,
        jitter: 0,
        dryRun: false,
      },
      {
        records,
        observer: world.observer(async () => undefined),
        way: world.way(async () => undefined),
        clock: world.clock,
      },
    );
    return { decisions, record: await records.read() };
  };
  return { world, run, store };
}

describe('in the ledger', () => {
  test('a version goes through, each step in the audit log, in words that people read', async () => {
    const { world, run, store } = await whole();
    world.push();
    await run();
    for (const key of world.open()) world.complete(key);
    for (let index = 0; index < 3; index += 1) {
      world.pass(30 * 60_000);
      await run();
    }
    for (const key of world.open()) world.complete(key);
    world.pass(60_000);
    const { record, decisions } = await run();
    expect(decisions.map(({ decision }) => decision)).toEqual(['none', 'none']);
    expect(stageRecord(record, 'production').promotions[0]?.phase).toBe('succeeded');
    const [commit = ''] = [...(await store.tips('refs/understudy/promotion/')).values()];
    const text = (await store.record(commit)) ?? '';
    expect(text).toContain('"endedAt": "2026-11-24T13:31:00.000Z"');
    expect((await store.history(commit, 20)).map(({ message }) => message).join('\n')).toContain(
      'staging takes v1 (newest: it is the turn of v1)',
    );
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  test('a record that was mended wrongly names each place', () => {
    const record = encodeRecord(emptyRecord('app'));
    const stages = { production: { generation: -1, visits: [{ version: 'v1' }] } };
    expect(() => decodeRecord({ ...record, stages })).toThrow(/stages\.production\.generation/);
    expect(() => decodeRecord({ ...record, freeze: { by: 'a', why: 'b', at: 'today' } })).toThrow(
      'freeze.at: is no time; write 2026-11-21T09:30:00Z',
    );
    expect(() => decodeRecord({ ...record, schema: 2 })).toThrow('schema');
  });
});
