import type { PreviewConfiguration } from '../config/schema.ts';
import type { Change, DeployResult, TargetPlan } from '../targets/target.ts';
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
  /** Image with digest by service, of this pull request's commit. */
  readonly images: ReadonlyMap<string, string>;
  /** By a `/preview` command: overrides all rules but `closed` and `fork`. */
  readonly requested: boolean;
  /** The commit that someone with write access named in a command, as approval of a fork's commit. */
  readonly approvedCommit: string | undefined;
  /** Databases are to be replaced by fresh ones, once for each text. */
  readonly resetDatabase?: string;
  readonly dryRun: boolean;
  readonly wait: boolean;
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
  /** Of a failure: where in the repository it is, and the next step, as far as the target knows. */
  readonly failure?: Pick<Extract<DeployResult, { kind: 'failed' }>, 'location' | 'hint'>;
  readonly deploymentId: number | undefined;
  /** The pull request has a preview though it is not eligible (any more). */
  readonly obsolete: boolean;
  readonly warnings: readonly string[];
}
