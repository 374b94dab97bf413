import type { Instant } from '../../core/time.ts';
import type { ReportLinks } from '../../preview/report.ts';
import type { Decision } from '../decision.ts';
import type { Observed } from '../ports.ts';
import type { Proceeded } from '../proceed.ts';
import type { PipelineRecord } from '../records/record.ts';
import type { PipelineSettings } from '../settings.ts';

/** What is known of a pipeline at the end of a run, for people. Summary, comments and outputs render it, each in its way. */
export interface PipelineView {
  readonly settings: PipelineSettings;
  /** As it is after the run; with `dryRun`, as it would be but for what was to be claimed. */
  readonly record: PipelineRecord;
  /** As they came out: see `concluded`. Stages that nothing was decided of are missing. */
  readonly decisions: readonly Decision[];
  /** What was seen in this run; absent = nothing was looked at, and only the record speaks. */
  readonly observed?: Observed;
  /** What moved on what is under way; see `proceedAll`. */
  readonly proceeded?: readonly Proceeded[];
  readonly now: Instant;
  readonly dryRun: boolean;
  /** What a command came to, in one sentence, where the run carried one out. */
  readonly said?: string;
  /** Each one sentence; shown as text. */
  readonly warnings: readonly string[];
  readonly links: ReportLinks;
}

/** The commit of a version; `undefined` = it is a tag that this run knows nothing of. */
export function commitOf({ observed }: PipelineView, version: string): string | undefined {
  if (/^[0-9a-f]{40}$/.test(version)) return version;
  return observed?.history.versions.find(({ key }) => key === version)?.commit;
}
