import type { Instant } from '../core/time.ts';
import type { Permission } from './permissions.ts';
import type { Pipeline } from './pipeline.ts';
import type { PipelineRecord } from './records/record.ts';
import type { VersionHistory } from './versions.ts';
import type { Calendar } from './windows/occurrences.ts';

/** Everything that a decision is made from. What is absent was not asked for, and counts as unknown. */
export interface PromotionFacts {
  readonly pipeline: Pipeline;
  readonly record: PipelineRecord;
  readonly history: VersionHistory;
  /** By stage. */
  readonly observations: Readonly<Record<string, StageObservation>>;
  /** By version, then by the name of the check. */
  readonly checks: Readonly<Record<string, Readonly<Record<string, CheckResult>>>>;
  /** By login, as far as they were asked for. */
  readonly people: Readonly<Record<string, Person>>;
  /** By key of the attempt (`lease.effect`), so that what was seen of one never speaks for the next. */
  readonly effects: Readonly<Record<string, EffectState>>;
  /** By time zone of the stages' windows; see `openZone`. */
  readonly calendars: Readonly<Record<string, Calendar>>;
  /** A version that was asked for by name, and where; the others are left as they are. */
  readonly asked?: { readonly stage?: string; readonly version?: string };
  readonly now: Instant;
}

/** What a stage was seen to be. */
export type StageObservation =
  | {
      readonly health: 'unknown';
      readonly at: Instant;
      /** Why it is not known. */
      readonly evidence: string;
    }
  | {
      readonly health: 'healthy' | 'unhealthy';
      readonly at: Instant;
      /** What it runs: a version, a commit, the start of a commit; `undefined` = nothing yet. */
      readonly version: string | undefined;
      /** Since when, where the stage itself says so: time that nobody looked at counts with it. */
      readonly since?: Instant;
      readonly evidence: string;
    };

/** A check of a commit. */
export interface CheckResult {
  readonly state: 'success' | 'failure' | 'pending' | 'unknown';
  readonly at?: Instant;
  readonly url?: string;
}

/** What GitHub says of a person in this repository. */
export interface Person {
  readonly permission: Permission;
  /** Slugs. */
  readonly teams: readonly string[];
}

/** What became of an effect. `closed`: a pull request that was closed unmerged. */
export interface EffectState {
  readonly state: 'open' | 'done' | 'failed' | 'cancelled' | 'closed' | 'unknown';
  readonly at: Instant;
  readonly evidence: string;
}
