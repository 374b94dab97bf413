import { type Instant, instant } from '../../src/core/time.ts';
import { actMargin, advance } from '../../src/promotion/advance.ts';
import { leaseEnd } from '../../src/promotion/records/leases.ts';
import {
  activePromotion,
  type PipelineRecord,
  stageRecord,
} from '../../src/promotion/records/record.ts';
import { tidyEnded } from '../../src/promotion/tidy.ts';
import { clocksWithin, type Invariants, type Look } from './pipeline-invariants.ts';
import { leaseLength, type PipelineWorld, type Turn } from './pipeline-world.ts';
import type { Tape } from './tape.ts';

interface Worker {
  readonly holder: string;
  go: (() => void) | undefined;
  done: boolean;
  /** By how much its clock is off. */
  skew: number;
  readonly asked?: { readonly stage?: string; readonly version?: string };
}

const most = 5;

/** Runs that are under way at the same time, each with a clock of its own. */
export class Crew {
  private readonly world: PipelineWorld;
  private readonly invariants: Invariants;
  private readonly tape: Tape;
  private workers: Worker[] = [];
  private started = 0;
  /** Whether one was asked for a version by name. */
  wasAsked = false;

  constructor(world: PipelineWorld, invariants: Invariants, tape: Tape) {
    this.world = world;
    this.invariants = invariants;
    this.tape = tape;
  }

  /** All die. */
  end(): void {
    this.workers = [];
  }

  /** One worker goes on by so many calls. */
  async move(steps: number): Promise<void> {
    const worker = this.tape.pick(this.workers);
    for (let step = 0; step < steps && worker?.go; step += 1) {
      const { go } = worker;
      worker.go = undefined;
      go();
      while (!worker.go && !worker.done) await undefined;
      if (worker.done) this.workers = this.workers.filter((each) => each !== worker);
      this.world.see();
    }
  }

  /** A worker that nobody disturbs. */
  async runAlone(skew: number): Promise<void> {
    await this.work(this.worker(skew), async () => undefined);
  }

  async start(): Promise<void> {
    if (this.workers.length >= most) return this.move(1);
    const worker = this.worker(this.skew());
    const turn = () =>
      new Promise<void>((resolve) => {
        worker.go = resolve;
      });
    this.workers.push(worker);
    void this.work(worker, turn).finally(() => {
      worker.done = true;
    });
    while (!worker.go && !worker.done) await undefined;
  }

  private worker(skew: number): Worker {
    this.started += 1;
    const worker = { holder: `run-${this.started}`, go: undefined, done: false, skew };
    if (this.tape.isOver || this.tape.choose(8) > 0) return worker;
    const stage = this.tape.pick(this.world.pipeline.stages)?.name ?? '';
    const version =
      this.tape.choose(2) === 0 ? this.tape.pick(this.world.versions)?.key : undefined;
    if (version) this.wasAsked = true;
    return { ...worker, asked: { stage, ...(version !== undefined && { version }) } };
  }

  /** Between two clocks there may be as much as clocks may differ. */
  skew(): number {
    const widest = this.world.areClocksFarOff ? 3_600_000 : clocksWithin / 2;
    return (this.tape.choose(21) - 10) * (widest / 10);
  }

  private async work(worker: Worker, turn: Turn): Promise<void> {
    const { world, invariants } = this;
    const { holder, asked } = worker;
    const clock = () => instant(world.now + worker.skew);
    try {
      const advanced = await advance(
        {
          pipeline: world.pipeline,
          holder,
          lease: leaseLength,
          jitter: 0.5,
          dryRun: false,
          ...(asked && { asked }),
        },
        {
          records: world.records(turn, clock, holder),
          observer: world.observer(turn, clock, (moment, at) => {
            const look: Look = { moment, at, clock: clock(), versions: world.versions.length };
            invariants.looks.set(holder, look);
            if (asked?.version) invariants.asked.add(look);
          }),
          way: world.way(turn, clock),
          clock,
        },
      );
      if (advanced.faults.length > 0) throw advanced.faults[0];
      if (this.world.pipeline.stages.some(({ via }) => via === 'dispatch'))
        await this.tidy(holder, advanced.record, turn, clock);
      await turn();
      if (advanced.changed === 'recorded') this.deploy(holder, advanced.record, clock());
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('lost')))
        world.broken.push(`${error instanceof Error ? error.stack : error}`);
    }
  }

  private async tidy(holder: string, record: PipelineRecord, turn: Turn, clock: () => Instant) {
    const { world } = this;
    const way = world.way(turn, clock);
    const records = world.records(turn, clock, holder);
    await tidyEnded({ records, way, clock, warn: () => undefined }, record);
  }

  /** The workflow deploys what was handed out to it, while it may. */
  private deploy(holder: string, record: PipelineRecord, now: number): void {
    const { world } = this;
    for (const { name, via } of world.pipeline.stages) {
      const promotion = activePromotion(stageRecord(record, name));
      const attempt = promotion?.attempts.at(-1);
      if (
        via !== 'outputs' ||
        !promotion ||
        !attempt ||
        attempt.outcome ||
        attempt.lease.holder !== holder
      )
        continue;
      if (now + actMargin >= leaseEnd(attempt)) continue;
      const key = attempt.lease.effect;
      const order = { pipeline: 'app', stage: name, promotion, attempt: attempt.number, key };
      this.invariants.acts(order);
      world.start(order);
    }
  }

  die(): void {
    const worker = this.tape.pick(this.workers);
    this.workers = this.workers.filter((each) => each !== worker);
  }

  resetClock(): void {
    const worker = this.tape.pick(this.workers);
    if (worker) worker.skew = this.skew();
  }
}
