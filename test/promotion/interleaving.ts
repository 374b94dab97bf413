import { decidePromotions } from '../../src/promotion/decide.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import { leaseEnd, openClaim } from '../../src/promotion/records/leases.ts';
import { hasEnded, type PipelineRecord, stageRecord } from '../../src/promotion/records/record.ts';
import { settle } from '../../src/promotion/settle.ts';
import { approve } from '../../src/promotion/transitions/approve.ts';
import { report } from '../../src/promotion/transitions/report.ts';
import { Crew } from './crew.ts';
import { commands } from './model-commands.ts';
import { Invariants } from './pipeline-invariants.ts';
import { factsOf, PipelineWorld } from './pipeline-world.ts';
import { Tape } from './tape.ts';

const mostVersions = 7;
const jumps = [1_000, 20_000, 60_000, 601_000, 1_300_000, 3_600_000, 90_000_000];

/** Before the end of a lease: while its holder may act, while it may no more, and after it. */
const before = [95_000, 85_000, 50_000, 20_000, 5_000, -1_000];

/**
 * One history of a pipeline, made from a tape: workers take steps in any order, die, read what is old, lose answers,
 * by clocks that differ; stages fall ill and recover; people hold, release, roll back, abort, approve and deploy by
 * hand; time jumps.
 */
export class Interleaving {
  readonly world: PipelineWorld;
  readonly invariants: Invariants;
  readonly log: string[] = [];
  /** Whether a person or a failing stage may have made versions be left out of a queue. */
  private isDisturbed = false;
  private readonly crew: Crew;
  private readonly tape: Tape;
  private readonly isLogged: boolean;

  constructor(
    pipeline: Pipeline,
    tape: readonly number[],
    { areClocksFarOff = false, isLogged = false } = {},
  ) {
    this.isLogged = isLogged;
    this.world = new PipelineWorld(pipeline);
    this.world.areClocksFarOff = areClocksFarOff;
    this.invariants = new Invariants(this.world);
    this.tape = new Tape(tape);
    this.crew = new Crew(this.world, this.invariants, this.tape);
  }

  async play(): Promise<void> {
    this.world.push();
    while (!this.tape.isOver) {
      await this.step();
      this.world.see();
    }
  }

  /** Everything is well again, and one more version is pushed: it must come to every stage. */
  async settle(rounds: number): Promise<string[]> {
    this.crew.end();
    const { world } = this;
    for (const key of ['swap', 'act', 'find', 'staleBy', 'lookBy'] as const)
      delete world.faults[key];
    for (const stage of world.stages.values()) stage.health = 'healthy';
    for (const [key, state] of world.checks)
      if (state === 'pending') world.checks.set(key, 'failure');
    const last = world.push();
    this.command(commands.lift(world));
    for (let round = 0; round < rounds; round += 1) {
      world.pass(30 * 60_000);
      world.see();
      this.approveAll(last);
      await this.crew.runAlone(0);
      this.finishOpen();
      world.see();
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
    const isQueueWhole = !this.isDisturbed && !this.crew.wasAsked;
    return [...this.world.broken, ...this.invariants.violations(isQueueWhole)];
  }

  private async step(): Promise<void> {
    const kind = this.tape.choose(42);
    if (this.isLogged) this.note(kind);
    if (kind < 9) return this.crew.move(1 + this.tape.choose(3));
    if (kind < 12) return this.crew.start();
    if (kind < 17) return this.crew.runAlone(this.crew.skew());
    if (kind < 23) return this.complete();
    if (kind < 29) return this.pass();
    if (kind < 31) return this.pushVersion();
    if (kind < 33) return this.fallIll();
    if (kind < 35) return this.heal();
    return [
      () => this.fail(),
      () => this.crew.die(),
      () => this.spoil(),
      () => this.disturb(),
      () => (this.tape.choose(2) === 0 ? this.drift() : this.command(commands.lift(this.world))),
      () => this.arrive(),
      () => this.crew.resetClock(),
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

  /** By some length, or to around the end of a lease that somebody acts under. */
  private pass(): void {
    const { world } = this;
    const ends = world.pipeline.stages.flatMap(({ name }) =>
      stageRecord(world.record, name).promotions.flatMap((promotion) => {
        const claim = openClaim(promotion);
        return claim ? [leaseEnd(claim) - world.now] : [];
      }),
    );
    const end = this.tape.choose(2) === 0 ? this.tape.pick(ends) : undefined;
    const length = end === undefined ? this.tape.pick(jumps) : end - (this.tape.pick(before) ?? 0);
    if (length !== undefined && length > 0) world.pass(length);
  }

  private complete(): void {
    const key = this.tape.pick(this.world.open());
    if (key === undefined) return;
    this.world.complete(key, this.tape.choose(3) > 0);
    this.tell(key, 'success');
  }

  private arrive(): void {
    const key = this.tape.pick(this.world.onTheirWay());
    if (key) this.world.arrive(key);
  }

  private fail(): void {
    const key = this.tape.pick(this.world.open());
    if (key === undefined) return;
    this.world.fail(key, this.tape.choose(2) === 0 ? 'failed' : 'closed');
    this.tell(key, this.tape.choose(4) === 0 ? 'cancelled' : 'failure');
  }

  /** What a workflow says of what it deployed; now and then its last step is never reached. */
  private tell(key: string, result: 'success' | 'failure' | 'cancelled', isSure = false): void {
    const { world } = this;
    const real = world.effects.get(key);
    const via = world.pipeline.stages.find(({ name }) => name === real?.order.stage)?.via;
    const reports = via === 'outputs' || (via === 'dispatch' && this.tape.choose(2) === 0);
    if (!real || !reports || (!isSure && this.tape.choose(4) === 0)) return;
    const { promotion, attempt } = real.order;
    const told = { promotion: promotion.id, attempt, result, evidence: key, at: world.clock() };
    if (world.record.stages[real.order.stage])
      world.command((record) => report(record, world.pipeline, told, 0.5).record);
  }

  private fallIll(): void {
    const stage = this.tape.pick([...this.world.stages.values()]);
    if (stage) stage.health = this.tape.choose(2) === 0 ? 'unhealthy' : 'unknown';
  }

  private heal(): void {
    for (const stage of this.world.stages.values()) stage.health = 'healthy';
    for (const [key, state] of this.world.checks)
      if (state === 'pending')
        this.world.checks.set(key, this.tape.choose(3) > 0 ? 'success' : 'failure');
  }

  private spoil(): void {
    const { faults } = this.world;
    const acts = ['before', 'after', 'late', 'refused'] as const;
    const kind = this.tape.choose(10);
    if (kind < 3) faults.swap = acts[kind as 0 | 1 | 2];
    else if (kind < 7) faults.act = acts[kind - 3] ?? 'before';
    else if (kind === 7) faults.staleBy = 1 + this.tape.choose(3);
    else if (kind === 8) faults.lookBy = 1 + this.tape.choose(3);
    else faults.find = 'old';
  }

  private disturb(): void {
    const { world } = this;
    const stage = this.tape.pick(world.pipeline.stages)?.name ?? '';
    const isRun = world.pipeline.stages.some(({ via }) => via === 'dispatch');
    const kind = this.tape.pick([
      'hold',
      'freeze',
      'rollback',
      'abort',
      'rearm',
      'rearm',
      'approve',
      // What was given up may still run.
      ...(isRun ? (['abort', 'abort', 'rollback', 'rollback'] as const) : []),
    ] as const);
    if (kind !== 'hold' && kind !== 'freeze' && kind !== 'approve') this.isDisturbed = true;
    if (kind) this.command(commands[kind](world, stage, (from) => this.tape.pick(from)));
  }

  private command(change: (record: PipelineRecord) => PipelineRecord): void {
    this.world.command(change);
  }

  /** In a queue, and where each finishes first, one that nobody approves holds all up. */
  private approveAll(last: string): void {
    const { pipeline, versions } = this.world;
    const isInTurn = pipeline.order === 'queue' || pipeline.order === 'finish-first';
    const at = this.world.clock();
    for (const version of isInTurn ? versions.map(({ key }) => key) : [last])
      for (const { name } of pipeline.stages.filter(({ gates }) => gates.approval))
        this.command(
          (record) => approve(record, name, { version, by: 'hubot', at, source: '' }).record,
        );
  }

  private pushVersion(): void {
    if (this.world.versions.length >= mostVersions) return;
    this.world.push(this.tape.pick(['success', 'success', 'failure', 'pending'] as const));
  }

  /** Somebody deploys by hand. */
  private drift(): void {
    const stage = this.tape.pick([...this.world.stages.values()]);
    const version = this.tape.pick(this.world.versions);
    if (!stage || !version || this.tape.choose(3) > 0) return;
    stage.version = version.key;
    this.isDisturbed = true;
  }

  /** What stands behind an active promotion arrives; what was given up goes away. */
  private finishOpen(): void {
    const { world } = this;
    for (const key of world.onTheirWay()) if (this.isActive(key)) world.arrive(key);
    for (const key of world.open()) {
      if (this.isActive(key)) world.complete(key);
      else world.fail(key, 'closed');
      this.tell(key, 'success', true);
    }
  }

  private isActive(key: string): boolean {
    const order = this.world.effects.get(key)?.order;
    const promotion = stageRecord(this.world.record, order?.stage ?? '').promotions.find(
      ({ id }) => id === order?.promotion.id,
    );
    return promotion !== undefined && !hasEnded(promotion);
  }
}
