import { clockMargin } from '../ledger/lease.ts';
import type { PromotionFacts, StageObservation } from './facts.ts';
import type { Upstream } from './gates/upstream.ts';
import { type Stage, stageNamed } from './pipeline.ts';
import { type Promotion, type StageRecord, stageRecord, type Visit } from './records/record.ts';
import { orderOf, type VersionOrder } from './versions.ts';

/** The facts, with the history made ready once. */
export interface Known extends PromotionFacts {
  readonly order: VersionOrder;
}

/** What is known of one stage. */
export interface StageContext {
  readonly known: Known;
  readonly stage: Stage;
  readonly record: StageRecord;
  readonly observation: StageObservation | undefined;
  /** The key of what it runs; `undefined` = nothing yet, or it is not known. */
  readonly current: string | undefined;
}

/** Makes facts ready to be asked. */
export function knownFrom(facts: PromotionFacts): Known {
  return { ...facts, order: orderOf(facts.history) };
}

/** What is known of the stage of that name. */
export function contextOf(known: Known, name: string): StageContext {
  const record = stageRecord(known.record, name);
  const seen = Object.hasOwn(known.observations, name) ? known.observations[name] : undefined;
  const observation = latestOf(known.order, seen, record.visits.at(-1));
  return {
    known,
    stage: stageNamed(known.pipeline, name),
    record,
    observation,
    current: observedVersion(known.order, observation),
  };
}

/**
 * What a faster run saw later holds, unless this one saw it unwell: by clocks that differ a little, it may be the later
 * look after all. Of two looks at about the same time that saw two versions, nobody knows which is the later.
 */
function latestOf(
  order: VersionOrder,
  seen: StageObservation | undefined,
  visit: Visit | undefined,
): StageObservation | undefined {
  if (seen?.health !== 'healthy' || !visit || visit.seenAt <= seen.at) return seen;
  const { health, version, seenAt: at } = visit;
  const differs = health !== 'unknown' && observedVersion(order, seen) !== version;
  if (differs && at - seen.at < clockMargin)
    return { health: 'unknown', at, evidence: `another run saw ${version} at about the same time` };
  const evidence = 'as another run saw it since';
  return health === 'unknown' ? { health, at, evidence } : { health, at, version, evidence };
}

/** The key of the version that a stage is seen to run. */
function observedVersion(
  order: VersionOrder,
  observation: StageObservation | undefined,
): string | undefined {
  if (!observation || observation.health === 'unknown') return undefined;
  return observation.version === undefined ? undefined : order.keyOf(observation.version);
}

/** Whether the stage is seen to run a version and to be healthy. */
export function runsWell({ observation, current }: StageContext, { version }: Promotion): boolean {
  return observation?.health === 'healthy' && current === version;
}

/** Whether nobody knows what the stage runs. */
export function isUnknown({ observation }: StageContext): boolean {
  return !observation || observation.health === 'unknown';
}

/**
 * The stages before this one, as far as they matter for a version. While it is not known what one of them runs, the
 * version that was last seen there counts as not gone.
 */
export function upstreamsOf({ known, stage }: StageContext, version: string): Upstream[] {
  return stage.after.map((name) => {
    const context = contextOf(known, name);
    const { record, observation, current } = context;
    const visit = record.visits.find((each) => each.version === version);
    const runs = isUnknown(context) ? record.visits.at(-1)?.version : current;
    return { stage: name, observation, visit, current: runs === version };
  });
}
