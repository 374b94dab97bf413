import { clockMargin } from '../../src/ledger/lease.ts';
import { type Stage, stageNamed } from '../../src/promotion/pipeline.ts';
import type { ActOrder } from '../../src/promotion/ports.ts';
import {
  lastAttempt,
  leaseEnd,
  openClaim,
  openEffect,
} from '../../src/promotion/records/leases.ts';
import {
  type Attempt,
  hasEnded,
  type PipelineRecord,
  type Promotion,
  type StageRecord,
  stageRecord,
} from '../../src/promotion/records/record.ts';
import { orderFaults } from './order-of-acts.ts';
import type { Moment } from './pipeline-state.ts';
import type { PipelineWorld, Watch } from './pipeline-world.ts';

/** How far off two clocks are at most, where they are kept. */
export const clocksWithin: number = clockMargin;

/** When the one who holds a claim looked at the stages. */
export interface Look {
  readonly moment: number;
  readonly at: number;
  /** By the clock of who looked. */
  readonly clock: number;
  /** How many versions there were. */
  readonly versions: number;
}

interface Started {
  readonly stage: Stage;
  readonly before: PipelineRecord;
  readonly after: StageRecord;
  readonly promotion: Promotion;
  readonly now: number;
}

/** What must hold of every transition and every act, whatever went wrong before. */
export class Invariants implements Watch {
  /** Acts in their order. */
  readonly orders: ActOrder[] = [];
  /** By holder. */
  readonly looks = new Map<string, Look>();
  private readonly world: PipelineWorld;

  constructor(world: PipelineWorld) {
    this.world = world;
    world.watch = this;
  }

  swapped(before: PipelineRecord, after: PipelineRecord, now: number, holder: string): void {
    for (const stage of this.world.pipeline.stages) {
      const [old, next] = [stageRecord(before, stage.name), stageRecord(after, stage.name)];
      if (old === next) continue;
      this.checkStage(stage.name, old, next);
      this.checkClaims(old, next, holder);
      for (const promotion of next.promotions)
        if (isNewAttempt(old, promotion))
          this.started({ stage, before, after: next, promotion, now });
    }
  }

  acts(order: ActOrder): void {
    this.orders.push(order);
    const { promotion, stage } = order;
    const look = this.lookOf(promotion);
    this.checkTime(order);
    if (promotion.kind === 'rollback' || this.world.areClocksFarOff || !look) return;
    const settings = stageNamed(this.world.pipeline, stage);
    const faults = settings.after.map((name) => this.notWell(name, promotion.version, look));
    if (this.isPassed(order, look)) this.broken(`${stage} was taken back to ${promotion.version}`);
    const isIll =
      settings.need === 'all' ? faults.some(Boolean) : faults.length > 0 && faults.every(Boolean);
    if (isIll) this.broken(`${stage} took ${promotion.version} past ${faults.filter(Boolean)[0]}`);
  }

  /** What only all acts together tell. A queue is whole while nobody disturbs it. */
  violations(isQueueWhole: boolean): string[] {
    if (this.world.areClocksFarOff) return [];
    return orderFaults(this.world, this.orders, isQueueWhole);
  }

  /** Whether the stage has run something newer since whoever acts looked, which it did not when the promotion began. */
  private isPassed({ stage, promotion }: ActOrder, look: Look): boolean {
    const { version, generation, from } = promotion;
    const { rearmed } = stageRecord(this.world.record, stage);
    if (rearmed.some((each) => each.version === version && each.generation === generation))
      return false;
    return this.world.moments.slice(look.moment).every(({ stages }) => {
      const runs = stages[stage]?.version;
      return runs !== from && this.position(runs) > this.position(version);
    });
  }

  /** It lands, and is seen in lists, before anyone may take the lease over, by whatever clock. */
  private checkTime({ promotion, key }: ActOrder): void {
    const attempt = lastAttempt(promotion);
    const seenBy = this.world.now + 2 * clockMargin + clocksWithin / 2;
    if (!this.world.areClocksFarOff && attempt && seenBy > leaseEnd(attempt))
      this.broken(`${key} was begun too late for its lease`);
  }

  private checkStage(name: string, old: StageRecord, next: StageRecord): void {
    const active = next.promotions.filter((each) => !hasEnded(each));
    if (active.length > 1) this.broken(`${name} has ${active.length} promotions at once`);
    if (next.generation !== old.generation) this.broken(`${name} began a generation by itself`);
    if (this.position(next.frontier) < this.position(old.frontier))
      this.broken(`the frontier of ${name} went from ${old.frontier} back to ${next.frontier}`);
    if (next.hold !== old.hold || next.pin !== old.pin)
      this.broken(`what held ${name} was changed by a run`);
    for (const promotion of old.promotions.filter(hasEnded)) {
      const now = next.promotions.find(({ id }) => id === promotion.id);
      if (now && now.phase !== promotion.phase)
        this.broken(`${promotion.id} had ended ${promotion.phase}, and is ${now.phase}`);
    }
    for (const { id, kind, phase, attempts } of next.promotions)
      if (phase === 'succeeded' && kind === 'rollback' && attempts.length === 0)
        this.broken(`${id} succeeded, and nothing was taken back`);
    for (const each of next.promotions) {
      const { id, phase, attempts } = each;
      // Of one that was reported its holder may yet note what it did, or whoever clears away after it.
      const isNoted = attempts.every(({ outcome }) => outcome) || (openClaim(each) && !each.tidied);
      if (phase === 'succeeded' && !isNoted)
        this.broken(`${id} succeeded, and an attempt at it has no end`);
    }
    const ids = next.promotions.map(({ id }) => id);
    if (new Set(ids).size < ids.length) this.broken(`${name} has one promotion twice`);
  }

  /** What stands under somebody else's claim is not for this run to record. */
  private checkClaims(old: StageRecord, next: StageRecord, holder: string): void {
    for (const before of old.promotions) {
      const claim = openClaim(before);
      const after = next.promotions.find(({ id }) => id === before.id);
      if (!claim || !after || claim.lease.holder === holder) continue;
      if (hasEnded(before) && leaseEnd(claim) <= this.world.now + clocksWithin) continue;
      const last = lastAttempt(after);
      if (last?.number !== claim.number || (last.lease.holder !== holder && !openClaim(after)))
        this.broken(`${holder} recorded an act that was ${claim.lease.holder}'s`);
    }
  }

  /** An attempt begins: nobody holds the stage, and the gates that this model has are open. */
  private started({ stage, before, after, promotion, now }: Started): void {
    const { version, kind, attempts } = promotion;
    const what = `${stage.name} took ${version}`;
    const late = stageRecord(before, stage.name).promotions.find(
      (each) => hasEnded(each) && mayStillAct(each, stage, now),
    );
    if (late) this.broken(`${what} while ${late.version}, which was ended, may still be acted on`);
    if (attempts.length > stage.retry.attempts) this.broken(`${what} ${attempts.length} times`);
    if (kind === 'rollback') return;
    if (before.freeze || after.hold) this.broken(`${what} while it was held`);
    if (after.pin) this.broken(`${what} while it was pinned to ${after.pin.version}`);
    const { approval, windows } = stage.gates;
    const approved = after.approvals.some(
      (each) => each.version === version && each.by === 'hubot',
    );
    if (approval && !approved) this.broken(`${what} without an approval`);
    const hour = new Date(now).getUTCHours();
    if (windows && (hour < 8 || hour >= 20)) this.broken(`${what} at ${hour} o'clock`);
    if (this.world.pipeline.requiredChecks.length > 0 && stage.after.length === 0)
      if (this.world.checks.get(version) !== 'success') this.broken(`${what} without its check`);
    if (this.world.areClocksFarOff) return;
    this.soaked(stage, version, what);
    this.recordedWell(stage, promotion, what, before);
    const isNew = stageRecord(before, stage.name).promotions.every(({ id }) => id !== promotion.id);
    if (isNew) this.paired(stage, promotion, what);
  }

  /** What another run saw later, and wrote down before, holds as well. */
  private recordedWell(stage: Stage, promotion: Promotion, what: string, before: PipelineRecord) {
    const look = this.lookOf(promotion);
    if (look) this.checkKnowledge(stage, look, what, before);
    const isIll = (name: string) => {
      const last = stageRecord(before, name).visits.at(-1);
      if (!last || !look || last.health === 'healthy') return false;
      return last.seenAt > look.clock;
    };
    const { after, need } = stage;
    if (after.length > 0 && (need === 'all' ? after.some(isIll) : after.every(isIll)))
      this.broken(`${what} past what the record says is not well`);
  }

  /** Whoever starts something knows of all that was started, and what the stage runs. */
  private checkKnowledge(stage: Stage, look: Look, what: string, before: PipelineRecord): void {
    for (const { name } of this.world.pipeline.stages) {
      const { frontier } = stageRecord(before, name);
      if (this.position(frontier) >= look.versions)
        this.broken(`${what} although it never heard of ${frontier}`);
    }
    const last = stageRecord(before, stage.name).visits.at(-1);
    const saw = this.world.moments[look.moment]?.stages[stage.name];
    const ahead = (last?.seenAt ?? 0) - look.clock;
    const differs = saw?.health === 'healthy' && last?.version !== saw.version;
    if (last && ahead > 0 && ahead < clockMargin && differs)
      this.broken(`${what}, although it ran ${last.version} or ${saw?.version}`);
  }

  private soaked({ after, need, gates }: Stage, version: string, what: string): void {
    const { soak } = gates;
    if (!soak || after.length === 0) return;
    const times = after.map((name) => this.healthyTime(name, version));
    const least = need === 'all' ? Math.min(...times) : Math.max(...times);
    if (least < soak - 2 * clocksWithin) this.broken(`${what} after ${least} ms of soak`);
  }

  /** At most so long was it really there and well, since it was last seen unwell by whoever looked at that time. */
  private healthyTime(name: string, version: string): number {
    const { moments, now } = this.world;
    const first = moments.find(({ stages }) => isWell(stages[name], version));
    return first ? now - first.at : 0;
  }

  private paired(stage: Stage, promotion: Promotion, what: string): void {
    const look = this.lookOf(promotion);
    if (this.world.pipeline.order !== 'pairwise' || stage.after.length === 0 || !look) return;
    if (this.asked.has(look)) return;
    const recent = this.world.moments.filter(
      ({ at }, index) => index >= look.moment || at >= look.at - 2 * clocksWithin,
    );
    const runs = stage.after.some((name) =>
      recent.some(({ stages }) => stages[name]?.version === promotion.version),
    );
    if (!runs) this.broken(`${what}, which ${stage.after.join(', ')} did not run`);
  }

  /** Looks of runs that were asked for a version by name. */
  readonly asked = new Set<Look>();

  private notWell(name: string, version: string, look: Look): string | undefined {
    const { moments } = this.world;
    const isSeenWell = moments
      .slice(look.moment)
      .some(({ stages }) => stages[name]?.health === 'healthy');
    if (!isSeenWell) return `${name}, which was not well`;
    const was = moments.some(({ stages }) => isWell(stages[name], version));
    return was ? undefined : `${name}, which was never well at it`;
  }

  private lookOf(promotion: Promotion): Look | undefined {
    return this.looks.get(lastAttempt(promotion)?.lease.holder ?? '');
  }

  private position(version: string | undefined): number {
    return this.world.versions.findIndex(({ key }) => key === version);
  }

  private broken(sentence: string): void {
    this.world.broken.push(sentence);
  }
}

function isWell(stage: Moment['stages'][string] | undefined, version: string): boolean {
  return stage?.version === version && stage.health === 'healthy';
}

function mayStillAct(promotion: Promotion, { via }: Stage, now: number): boolean {
  const claim = openClaim(promotion) ?? (via === 'outputs' ? openEffect(promotion) : undefined);
  return claim !== undefined && leaseEnd(claim) > now;
}

/** Whether a transition begins an attempt; one that was taken over began before. */
function isNewAttempt(old: StageRecord, promotion: Promotion): boolean {
  const before = old.promotions.find(({ id }) => id === promotion.id);
  const count = (attempts: readonly Attempt[] = []) => attempts.length;
  return count(promotion.attempts) > count(before?.attempts);
}
