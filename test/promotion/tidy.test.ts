import { describe, expect, test } from '@jest/globals';
import type { ActOrder, NextRecord } from '../../src/promotion/ports.ts';
import {
  type Attempt,
  type Effect,
  emptyRecord,
  type PipelineRecord,
  type Promotion,
  stageRecord,
  withStage,
} from '../../src/promotion/records/record.ts';
import { tidyEnded } from '../../src/promotion/tidy.ts';
import { at } from '../builders/promotion.ts';

const pull = (number: number): Effect => ({
  kind: 'pull-request',
  reference: String(number),
  url: `https://github.com/acme/app/pull/${number}`,
  at: at('10:00'),
});
const run: Effect = { kind: 'run', reference: '7', at: at('10:00') };

function attempt(more: Partial<Attempt> = {}, until = '11:00'): Attempt {
  const lease = {
    holder: 'me',
    since: '2026-11-24T10:00:00.000Z',
    until: `2026-11-24T${until}:00.000Z`,
    effect: 'key',
  };
  return { number: 1, lease, ...more };
}

function promotion(version: string, more: Partial<Promotion> = {}): Promotion {
  return {
    id: `production-${version}`,
    version,
    generation: 0,
    kind: 'forward',
    phase: 'aborted',
    createdAt: at('10:00'),
    endedAt: at('11:30'),
    reason: 'aborted: by ada: enough',
    attempts: [attempt({ effect: pull(1) })],
    ...more,
  };
}

function recordOf(...promotions: Promotion[]): PipelineRecord {
  return withStage(emptyRecord('app'), 'production', (stage) => ({ ...stage, promotions }));
}

/** A ledger and a way that tell what was asked of them. */
class Site {
  record: PipelineRecord;
  readonly tidied: string[] = [];
  readonly whys: string[] = [];
  readonly warnings: string[] = [];
  readonly broken = new Set<string>();
  found: Effect | undefined;
  changes = 0;

  constructor(...promotions: Promotion[]) {
    this.record = recordOf(...promotions);
  }

  async run(now = at('12:00')): Promise<PipelineRecord> {
    return tidyEnded(
      {
        records: { change: async (next) => this.change(next) },
        way: (stage) => (stage === 'production' ? this.way() : undefined),
        clock: () => now,
        warn: (line) => void this.warnings.push(line),
      },
      this.record,
    );
  }

  private async change(
    next: (before: PipelineRecord, now: ReturnType<typeof at>) => NextRecord | undefined,
  ) {
    this.changes += 1;
    const made = next(this.record, at('12:00'));
    if (!made) return { kind: 'unchanged', record: this.record } as const;
    this.whys.push(made.why);
    this.record = made.record;
    return { kind: 'recorded', record: this.record } as const;
  }

  private way() {
    return {
      find: async () => this.found,
      tidy: async ({ promotion: { version } }: ActOrder, effect: Effect, why: string) => {
        if (this.broken.has(version)) throw new Error('GitHub is away');
        this.tidied.push(`${version} ${effect.kind} ${effect.reference} ${why}`);
      },
    };
  }

  notes(): (boolean | undefined)[] {
    return stageRecord(this.record, 'production').promotions.map(({ tidied }) => tidied);
  }
}

describe('clearing away', () => {
  test('takes what ended without success, notes it in one transition, and does it once', async () => {
    const site = new Site(promotion('v1'), promotion('v2', { phase: 'errored' }));
    expect(await site.run()).toBe(site.record);
    expect(site.tidied).toEqual([
      'v1 pull-request 1 aborted: by ada: enough',
      'v2 pull-request 1 aborted: by ada: enough',
    ]);
    expect(site.notes()).toEqual([true, true]);
    expect(site.changes).toBe(1);
    expect(site.whys).toEqual(['tidied: production-v1, production-v2']);
    await site.run();
    expect(site.tidied).toHaveLength(2);
    expect(site.changes).toBe(1);
  });

  test('says by which newer one it was superseded, and where that is', async () => {
    const newer = promotion('v2', { phase: 'running', attempts: [attempt({ effect: pull(2) })] });
    const site = new Site(promotion('v1', { reason: 'superseded: by v2' }), newer);
    await site.run();
    const url = 'https://github.com/acme/app/pull/2';
    expect(site.tidied).toEqual([`v1 pull-request 1 superseded: by v2, ${url}`]);
    expect(site.notes()).toEqual([true, undefined]);
  });

  test('leaves alone what is under way, a run that ended well, and what did nothing', async () => {
    const site = new Site(
      promotion('v1', { phase: 'running' }),
      promotion('v2', { phase: 'succeeded', attempts: [attempt({ effect: run })] }),
      promotion('v3', { attempts: [] }),
    );
    await site.run();
    expect(site.tidied).toEqual([]);
    expect(site.changes).toBe(0);
  });

  test('takes the pull request of a version that came another way', async () => {
    const site = new Site(promotion('v1', { phase: 'succeeded', reason: 'arrived: it runs' }));
    await site.run();
    expect(site.tidied).toEqual(['v1 pull-request 1 arrived: it runs']);
  });

  test('looks for what a holder that died may have left, once its lease is over', async () => {
    const site = new Site(promotion('v1', { attempts: [attempt({}, '11:45')] }));
    site.found = pull(3);
    await site.run(at('11:40'));
    expect(site.tidied).toEqual([]);
    await site.run(at('11:50'));
    expect(site.tidied).toEqual(['v1 pull-request 3 aborted: by ada: enough']);
    expect(site.notes()).toEqual([true]);
  });

  test('notes what a holder that died did, or that nothing is there of it', async () => {
    const left = (version: string) => promotion(version, { attempts: [attempt()] });
    const last = async (site: Site) => {
      await site.run();
      return stageRecord(site.record, 'production').promotions[0]?.attempts[0];
    };
    const site = new Site(left('v1'));
    site.found = pull(3);
    expect(await last(site)).toEqual(attempt({ effect: pull(3) }));
    expect((await last(new Site(left('v1'))))?.outcome?.result).toBe('lost');
    const arrived = new Site(promotion('v1', { phase: 'succeeded', attempts: [attempt()] }));
    arrived.found = run;
    expect(await last(arrived)).toMatchObject({ effect: run, outcome: { result: 'succeeded' } });
    expect(arrived.tidied).toEqual([]);
  });

  test('goes on after a failure, which is a warning and stays for the next run', async () => {
    const site = new Site(promotion('v1'), promotion('v2'));
    site.broken.add('v1');
    await site.run();
    expect(site.notes()).toEqual([undefined, true]);
    expect(site.warnings).toEqual([
      'production: production-v1 could not be cleared away: GitHub is away',
    ]);
    site.broken.clear();
    await site.run();
    expect(site.notes()).toEqual([true, true]);
  });

  test('takes five in a run, the newest first', async () => {
    const all = ['1', '2', '3', '4', '5', '6', '7'].map((n) =>
      promotion(`v${n}`, { endedAt: at(`11:0${n}`) }),
    );
    const site = new Site(...all);
    await site.run();
    expect(site.tidied.map((line) => line.slice(0, 2))).toEqual(['v7', 'v6', 'v5', 'v4', 'v3']);
    await site.run();
    expect(site.notes()).toEqual(all.map(() => true));
  });

  test('leaves a stage alone that has no way to clear anything away', async () => {
    const site = new Site();
    site.record = withStage(emptyRecord('app'), 'gone', (stage) => ({
      ...stage,
      promotions: [promotion('v1')],
    }));
    await site.run();
    expect(site.changes).toBe(0);
  });
});
