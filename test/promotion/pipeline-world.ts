import { duration, type Instant, instant } from '../../src/core/time.ts';
import { clockMargin } from '../../src/ledger/lease.ts';
import type { EffectState, PromotionFacts, StageObservation } from '../../src/promotion/facts.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import type {
  ActOrder,
  Changed,
  NextRecord,
  Observed,
  Observer,
  PipelineRecords,
  Way,
} from '../../src/promotion/ports.ts';
import {
  type Effect,
  emptyRecord,
  type PipelineRecord,
} from '../../src/promotion/records/record.ts';
import type { Version } from '../../src/promotion/versions.ts';
import { openZone } from '../../src/promotion/windows/zone.ts';

/** What a stage really is. */
interface RealStage {
  version: string | undefined;
  health: 'healthy' | 'unhealthy' | 'unknown';
}

/** An effect as it really is, and of what. */
interface RealEffect {
  readonly order: ActOrder;
  readonly effect: Effect;
  state: EffectState['state'];
}

/** Called before each step of a worker to the world; a worker whose turn never comes has died. */
export type Turn = () => Promise<void>;

/** What goes wrong at the next call of a kind. */
export interface Faults {
  /** Answers that are lost: the call is carried out (`after`), or not (`before`), and the caller is not told. */
  swap?: 'before' | 'after';
  act?: 'before' | 'after' | 'refused';
  /** Reads that answer with what was there so many transitions ago. */
  staleBy?: number;
}

/**
 * A repository and its environments in memory. As in the mock of pipeline-controller #214, starting a promotion that
 * was started before, or finishing one that is not under way, is an error at once.
 */
export class PipelineWorld {
  now: number = Date.parse('2026-11-24T12:00:00Z');
  readonly versions: Version[] = [];
  readonly stages = new Map<string, RealStage>();
  readonly effects = new Map<string, RealEffect>();
  readonly chain: PipelineRecord[];
  readonly pipeline: Pipeline;
  readonly faults: Faults = {};
  /** Claims as they were made, with what their holder had seen. */
  readonly broken: string[] = [];

  constructor(pipeline: Pipeline) {
    this.pipeline = pipeline;
    this.chain = [emptyRecord(pipeline.name)];
    for (const { name } of pipeline.stages)
      this.stages.set(name, { version: undefined, health: 'healthy' });
  }

  get record(): PipelineRecord {
    return this.chain.at(-1) as PipelineRecord;
  }

  clock = (): Instant => instant(this.now);

  pass(milliseconds: number): void {
    this.now += milliseconds;
  }

  push(): string {
    const key = `v${this.versions.length + 1}`;
    const commit = key.padEnd(40, '0');
    this.versions.push({ key, commit, at: this.clock(), authors: ['octocat'] });
    return key;
  }

  stage(name: string): RealStage {
    const stage = this.stages.get(name);
    if (!stage) throw new Error(`no stage ${name}`);
    return stage;
  }

  /** Replaces the record as a person would, by a command. */
  command(change: (record: PipelineRecord) => PipelineRecord): void {
    const next = change(this.record);
    if (next !== this.record) this.chain.push(next);
  }

  /** An effect reaches its stage. */
  complete(key: string): void {
    const real = this.effects.get(key);
    if (real?.state !== 'open') throw new Error(`${key} is not under way`);
    real.state = 'done';
    this.stage(real.order.stage).version = real.order.promotion.version;
  }

  fail(key: string, state: 'failed' | 'closed'): void {
    const real = this.effects.get(key);
    if (real?.state !== 'open') throw new Error(`${key} is not under way`);
    real.state = state;
  }

  open(): string[] {
    return [...this.effects].filter(([, { state }]) => state === 'open').map(([key]) => key);
  }

  observations(): Record<string, StageObservation> {
    return Object.fromEntries(
      [...this.stages].map(([name, { version, health }]) => [
        name,
        health === 'unknown'
          ? { health, at: this.clock(), evidence: 'no answer' }
          : { health, version, at: this.clock(), evidence: health },
      ]),
    );
  }

  observed(): Observed {
    const zone = openZone('UTC');
    if (!zone) throw new Error('no UTC');
    const effects: Record<string, EffectState> = {};
    for (const [key, { state }] of this.effects)
      effects[key] = { state, at: this.clock(), evidence: state };
    return {
      history: { versions: [...this.versions] },
      observations: this.observations(),
      checks: {},
      people: {},
      effects,
      calendars: { UTC: { zone } },
    };
  }

  observer(turn: Turn, saw: (observed: Observed) => void = () => undefined): Observer {
    return {
      observe: async () => {
        await turn();
        const observed = this.observed();
        saw(observed);
        return observed;
      },
    };
  }

  records(turn: Turn): PipelineRecords {
    return {
      read: async () => {
        await turn();
        return this.tip();
      },
      change: async (next) => {
        for (let attempt = 0; attempt < 20; attempt += 1) {
          await turn();
          const before = this.tip();
          const wanted = next(before, this.clock());
          if (!wanted) return { kind: 'unchanged', record: before };
          await turn();
          const changed = this.swap(before, wanted);
          if (changed) return changed;
        }
        return { kind: 'contended', record: this.record };
      },
    };
  }

  way(turn: Turn): (stage: string) => Way {
    return () => ({
      find: async ({ key }) => {
        await turn();
        return this.effects.get(key)?.effect;
      },
      act: async (order) => {
        const sentAt = this.now;
        await turn();
        // The world's one promise: a request that takes longer than clocks may differ is given up, and lands no more.
        if (this.now - sentAt >= clockMargin) throw new Error('the answer was lost');
        const fault = this.faults.act;
        delete this.faults.act;
        if (fault === 'before') throw new Error('the answer was lost');
        if (fault === 'refused')
          return { kind: 'failed', at: this.clock(), evidence: '503', transient: true };
        const effect = this.start(order);
        if (fault === 'after') throw new Error('the answer was lost');
        return { kind: 'acted', effect };
      },
    });
  }

  /** `startPromotion` of #214: never twice for one attempt, and never while another effect of its key stands. */
  private start(order: ActOrder): Effect {
    const { promotion, key, stage } = order;
    const others = [...this.effects.values()].filter(
      (each) => each.order.promotion.id === promotion.id && each.state !== 'failed',
    );
    if (this.effects.has(key) || others.length > 0)
      this.broken.push(`${stage} was promoted twice to ${promotion.version}: ${key}`);
    const effect: Effect = { kind: 'ref', reference: key, at: this.clock() };
    this.effects.set(key, { order, effect, state: 'open' });
    return effect;
  }

  private tip(): PipelineRecord {
    const back = this.faults.staleBy ?? 0;
    delete this.faults.staleBy;
    return this.chain[Math.max(0, this.chain.length - 1 - back)] as PipelineRecord;
  }

  private swap(before: PipelineRecord, { record }: NextRecord): Changed | undefined {
    const fault = this.faults.swap;
    delete this.faults.swap;
    if (fault === 'before') return { kind: 'unknown', detail: 'the answer was lost' };
    if (this.record !== before) return undefined;
    this.chain.push(record);
    return fault === 'after'
      ? { kind: 'unknown', detail: 'the answer was lost' }
      : { kind: 'recorded', record };
  }
}

/** A lease that is long against the steps of a test, and short against its jumps. */
export const leaseLength = duration(600_000);

/** Facts as a worker would have them, to ask decisions without a worker. */
export function factsOf(world: PipelineWorld): PromotionFacts {
  return {
    pipeline: world.pipeline,
    record: world.record,
    ...world.observed(),
    now: world.clock(),
  };
}
