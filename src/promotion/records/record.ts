import type { Instant } from '../../core/time.ts';
import type { Lease } from '../../ledger/lease.ts';

/** What the ledger keeps of one pipeline, in one cell: an invariant never spans two. */
export interface PipelineRecord {
  readonly schema: 1;
  readonly pipeline: string;
  /** Stops every stage. */
  readonly freeze?: Hold;
  readonly stages: Readonly<Record<string, StageRecord>>;
}

/** What the ledger keeps of one stage. Lists are oldest first, and bounded. */
export interface StageRecord {
  /** Raised by people alone (`rollback`, `release` of a version): the same version may then be promoted once more. */
  readonly generation: number;
  /**
   * The newest version for which a promotion was ever started here. Nothing that is not newer starts by itself, so
   * neither an old workflow's re-run nor A → B → A promotes anything twice.
   */
  readonly frontier?: string;
  /** Since when a newer version waits for this stage. */
  readonly behindSince?: Instant;
  readonly visits: readonly Visit[];
  readonly promotions: readonly Promotion[];
  readonly superseded: readonly Superseded[];
  readonly approvals: readonly Approval[];
  readonly verifications: readonly Verification[];
  readonly overrides: readonly Override[];
  /** Versions that a person let in once more, each for one generation. */
  readonly rearmed: readonly Rearmed[];
  readonly hold?: Hold;
  readonly pin?: Pin;
}

/** A version's stay on a stage, as far as it was seen. */
export interface Visit {
  readonly version: string;
  readonly health: 'healthy' | 'unhealthy' | 'unknown';
  /** When this health began. */
  readonly since: Instant;
  /** When it was last looked at. */
  readonly seenAt: Instant;
  /** Milliseconds of healthy time that were seen since the last failure, up to `seenAt`. */
  readonly healthyFor: number;
  /** Since when none but healthy and unknown health was seen; absent = never healthy since the last failure. */
  readonly soakingSince?: Instant;
}

/** How far a promotion is. */
export type Phase = 'pending' | 'running' | 'succeeded' | 'failed' | 'errored' | 'aborted';

/** Moving one version into one stage. */
export interface Promotion {
  /** See `promotionId`. */
  readonly id: string;
  readonly version: string;
  readonly generation: number;
  readonly kind: 'forward' | 'rollback';
  readonly phase: Phase;
  /** What the stage ran before; absent = nothing, or it was not known. */
  readonly from?: string;
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
  /** Why it is in this phase: one sentence that begins with a rule. */
  readonly reason: string;
  /** No attempt is left, or none makes sense: a person decides. */
  readonly exhausted?: boolean;
  /** Before this moment no further attempt starts. */
  readonly retryAt?: Instant;
  readonly attempts: readonly Attempt[];
  /** What the gates said when the first attempt started. */
  readonly evidence?: readonly {
    readonly gate: string;
    readonly state: string;
    readonly evidence: string;
  }[];
  /** What it left behind (an open pull request, a run) is cleared away. */
  readonly tidied?: boolean;
}

/** One claim on a promotion, and what came of it. */
export interface Attempt {
  readonly number: number;
  /** Who may act, and until when; `effect` of it is `attemptKey`. */
  readonly lease: Lease;
  readonly effect?: Effect;
  readonly outcome?: Outcome;
}

/** What an attempt did, so that it can be found again. */
export interface Effect {
  readonly kind: string;
  /** Number of the pull request, id of the run, name of the ref … */
  readonly reference: string;
  readonly url?: string;
  readonly at: Instant;
  /** When the effect was complete of itself: merged, run ended well. */
  readonly doneAt?: Instant;
}

/** How an attempt ended. `lost`: its holder is gone and nothing of it was found. */
export interface Outcome {
  readonly result: 'succeeded' | 'failed' | 'errored' | 'lost' | 'cancelled';
  readonly at: Instant;
  /** Text or address, of people or programs; shown, never obeyed. */
  readonly evidence: string;
  readonly transient?: boolean;
}

/** A version that was left out, for the sake of a newer one. */
export interface Superseded {
  readonly version: string;
  readonly by: string;
  readonly at: Instant;
}

/** One person's word for one version on one stage. */
export interface Approval {
  readonly version: string;
  readonly by: string;
  readonly at: Instant;
  /** Where it was given: an address, or `command`. */
  readonly source: string;
}

/** The result of looking whether a version is right. */
export interface Verification {
  readonly version: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'running' | 'unknown';
  readonly at: Instant;
  readonly evidence: string;
}

/** An emergency: these gates are passed for this version. */
export interface Override {
  readonly version: string;
  readonly gates: readonly string[];
  readonly by: string;
  readonly why: string;
  readonly at: Instant;
  readonly until: Instant;
}

/** A version that a person let in once more. */
export interface Rearmed {
  readonly version: string;
  readonly generation: number;
  readonly by: string;
  readonly why: string;
  readonly at: Instant;
}

/** Nothing goes in until it is released, or until then. */
export interface Hold {
  readonly by: string;
  readonly why: string;
  readonly at: Instant;
  readonly until?: Instant;
}

/** After a rollback: the stage keeps this version until it is released. */
export interface Pin {
  readonly version: string;
  readonly from?: string;
  readonly by: string;
  readonly why: string;
  readonly at: Instant;
}

/** A pipeline of which nothing is known yet. */
export function emptyRecord(pipeline: string): PipelineRecord {
  return { schema: 1, pipeline, stages: {} };
}

const emptyStage: StageRecord = {
  generation: 0,
  visits: [],
  promotions: [],
  superseded: [],
  approvals: [],
  verifications: [],
  overrides: [],
  rearmed: [],
};

/** What is known of a stage; never absent. */
export function stageRecord(record: PipelineRecord, stage: string): StageRecord {
  return Object.hasOwn(record.stages, stage) ? (record.stages[stage] ?? emptyStage) : emptyStage;
}

/** The record with one stage changed; the same object when `change` changes nothing. */
export function withStage(
  record: PipelineRecord,
  stage: string,
  change: (before: StageRecord) => StageRecord,
): PipelineRecord {
  const before = stageRecord(record, stage);
  const changed = change(before);
  return changed === before
    ? record
    : { ...record, stages: { ...record.stages, [stage]: changed } };
}

/** Whether nothing more becomes of a promotion. */
export function hasEnded({ phase }: Promotion): boolean {
  return phase !== 'pending' && phase !== 'running';
}

/** The promotion that is under way here; there is one at most. */
export function activePromotion({ promotions }: StageRecord): Promotion | undefined {
  return promotions.findLast((promotion) => !hasEnded(promotion));
}
