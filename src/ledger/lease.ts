import { after, type Duration, duration, type Instant, parseInstant, toIso } from '../core/time.ts';
import { isPlainObject } from './json.ts';

/**
 * The right to act alone for a while, kept in the state of a cell. It passes on when it runs out, so that a run
 * that died blocks nobody for ever.
 */
export interface Lease {
  /** Unique to a process: two jobs of one run are two holders. */
  readonly holder: string;
  /** ISO 8601, by the holder's clock. */
  readonly since: string;
  readonly until: string;
  /** Under what key its effect can be looked up: branch, marker, deployment task. */
  readonly effect: string;
}

/** Who asks for a lease, and for how long. */
export interface LeaseRequest {
  readonly holder: string;
  readonly effect: string;
  readonly length: Duration;
}

/** The answer to a request. Nothing holds before the transition with `lease` in the state is recorded. */
export type Claim =
  | { readonly kind: 'granted'; readonly lease: Lease }
  /** The holder asked again; it may have acted already: look for `lease.effect` first. */
  | { readonly kind: 'renewed'; readonly lease: Lease }
  /** The one before ran out. It may have acted: look for `previous.effect` first, and adopt what is there. */
  | { readonly kind: 'taken-over'; readonly lease: Lease; readonly previous: Lease }
  /** Somebody else may act until then. */
  | { readonly kind: 'held'; readonly by: Lease; readonly until: Instant };

/** By how much clocks of runners may differ: a holder stops acting that long before its lease ends. */
export const clockMargin: Duration = duration(30_000);

/**
 * Decides a request by the caller's clock. A lease lasts until its end for all others; for its holder it ends
 * `clockMargin` earlier (`mayAct`). Throws a `RangeError` for one that would be over at once.
 */
export function claimLease(
  current: Lease | undefined,
  { holder, effect, length }: LeaseRequest,
  now: Instant,
): Claim {
  if (length <= 0) throw new RangeError('a lease needs a length');
  const lease = { holder, since: toIso(now), until: toIso(after(now, length)), effect };
  if (!current) return { kind: 'granted', lease };
  const until = endOf(current);
  if (current.holder === holder) return { kind: 'renewed', lease };
  return now < until
    ? { kind: 'held', by: current, until }
    : { kind: 'taken-over', lease, previous: current };
}

/**
 * Whether the holder may still act: nobody took its lease over, and by no clock that differs less than `margin`
 * from its own has it run out. To be asked right before the act.
 */
export function mayAct(
  current: Lease | undefined,
  mine: Lease,
  now: Instant,
  margin: Duration = clockMargin,
): boolean {
  return current !== undefined && isSame(current, mine) && now + margin < endOf(mine);
}

/** Whether the lease in a state is still this one; if not, its holder records nothing more under it. */
export function isSame(current: Lease | undefined, mine: Lease): boolean {
  return current?.holder === mine.holder && current.since === mine.since;
}

/** A lease out of JSON. Throws an `Error` that names what is wrong. */
export function parseLease(value: unknown): Lease {
  if (!isPlainObject(value)) throw new Error('a lease is an object');
  const { holder, since, until, effect } = value;
  const texts = [holder, since, until, effect];
  if (!texts.every((text) => typeof text === 'string')) {
    throw new Error('a lease has `holder`, `since`, `until` and `effect`');
  }
  const lease = { holder, since, until, effect } as Lease;
  endOf(lease);
  return lease;
}

function endOf({ until }: Lease): Instant {
  const end = parseInstant(until);
  if (end === undefined) throw new Error(`\`until\` of a lease is no time: ${until}`);
  return end;
}
