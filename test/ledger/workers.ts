import { duration, type Instant, instant } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import { claimLease, isSame, type Lease, mayAct, parseLease } from '../../src/ledger/lease.ts';
import type { Cell, Decide, Ledger, Outcome } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { InMemoryRefs } from '../fakes/in-memory-refs.ts';
import { noon } from './counter.ts';
import type { Interleaving } from './interleaving.ts';

/** Jobs done one after the other, each by whoever holds the lease, and a number that anyone raises. */
export interface Work {
  readonly raised: number;
  readonly done: number;
  readonly lease?: Lease;
}

export const work: Cell<Work> = {
  kind: 'test',
  name: ['work'],
  version: 1,
  parse: (value) => {
    const { raised, done, lease } = value as Work;
    return { raised, done, ...(lease && { lease: parseLease(lease) }) };
  },
};

/** What a worker does next; `skew` sets its clock off from the others'. */
export type Task =
  | { readonly kind: 'raise' | 'job' | 'witness' }
  | { readonly kind: 'clock'; readonly skew: number };

/** What a worker came to. */
export interface Told {
  readonly recorded: string[];
  /** Transitions that may or may not be in the chain. */
  uncertain: number;
  readonly faults: unknown[];
  /** The lease it has, as far as it knows. */
  lease: Lease | undefined;
  finished: boolean;
}

/** One process. */
export interface Worker {
  readonly id: string;
  readonly told: Told;
  now(): Instant;
}

/** All that workers share. */
export interface Shop {
  readonly refs: InMemoryRefs;
  readonly turns: Interleaving;
  /** Effects by key and worker: what a promotion would have done to the world. */
  readonly effects: { key: string; worker: string }[];
}

export const leaseLength = duration(60_000);
/** All skews are within half of it, unless a test means otherwise. */
export const margin = duration(20_000);

const nothing: Work = { raised: 0, done: 0 };

/** Starts a worker on its tasks; it waits for its turn at every call. */
export function startWorker(shop: Shop, id: string, tasks: readonly Task[], skew: number): Worker {
  const told: Told = {
    recorded: [],
    uncertain: 0,
    faults: [],
    lease: undefined,
    finished: false,
  };
  let own = skew;
  const now = () => instant(noon + shop.turns.elapsed() + own);
  const store = shop.refs.connect((method) => shop.turns.turn(method));
  const pause = async () => void (await shop.turns.turn());
  const writer = { id, by: id, run: 'https://example.com/run' };
  const ledger = openLedger({ store, writer, secrets: [], now, pause });
  const worker: Worker = { id, told, now };
  const go = async () => {
    for (const task of tasks) {
      if (task.kind === 'clock') own = task.skew;
      else await attempt(told, () => perform(shop, worker, ledger, task.kind as 'raise'));
    }
    told.finished = true;
  };
  void go();
  return worker;
}

async function attempt(told: Told, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (fault) {
    if (!(fault instanceof UserError) && (fault as Error).message !== 'no answer') throw fault;
    told.faults.push(fault);
  }
}

async function perform(
  shop: Shop,
  worker: Worker,
  ledger: Ledger,
  kind: 'raise' | 'job' | 'witness',
): Promise<void> {
  if (kind === 'witness') return ledger.witness();
  if (kind === 'job') return job(shop, worker, ledger);
  await move(worker, ledger, ({ state = nothing }) => ({
    state: { ...state, raised: state.raised + 1 },
    why: 'raises',
  }));
}

/** Claim, look for what the one before did, act, record. */
async function job(shop: Shop, worker: Worker, ledger: Ledger): Promise<void> {
  const mine = await claim(worker, ledger);
  if (!mine) return;
  worker.told.lease = mine;
  await shop.turns.turn();
  const found = shop.effects.some(({ key }) => key === mine.effect);
  await shop.turns.turn();
  if (!mayAct(mine, mine, worker.now(), margin)) return;
  if (!found) shop.effects.push({ key: mine.effect, worker: worker.id });
  await move(worker, ledger, ({ state = nothing }) =>
    isSame(state.lease, mine)
      ? { state: { raised: state.raised, done: state.done + 1 }, why: 'records' }
      : undefined,
  );
  worker.told.lease = undefined;
}

async function claim(worker: Worker, ledger: Ledger): Promise<Lease | undefined> {
  let lease: Lease | undefined;
  const outcome = await move(worker, ledger, ({ state = nothing }, now) => {
    const request = { holder: worker.id, effect: `job-${state.done}`, length: leaseLength };
    const answer = claimLease(state.lease, request, now);
    if (answer.kind === 'held') return undefined;
    lease = answer.lease;
    const why = answer.kind === 'taken-over' ? `takes over ${answer.previous.holder}` : 'claims';
    return { state: { ...state, lease }, why };
  });
  return outcome.kind === 'recorded' ? lease : undefined;
}

async function move(worker: Worker, ledger: Ledger, decide: Decide<Work>): Promise<Outcome<Work>> {
  worker.told.uncertain += 1;
  const outcome = await ledger.transition(work, decide);
  if (outcome.kind !== 'unknown') worker.told.uncertain -= 1;
  if (outcome.kind === 'recorded') worker.told.recorded.push(outcome.snapshot.last?.commit ?? '');
  return outcome;
}
