import { duration, type Instant } from '../../src/core/time.ts';
import { clockMargin } from '../../src/ledger/lease.ts';
import type { PromotionFacts } from '../../src/promotion/facts.ts';
import type {
  ActOrder,
  Changed,
  NextRecord,
  Observer,
  PipelineRecords,
  Way,
} from '../../src/promotion/ports.ts';
import { lastAttempt, leaseEnd, openClaim } from '../../src/promotion/records/leases.ts';
import {
  type Effect,
  type PipelineRecord,
  stageRecord,
} from '../../src/promotion/records/record.ts';
import type { StageWay } from '../../src/promotion/ways/way.ts';
import { PipelineState, type RealEffect } from './pipeline-state.ts';

/** Called before each step of a worker to the world; a worker whose turn never comes has died. */
export type Turn = () => Promise<void>;

/** What goes wrong at the next call of a kind. */
export interface Faults {
  /** Answers that are lost: the call is carried out (`after`), later (`late`), or not (`before`); nobody is told. */
  swap?: 'before' | 'after' | 'late';
  act?: 'before' | 'after' | 'late' | 'refused';
  /** Lists that lack what was made within the last `clockMargin`. */
  find?: 'old';
  /** Reads that answer with what was there so many transitions ago. */
  staleBy?: number;
  /** Looks at the stages that see what was there so many moments ago, of the last `clockMargin`. */
  lookBy?: number;
}

/** What a test wants to know, and says no to by adding to `broken`. */
export interface Watch {
  swapped(before: PipelineRecord, after: PipelineRecord, now: Instant, holder: string): void;
  /** `looked`: the moment at which whoever decided had looked. */
  acts(order: ActOrder): void;
}

/**
 * What runs see of the state, and do to it. As in the mock of pipeline-controller #214, starting a promotion that was
 * started before, or finishing one that is not under way, is an error at once.
 */
export class PipelineWorld extends PipelineState {
  readonly faults: Faults = {};
  /** Whether clocks may be so far off that only ways whose effect cannot be made twice are safe. */
  areClocksFarOff = false;
  watch: Watch | undefined;

  /** `saw` is told at which moment, and when, it looked. */
  observer(
    turn: Turn,
    clock = this.clock,
    saw: (moment: number, at: number) => void = () => undefined,
  ): Observer {
    return {
      observe: async () => {
        await turn();
        this.see();
        const moment = this.momentToSee();
        saw(moment, this.now);
        return this.observed(moment, clock());
      },
    };
  }

  records(turn: Turn, clock = this.clock, holder = ''): PipelineRecords {
    return {
      read: async () => {
        await turn();
        return this.tip();
      },
      change: async (next) => {
        for (let attempt = 0; attempt < 20; attempt += 1) {
          await turn();
          const before = this.tip();
          const now = clock();
          const wanted = next(before, now);
          if (!wanted) return { kind: 'unchanged', record: before };
          await turn();
          const changed = this.swap(before, wanted, now, holder);
          if (changed) return changed;
        }
        return { kind: 'contended', record: this.record };
      },
    };
  }

  way(turn: Turn, clock = this.clock): (stage: string) => Way & Required<Pick<StageWay, 'tidy'>> {
    return () => ({
      tidy: async ({ key, promotion: { phase, reason } }) => {
        await turn();
        if (phase === 'aborted' && isByPerson(reason)) this.cancel(key);
      },
      find: async (order) => {
        await turn();
        const { key } = order;
        const lag = this.faults.find === 'old' && !this.areClocksFarOff ? clockMargin : 0;
        delete this.faults.find;
        const effect = (this.effects.get(key) ?? this.adoptable(order))?.effect;
        return effect && effect.at <= this.now - lag ? effect : undefined;
      },
      act: async (order) => {
        const sentAt = this.now;
        this.watch?.acts(order);
        await turn();
        // The world's promise: a request that takes this long is given up, and lands no more.
        if (this.now - sentAt >= clockMargin) throw new Error('the answer was lost');
        const fault = this.faults.act;
        delete this.faults.act;
        if (fault === 'before') throw new Error('the answer was lost');
        if (fault === 'refused')
          return { kind: 'failed', at: clock(), evidence: '503', transient: true };
        if (fault === 'late') {
          const land = () => void this.start(order);
          this.late.push({ left: 12, until: sentAt + clockMargin, land });
          throw new Error('the answer was lost');
        }
        const effect = this.start(order);
        if (fault === 'after') throw new Error('the answer was lost');
        return { kind: 'acted', effect };
      },
    });
  }

  /** `startPromotion` of #214: never twice for one attempt, and never while another effect of its key stands. */
  start(order: ActOrder): Effect {
    const { key } = order;
    const there = this.adoptable(order);
    if (there) this.effects.set(key, there);
    if (there) return there.effect;
    this.checkStart(order);
    const kind = this.viaOf(order) === 'dispatch' ? 'run' : 'ref';
    const effect: Effect = { kind, reference: key, at: this.clock() };
    this.effects.set(key, { order, effect, state: 'open', arrived: false });
    return effect;
  }

  /** Where clocks are far off, what is there of a promotion cannot be made once more: a branch, a ref, a release. */
  private adoptable(order: ActOrder): RealEffect | undefined {
    if (!this.areClocksFarOff || this.viaOf(order) === 'outputs') return undefined;
    const standing = [...this.effects.values()].find(
      (each) => each.order.promotion.id === order.promotion.id && each.state !== 'failed',
    );
    return this.effects.get(order.key) ?? standing;
  }

  private checkStart(order: ActOrder): void {
    const { promotion, key, stage } = order;
    const isHandedOut = this.viaOf(order) === 'outputs';
    const others = [...this.effects.values()].filter(
      ({ order: { promotion: other }, state }) => other.id === promotion.id && !isOver(state),
    );
    // What was handed out and never reported is handed out again, once its time is over.
    const standing = isHandedOut ? others.filter((each) => this.isStillIts(each)) : others;
    if (this.effects.has(key) || standing.length > 0)
      this.broken.push(`${stage} was promoted twice to ${promotion.version}: ${key}`);
    if (this.areClocksFarOff) return;
    const beside = [...this.effects.values()].find((each) => this.isGivenUp(each, stage));
    if (beside) this.broken.push(`${key} was started beside ${beside.order.key}, which still runs`);
    const all = stageRecord(this.record, stage).promotions;
    const there = all.find(({ id }) => id === promotion.id);
    const later = there ? all.slice(all.indexOf(there) + 1).map(({ id }) => id) : [];
    const overtaken = [...this.effects.values()].find(({ order }) =>
      later.includes(order.promotion.id),
    );
    if (overtaken) this.broken.push(`${key} landed after ${overtaken.order.key} had`);
    const claim = there && openClaim(there);
    const { lease } = lastAttempt(promotion) ?? {};
    if (!isHandedOut && claim && claim.lease.holder !== lease?.holder)
      this.broken.push(
        `${lease?.holder} acted on ${key} under a lease that ${claim.lease.holder} has`,
      );
  }

  /** A run that goes on although a person ended its promotion, or it took too long. */
  private isGivenUp({ order, state }: RealEffect, stage: string): boolean {
    if (this.viaOf(order) !== 'dispatch' || order.stage !== stage || state !== 'open') return false;
    const { promotions } = stageRecord(this.record, stage);
    const promotion = promotions.find(({ id }) => id === order.promotion.id);
    if (promotion?.phase === 'errored') return true;
    return promotion?.phase === 'aborted' && isByPerson(promotion.reason);
  }

  private isStillIts({ order, state }: RealEffect): boolean {
    const attempt = lastAttempt(order.promotion);
    if (this.areClocksFarOff || !attempt || state !== 'open') return false;
    return leaseEnd(attempt) > this.now + clockMargin;
  }

  private momentToSee(): number {
    const latest = this.moments.length - 1;
    const back = this.faults.lookBy ?? 0;
    delete this.faults.lookBy;
    const recent = this.moments.findIndex(({ at }) => at > this.now - clockMargin);
    return Math.max(recent, latest - back);
  }

  private tip(): PipelineRecord {
    const back = this.faults.staleBy ?? 0;
    delete this.faults.staleBy;
    return this.chain[Math.max(0, this.chain.length - 1 - back)] as PipelineRecord;
  }

  private swap(
    before: PipelineRecord,
    { record }: NextRecord,
    now: Instant,
    holder: string,
  ): Changed | undefined {
    const fault = this.faults.swap;
    delete this.faults.swap;
    const lost: Changed = { kind: 'unknown', detail: 'the answer was lost' };
    if (fault === 'before') return lost;
    const land = () => {
      if (this.record !== before) return false;
      this.watch?.swapped(before, record, now, holder);
      this.chain.push(record);
      return true;
    };
    if (fault === 'late') {
      this.late.push({ left: 12, until: this.now + clockMargin, land });
      return lost;
    }
    if (!land()) return undefined;
    return fault === 'after' ? lost : { kind: 'recorded', record };
  }
}

/** What failed, and a run that was cancelled, may be followed by another attempt. */
function isOver(state: RealEffect['state']): boolean {
  return state === 'failed' || state === 'cancelled';
}

function isByPerson(reason: string): boolean {
  return /^(aborted|rollback): by /.test(reason);
}

/** A lease that is long against the steps of a test, and short against its jumps. */
export const leaseLength = duration(600_000);

/** Facts as a worker would have them, to ask decisions without a worker. */
export function factsOf(world: PipelineWorld): PromotionFacts {
  world.see();
  return {
    pipeline: world.pipeline,
    record: world.record,
    ...world.observed(),
    now: world.clock(),
  };
}
