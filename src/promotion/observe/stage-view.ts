import type { Instant } from '../../core/time.ts';
import type { Problem } from '../../core/user-error.ts';
import type { StageObservation } from '../facts.ts';
import type { Stage } from '../pipeline.ts';
import type { StageRecord } from '../records/record.ts';
import type { StageSettings } from '../settings.ts';
import type { Ask, ReadValues, RepositoryReader, StackReader, WorkloadReader } from './ports.ts';

/** What stages are looked at through. */
export interface ObserverPorts {
  readonly repository: RepositoryReader;
  readonly ask: Ask;
  readonly readValues: ReadValues;
  /** Opened by the first stage that is a stack. */
  stacks(): Promise<StackReader>;
  /** Opened by the first stage that is a workload. */
  workloads(): Promise<WorkloadReader>;
}

/** One stage that is to be looked at. */
export interface StageView {
  readonly stage: Stage;
  readonly settings: StageSettings;
  /** What is known of it from before. */
  readonly record: StageRecord;
}

/** What looking takes. */
export interface Looking extends ObserverPorts {
  now(): Instant;
  /** Something that people should mend. */
  warn(problem: Problem): void;
}

/** Nobody knows, for this reason. */
export function unknown(at: Instant, evidence: string): StageObservation {
  return { health: 'unknown', at, evidence };
}

/** As `unknown`, and people should mend the reason. */
export function unknownByFault(looking: Looking, problem: Problem): StageObservation {
  looking.warn(problem);
  return unknown(looking.now(), problem.message);
}

/**
 * A stage on which nothing was found: nothing runs there yet. Where something was seen to run before, it is not known
 * why that is gone, and nothing is decided by it.
 */
export function empty({ record }: StageView, at: Instant, evidence: string): StageObservation {
  const last = record.visits.at(-1);
  return last
    ? unknown(at, `${evidence}, though ${last.version} ran there`)
    : { health: 'healthy', version: undefined, at, evidence };
}

/** A stage that is not well, and does not say what it runs: what it ran when it was last seen. */
export function lastSeenVersion({ record }: StageView): string | undefined {
  return record.visits.at(-1)?.version;
}
