import type { Duration } from '../core/time.ts';
import type { WindowSettings } from './windows/window-rule.ts';

/** The graph of environments that a version moves through; `pipelines.<name>` of the configuration. */
export interface Pipeline {
  readonly name: string;
  /** Checks that a commit must have passed to be a version at all; `versions.checks`. */
  readonly requiredChecks: readonly string[];
  readonly order: Order;
  /**
   * A stage that has been behind for this long is overtaken no more: what is before it, or in it, finishes first.
   * Nothing starves under `newest` and `pairwise`.
   */
  readonly finishWithin: Duration;
  /** Each after the stages it names; see `checkStages`. */
  readonly stages: readonly Stage[];
}

/**
 * - `newest`: each stage takes the newest version that may go; older ones are superseded.
 * - `queue`: every version goes, one after the other, none is left out.
 * - `finish-first`: one version at a time runs through the whole pipeline; the next is the newest by then.
 * - `pairwise`: each stage takes exactly what the stage before it runs now.
 */
export type Order = 'newest' | 'queue' | 'finish-first' | 'pairwise';

/** How a promotion acts. */
export type Via = 'outputs' | 'dispatch' | 'pull-request' | 'ref' | 'release';

/** One environment with its gates. What settings an adapter needs besides (`observe`, `via`) is not for here. */
export interface Stage {
  readonly name: string;
  /** Stages before this one; empty = it takes versions from their source. */
  readonly after: readonly string[];
  /** Whether the version must have been well in all of them, or in any. */
  readonly need: 'all' | 'any';
  readonly via: Via;
  /**
   * What ends a promotion well: the word of who carried it out, or the stage that is seen to run the version.
   * `outputs` and `dispatch` are reported by default, all others observed.
   */
  readonly arrival: 'reported' | 'observed';
  /**
   * Whether the word of who deployed ends a promotion well, besides what is observed, once its pull request is merged:
   * where deployments say what runs, they are but the word of who deployed.
   */
  readonly reportEnds?: boolean;
  readonly gates: GateSettings;
  readonly retry: RetrySettings;
  /** From the act (of a pull request: its merge) to the arrival; with `outputs` also the length of the lease. */
  readonly timeout: Duration;
}

/** What a stage asks for before a version may enter; absent = not asked. */
export interface GateSettings {
  /** Healthy time upstream at this version. */
  readonly soak?: Duration;
  readonly windows?: WindowSettings;
  /** Names of checks of the version's commit. */
  readonly checks?: readonly string[];
  readonly approval?: ApprovalSettings;
  /** Names of verifications whose recorded result is needed. */
  readonly verification?: VerificationSettings;
}

/** Who must approve. */
export interface ApprovalSettings {
  /** `write`, `maintain`, `admin`, `@login` or the slug of a team; any of them will do. */
  readonly by: readonly string[];
  readonly count: number;
  /** Whether the author of what is promoted may approve it. */
  readonly self: boolean;
  /** Counted from the moment of the approval; absent = it holds for as long as the version waits. */
  readonly expireAfter?: Duration;
}

/** Results that must be there. */
export interface VerificationSettings {
  readonly names: readonly string[];
  /** A result older than this no longer counts. */
  readonly validFor?: Duration;
}

/** Attempts at one promotion, the first included. */
export interface RetrySettings {
  readonly attempts: number;
  /** The wait before the second attempt; doubled for each further one. */
  readonly delay: Duration;
  readonly longest: Duration;
}

/** The stage of that name; a missing one is a fault of ours, as `checkStages` came first. */
export function stageNamed(pipeline: Pipeline, name: string): Stage {
  const stage = pipeline.stages.find((each) => each.name === name);
  if (!stage) throw new RangeError(`pipeline ${pipeline.name} has no stage ${name}`);
  return stage;
}

/** Stages that come directly after the one named. */
export function stagesAfter(pipeline: Pipeline, name: string): Stage[] {
  return pipeline.stages.filter(({ after }) => after.includes(name));
}
