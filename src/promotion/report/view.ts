import type { Instant } from '../../core/time.ts';
import type { ReportLinks } from '../../preview/report.ts';
import { wakeAtOf } from '../decide.ts';
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
  readonly observed?: Observed | undefined;
  /** What moved on what is under way; see `proceedAll`. */
  readonly proceeded?: readonly Proceeded[];
  /** The earliest moment at which more can be done than the decisions say. */
  readonly wakeAt?: Instant | undefined;
  readonly now: Instant;
  readonly dryRun: boolean;
  /** Somebody asked how it stands: that nothing was done goes without saying. */
  readonly isStatus?: boolean;
  /** What a command came to, in one sentence, where the run carried one out. */
  readonly said?: string | undefined;
  /** Each one sentence; shown as text. */
  readonly warnings: readonly string[];
  readonly links: ReportLinks;
}

/** The commit of a version; `undefined` = it is a tag that this run knows nothing of. */
export function commitOf({ observed }: PipelineView, version: string): string | undefined {
  if (/^[0-9a-f]{40}$/.test(version)) return version;
  return observed?.history.versions.find(({ key }) => key === version)?.commit;
}

/** The earliest moment at which anything of what was decided can change by time alone. */
export function nextWakeAt({ decisions, wakeAt }: PipelineView): Instant | undefined {
  const moments = [wakeAtOf(decisions), wakeAt].filter((each) => each !== undefined);
  return moments.sort((a, b) => a - b)[0];
}
