import type { PreviewConfiguration } from '../config/schema.ts';
import type { Instant } from '../core/time.ts';
import type { Change, ProgressEvent, Target, TargetPlan } from '../targets/target.ts';
import type { Audience } from './announcer.ts';
import type { PullRequests } from './ports.ts';
import type { PreviewReport } from './report.ts';

/** What a deploy is asked to do. */
export interface DeployRequest {
  /** `owner/name`. */
  readonly repository: string;
  readonly pullRequest: number;
  /** The commit that is the occasion; another head means that this run is superseded. */
  readonly commit: string | undefined;
  readonly configuration: PreviewConfiguration;
  /** Deploy only this service of the configuration. */
  readonly service: string | undefined;
  /** By a `/preview` command: overrides all rules but `closed` and `fork`. */
  readonly requested: boolean;
  /** The commit that someone with write access named in a command, as approval of a fork's commit. */
  readonly approvedCommit: string | undefined;
  readonly dryRun: boolean;
  readonly wait: boolean;
}

/** What a deploy reaches the world through. */
export interface DeployPorts {
  readonly pullRequests: PullRequests;
  readonly target: Target;
  readonly audience: Audience;
  readonly now: () => Instant;
  /** Aborted with a `TimeoutError` at the user's timeout, with anything else on cancel. */
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

/** How a deploy ended. */
export interface DeployOutcome {
  readonly state:
    | 'created'
    | 'updated'
    | 'unchanged'
    | 'superseded'
    | 'skipped'
    | 'planned'
    | 'failed';
  /** One sentence that names the rule which decided. */
  readonly reason: string;
  readonly report: PreviewReport;
  readonly changes: readonly Change[];
  readonly rendered: TargetPlan['rendered'] | undefined;
  readonly deploymentId: number | undefined;
  /** The pull request has a preview though it is not eligible (any more). */
  readonly obsolete: boolean;
  readonly warnings: readonly string[];
}
