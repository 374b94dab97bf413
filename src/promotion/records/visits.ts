import { type Duration, duration, type Instant } from '../../core/time.ts';
import { clockMargin } from '../../ledger/lease.ts';
import type { StageObservation } from '../facts.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Visit } from './record.ts';

type Known = Exclude<StageObservation, { health: 'unknown' }>;

/** As many versions as may still go on from a stage, however long ago they left it. */
const kept = 30;
const hour = 3_600_000;

/**
 * For how long one look at a stage vouches for its health, where the stage does not say itself since when: a quarter
 * of the longest soak that counts on it, at least an hour.
 */
export function vouchedFor(pipeline: Pipeline, stage: string): Duration {
  const soaks = pipeline.stages
    .filter(({ after }) => after.includes(stage))
    .map(({ gates }) => gates.soak ?? 0);
  return duration(Math.max(hour, ...soaks.map((soak) => soak / 4)));
}

/**
 * Adds one look at a stage to the visits of versions there. Looks older than the last one change nothing, but for a
 * failure that may be later by another clock. Of the same moment, as a clock that was set shows it, one at another
 * version counts.
 * @param version The key of what it runs.
 */
export function addObservation(
  visits: readonly Visit[],
  observation: StageObservation,
  version: string | undefined,
  vouched: Duration,
): readonly Visit[] {
  const last = visits.at(-1);
  if (last && !isLater(last, observation, version))
    return isFailureNow(last, observation, version)
      ? [...visits.slice(0, -1), withHealth(last, { ...observation, at: last.seenAt }, vouched)]
      : visits;
  if (observation.health === 'unknown')
    return last ? [...visits.slice(0, -1), withUnknown(last, observation.at)] : visits;
  if (version === undefined) return visits;
  if (last?.version === version)
    return [...visits.slice(0, -1), withHealth(last, observation, vouched)];
  const others = visits.filter((visit) => visit.version !== version);
  return [...others, firstSight(version, observation)].slice(-kept);
}

/** Whether the looks that were added are worth a transition of the ledger; without it they are made again. */
export function isWorthRecording(
  before: readonly Visit[],
  after: readonly Visit[],
  vouched: Duration,
): boolean {
  const [old, now] = [before.at(-1), after.at(-1)];
  if (before.length !== after.length || !old || !now) return old !== now;
  const same = old.version === now.version && old.health === now.health;
  return !same || now.seenAt - old.seenAt >= vouched / 2;
}

function isLater(last: Visit, { at }: StageObservation, version: string | undefined): boolean {
  const isOther = version !== undefined && version !== last.version;
  return at > last.seenAt || (at === last.seenAt && isOther);
}

/** A failure that looks a little older than the last look, by clocks that differ, counts all the same. */
function isFailureNow(
  last: Visit,
  observation: StageObservation,
  version: string | undefined,
): observation is Known {
  const isRecent = last.seenAt - observation.at < clockMargin;
  return observation.health === 'unhealthy' && last.version === version && isRecent;
}

function firstSight(version: string, { health, at, since = at }: Known): Visit {
  const began = min(since, at);
  const visit = { version, health, since: began, seenAt: at };
  return health === 'healthy'
    ? { ...visit, healthyFor: at - began, soakingSince: began }
    : { ...visit, healthyFor: 0 };
}

function withUnknown(visit: Visit, at: Instant): Visit {
  const since = visit.health === 'unknown' ? visit.since : at;
  return { ...visit, health: 'unknown', since, seenAt: at };
}

function withHealth(visit: Visit, { health, at, since }: Known, vouched: Duration): Visit {
  const { soakingSince: _, ...rest } = visit;
  const began = visit.health === health ? visit.since : at;
  const seen = { ...rest, health, since: began, seenAt: at };
  if (health === 'unhealthy') return { ...seen, healthyFor: 0 };
  return {
    ...seen,
    healthyFor: visit.healthyFor + healthyTime(visit, at, since, vouched),
    soakingSince: visit.soakingSince ?? min(since ?? at, at),
  };
}

/** Of the time since the last look, what is known to have been healthy. */
function healthyTime(
  { health, seenAt }: Visit,
  at: Instant,
  since: Instant | undefined,
  vouched: Duration,
): number {
  if (since !== undefined) return at - Math.max(seenAt, min(since, at));
  return health === 'healthy' ? Math.min(at - seenAt, vouched) : 0;
}

function min(one: Instant, other: Instant): Instant {
  return one < other ? one : other;
}
