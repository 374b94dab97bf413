import { advance } from '../../src/promotion/advance.ts';
import { decidePromotions } from '../../src/promotion/decide.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import type { ActOrder } from '../../src/promotion/ports.ts';
import { hasEnded, stageRecord } from '../../src/promotion/records/record.ts';
import { settle } from '../../src/promotion/settle.ts';
import { abort } from '../../src/promotion/transitions/abort.ts';
import { hold, release } from '../../src/promotion/transitions/hold.ts';
import { rearm } from '../../src/promotion/transitions/rearm.ts';
import { rollback } from '../../src/promotion/transitions/rollback.ts';
import { factsOf, leaseLength, PipelineWorld } from './pipeline-world.ts';

/** A number of a tape: what happens next, and the choices within it. */
export type Choice = number;

interface Worker {
  readonly holder: string;
  go: (() => void) | undefined;
  done: boolean;
  /** How many moments the world had seen when this worker looked at it. */
  seen: number;
}

interface Truth {
  readonly version: string | undefined;
  readonly health: string;
}

const most = 5;
const mostVersions = 7;

/**
 * One history of a pipeline, made from a tape: workers take steps in any order, die, read what is old, lose answers;
 * stages fall ill and recover; people hold, release, roll back and abort; the clock jumps.
 */
export class Interleaving {
  readonly world: PipelineWorld;
  readonly log: string[] = [];
  private workers: Worker[] = [];
  private started = 0;
  private readonly truths = new Map<string, Truth[]>();
  private readonly order: ActOrder[] = [];
  private readonly tape: readonly Choice[];
  private position = 0;
  private moments = 0;

  private readonly isLogged: boolean;

  constructor(pipeline: Pipeline, tape: readonly Choice[], isLogged = false) {
    this.isLogged = isLogged;
    this.world = new PipelineWorld(pipeline);
    this.tape = tape;
    this.see();
  }

  async play(): Promise<void> {
    this.world.push();
    while (this.position < this.tape.length) {
      await this.step();
      this.see();
    }
  }

  /** Everything is well again, and one more version is pushed: it must come to every stage. */
  async settle(rounds: number): Promise<string[]> {
    this.workers = [];
    const { world } = this;
    for (const key of ['swap', 'act', 'staleBy'] as const) delete world.faults[key];
    for (const stage of world.stages.values()) stage.health = 'healthy';
    const last = world.push();
    this.lift();
    for (let round = 0; round < rounds; round += 1) {
      world.pass(30 * 60_000);
      this.see();
      await this.worker(async () => undefined, { seen: 0 });
      this.finishOpen();
      this.see();
      if ([...world.stages.values()].every(({ version }) => version === last)) return [];
    }
    const facts = factsOf(world);
    const decisions = decidePromotions({ ...facts, record: settle(facts, 0) });
    const why = decisions.map(
      ({ stage, reason }) => `${stage} runs ${world.stage(stage).version}, ${reason}`,
    );
    return [`${last} did not arrive everywhere: ${why.join('; ')}`];
  }

  /** What should never have happened. */
  violations(): string[] {
    return [...this.world.broken, ...this.backward()];
  }

  private choose(below: number): number {
    const choice = this.tape[this.position % this.tape.length] ?? 0;
    this.position += 1;
    return choice % below;
  }

  private pick<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.choose(from.length)];
  }

  private async step(): Promise<void> {
    const kind = this.choose(40);
    if (this.isLogged) this.note(kind);
    if (kind < 9) return this.move(1 + this.choose(3));
    if (kind < 12) return this.start();
    if (kind < 17) return this.runAlone();
    if (kind < 23) return this.complete();
    if (kind < 29) return this.pass();
    if (kind < 31) return this.pushVersion();
    if (kind < 33) return this.fallIll();
    if (kind < 35) return this.heal();
    return [
      () => this.fail(),
      () => this.die(),
      () => this.spoil(),
      () => this.command(),
      () => (this.choose(3) === 0 ? this.drift() : this.lift()),
    ][kind - 35]?.();
  }

  /** For whoever looks into a counterexample. */
  private note(kind: number): void {
    const stages = [...this.world.stages].map(([name, { version, health }]) => {
      const record = stageRecord(this.world.record, name);
      const last = record.promotions.at(-1);
      return `${name}: ${version} ${health}, ${last?.version} ${last?.kind} ${last?.phase} g${record.generation} f${record.frontier} r${record.rearmed.map(({ version, generation }) => `${version}g${generation}`)}`;
    });
    const line =
      `${kind}`.padEnd(3) +
      `+${this.world.now % 100_000_000} ${stages.join(' | ')} open ${this.world.open()}`;
    if (line.slice(3) !== this.log.at(-1)?.slice(3)) this.log.push(line);
  }

  /** One worker goes on by so many calls. */
  private async move(steps: number): Promise<void> {
    const worker = this.pick(this.workers);
    for (let step = 0; step < steps && worker?.go; step += 1) {
      const { go } = worker;
      worker.go = undefined;
      go();
      while (!worker.go && !worker.done) await undefined;
      if (worker.done) this.workers = this.workers.filter((each) => each !== worker);
      this.see();
    }
  }

  /** A worker that nobody disturbs. */
  private async runAlone(): Promise<void> {
    await this.worker(async () => undefined, { seen: this.moments });
  }

  private async start(): Promise<void> {
    if (this.workers.length >= most) return this.move(1);
    const worker: Worker = { holder: '', go: undefined, done: false, seen: 0 };
    const turn = () =>
      new Promise<void>((resolve) => {
        worker.go = resolve;
      });
    this.workers.push(worker);
    void this.worker(turn, worker).finally(() => {
      worker.done = true;
    });
    while (!worker.go && !worker.done) await undefined;
  }

  private async worker(turn: () => Promise<void>, looked: { seen: number }): Promise<void> {
    const { world } = this;
    this.started += 1;
    const holder = `run-${this.started}`;
    const way = world.way(turn);
    try {
      await advance(
        { pipeline: world.pipeline, holder, lease: leaseLength, jitter: 0.5, dryRun: false },
        {
          records: world.records(turn),
          observer: world.observer(turn, () => {
            looked.seen = this.moments;
          }),
          way: (stage) => ({
            find: (order) => way(stage).find(order),
            act: async (order) => {
              this.check(order, looked.seen);
              return way(stage).act(order);
            },
          }),
          clock: world.clock,
        },
      );
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('lost')))
        world.broken.push(`${error}`);
    }
  }

  /** At the claim, each stage before was seen well, and was well at this version once. */
  private check(order: ActOrder, seen: number): void {
    this.order.push(order);
    const { stage, promotion } = order;
    if (promotion.kind === 'rollback') return;
    const settings = this.world.pipeline.stages.find(({ name }) => name === stage);
    for (const name of settings?.after ?? []) {
      const truths = this.truths.get(name) ?? [];
      if (!truths.slice(seen - 1).some(({ health }) => health === 'healthy'))
        this.world.broken.push(
          `${stage} took ${promotion.version} past ${name}, which was not well`,
        );
      const was = truths.some(
        ({ version, health }) => version === promotion.version && health === 'healthy',
      );
      if (!was)
        this.world.broken.push(
          `${stage} took ${promotion.version}, which was never well on ${name}`,
        );
    }
  }

  private complete(): void {
    const key = this.pick(this.world.open());
    if (key) this.world.complete(key);
  }

  private fail(): void {
    const key = this.pick(this.world.open());
    if (key) this.world.fail(key, this.choose(2) === 0 ? 'failed' : 'closed');
  }

  private die(): void {
    const worker = this.pick(this.workers);
    this.workers = this.workers.filter((each) => each !== worker);
  }

  private fallIll(): void {
    const stage = this.pick([...this.world.stages.values()]);
    if (stage) stage.health = this.choose(2) === 0 ? 'unhealthy' : 'unknown';
  }

  private heal(): void {
    for (const stage of this.world.stages.values()) stage.health = 'healthy';
  }

  private pass(): void {
    const lengths = [1_000, 60_000, 601_000, 1_300_000, 3_600_000, 90_000_000, -9_000];
    this.world.pass(this.pick(lengths) ?? 0);
  }

  private spoil(): void {
    const { faults } = this.world;
    const kind = this.choose(6);
    if (kind === 0) faults.swap = 'before';
    if (kind === 1) faults.swap = 'after';
    if (kind === 2) faults.act = 'before';
    if (kind === 3) faults.act = 'after';
    if (kind === 4) faults.act = 'refused';
    if (kind === 5) faults.staleBy = 1 + this.choose(3);
  }

  private command(): void {
    const { world } = this;
    const stage = this.pick(world.pipeline.stages)?.name ?? '';
    const author = { by: 'octocat', at: world.clock(), why: 'test' };
    const kind = this.choose(4);
    world.command((record) => {
      if (kind === 0) return hold(record, stage, author).record;
      if (kind === 1)
        return rollback(record, stage, author, world.stage(stage).version, undefined).record;
      if (kind === 2) return abort(record, stage, author).record;
      const ended = stageRecord(record, stage).promotions.filter(hasEnded);
      const again = ended[this.choose(Math.max(1, ended.length))];
      return again ? rearm(record, stage, again.version, author).record : record;
    });
  }

  private lift(): void {
    const { world } = this;
    const author = { by: 'octocat', at: world.clock(), why: 'over' };
    for (const { name } of world.pipeline.stages)
      world.command((record) => release(record, name, author).record);
  }

  private pushVersion(): void {
    if (this.world.versions.length < mostVersions) this.world.push();
  }

  /** Somebody deploys by hand. */
  private drift(): void {
    const stage = this.pick([...this.world.stages.values()]);
    const version = this.pick(this.world.versions);
    if (stage && version && this.choose(3) === 0) stage.version = version.key;
  }

  /** What stands behind an active promotion arrives; what was given up goes away. */
  private finishOpen(): void {
    const { world } = this;
    for (const key of world.open()) {
      const order = world.effects.get(key)?.order;
      const promotion = stageRecord(world.record, order?.stage ?? '').promotions.find(
        ({ id }) => id === order?.promotion.id,
      );
      if (promotion && !hasEnded(promotion)) world.complete(key);
      else world.fail(key, 'closed');
    }
  }

  private see(): void {
    this.moments += 1;
    for (const [name, { version, health }] of this.world.stages) {
      const truths = this.truths.get(name) ?? [];
      truths.push({ version, health });
      this.truths.set(name, truths);
    }
  }

  /** Forward promotions of a stage only ever go to newer versions, but for those that a person let in once more. */
  private backward(): string[] {
    const newest = new Map<string, number>();
    const found: string[] = [];
    const ids = new Set<string>();
    for (const { stage, promotion } of this.order) {
      if (ids.has(promotion.id)) continue;
      ids.add(promotion.id);
      const { rearmed } = stageRecord(this.world.record, stage);
      const isRearmed = rearmed.some(
        ({ version, generation }) =>
          version === promotion.version && generation === promotion.generation,
      );
      if (promotion.kind === 'rollback' || isRearmed) continue;
      const index = this.world.versions.findIndex(({ key }) => key === promotion.version);
      if (index <= (newest.get(stage) ?? -1))
        found.push(`${stage} went back to ${promotion.version} by itself`);
      newest.set(stage, index);
    }
    return found;
  }
}
