import { type Instant, instant } from '../../src/core/time.ts';
import type { EffectState, StageObservation } from '../../src/promotion/facts.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import type { ActOrder, Observed } from '../../src/promotion/ports.ts';
import {
  type Effect,
  emptyRecord,
  type PipelineRecord,
} from '../../src/promotion/records/record.ts';
import type { Version } from '../../src/promotion/versions.ts';
import { openZone } from '../../src/promotion/windows/zone.ts';

/** What a stage really is. */
export interface RealStage {
  version: string | undefined;
  health: 'healthy' | 'unhealthy' | 'unknown';
}

/** An effect as it really is, and of what. */
export interface RealEffect {
  readonly order: ActOrder;
  readonly effect: Effect;
  state: EffectState['state'];
  /** Whether its stage got the version. */
  arrived: boolean;
}

/** How the stages really were. */
export interface Moment {
  readonly at: Instant;
  readonly stages: Readonly<Record<string, Readonly<RealStage>>>;
}

/** What is under way for a while, and lands then, or when its time is over. */
interface Late {
  left: number;
  readonly until: number;
  land(): void;
}

const utc = openZone('UTC');

/** A repository, its environments and its ledger, in memory. */
export class PipelineState {
  now: number = Date.parse('2026-11-24T12:00:00Z');
  readonly versions: Version[] = [];
  /** The check `build`, by version. */
  readonly checks = new Map<string, 'success' | 'failure' | 'pending'>();
  readonly stages = new Map<string, RealStage>();
  readonly moments: Moment[] = [];
  readonly effects = new Map<string, RealEffect>();
  readonly chain: PipelineRecord[];
  readonly pipeline: Pipeline;
  readonly broken: string[] = [];
  protected late: Late[] = [];
  /** When runs were told to end: GitHub ends them after five minutes, if they do not before. */
  private readonly cancelled = new Map<string, number>();

  constructor(pipeline: Pipeline) {
    this.pipeline = pipeline;
    this.chain = [emptyRecord(pipeline.name)];
    for (const { name } of pipeline.stages)
      this.stages.set(name, { version: undefined, health: 'healthy' });
    this.see();
  }

  get record(): PipelineRecord {
    return this.chain.at(-1) as PipelineRecord;
  }

  clock = (): Instant => instant(this.now);

  /** What is under way must land before its time is over. */
  pass(milliseconds: number): void {
    for (const each of this.late) if (each.until <= this.now + milliseconds) each.left = 0;
    this.landLate();
    this.now += milliseconds;
    for (const [key, at] of this.cancelled) {
      const real = this.effects.get(key);
      if (real?.state === 'open' && this.now >= at + 300_000) real.state = 'cancelled';
    }
  }

  cancel(key: string): void {
    if (!this.cancelled.has(key)) this.cancelled.set(key, this.now);
  }

  /** Remembers how everything is; what was late may land. */
  see(): void {
    for (const each of this.late) each.left -= 1;
    this.landLate();
    const stages = Object.fromEntries([...this.stages].map(([name, real]) => [name, { ...real }]));
    this.moments.push({ at: this.clock(), stages });
  }

  push(check: 'success' | 'failure' | 'pending' = 'success'): string {
    const key = `v${this.versions.length + 1}`;
    const commit = key.padEnd(40, '0');
    this.versions.push({ key, commit, at: this.clock(), authors: ['octocat'] });
    this.checks.set(key, check);
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

  /** An effect comes to its end, and reaches its stage at once or later. */
  complete(key: string, arrives = true): void {
    const real = this.effects.get(key);
    if (real?.state !== 'open') throw new Error(`${key} is not under way`);
    real.state = 'done';
    if (arrives) this.arrive(key);
  }

  arrive(key: string): void {
    const real = this.effects.get(key);
    if (!real) throw new Error(`no effect ${key}`);
    real.arrived = true;
    this.stage(real.order.stage).version = real.order.promotion.version;
  }

  fail(key: string, state: 'failed' | 'closed'): void {
    const real = this.effects.get(key);
    if (real?.state !== 'open') throw new Error(`${key} is not under way`);
    const isRun = this.viaOf(real.order) === 'dispatch';
    real.state = isRun && state === 'closed' ? 'cancelled' : state;
  }

  open(): string[] {
    return [...this.effects].filter(([, { state }]) => state === 'open').map(([key]) => key);
  }

  /** Effects that are done and did not reach their stage yet. */
  onTheirWay(): string[] {
    const waiting = [...this.effects].filter(
      ([, { state, arrived }]) => state === 'done' && !arrived,
    );
    return waiting.map(([key]) => key);
  }

  observed(moment = this.moments.length - 1, at = this.clock()): Observed {
    if (!utc) throw new Error('no UTC');
    const effects: Record<string, EffectState> = {};
    for (const [key, { state, order }] of this.effects)
      if (this.viaOf(order) !== 'outputs') effects[key] = { state, at, evidence: state };
    return {
      history: { versions: [...this.versions] },
      observations: this.observations(moment, at),
      checks: Object.fromEntries(
        [...this.checks].map(([key, state]) => [key, { build: { state } }]),
      ),
      people: { hubot: { permission: 'maintain', teams: [] } },
      effects,
      calendars: { UTC: { zone: utc } },
    };
  }

  protected viaOf({ stage }: ActOrder) {
    return this.pipeline.stages.find(({ name }) => name === stage)?.via;
  }

  private observations(moment: number, at: Instant): Record<string, StageObservation> {
    const { stages = {} } = this.moments[moment] ?? {};
    return Object.fromEntries(
      Object.entries(stages).map(([name, { version, health }]) => [
        name,
        health === 'unknown'
          ? { health, at, evidence: 'no answer' }
          : { health, version, at, evidence: health },
      ]),
    );
  }

  private landLate(): void {
    const landing = this.late.filter(({ left }) => left <= 0);
    if (landing.length === 0) return;
    this.late = this.late.filter(({ left }) => left > 0);
    for (const { land } of landing) land();
  }
}
