import { type PipelineRecord, type StageRecord, stageRecord } from './records/record.ts';
import type { VersionOrder } from './versions.ts';

/** How many of the newest are named to somebody who asked for one that there is not. */
const named = 3;

/**
 * Why nothing is done with a version that somebody named; `undefined` = it is one of the history, or was in a stage.
 * @param version Its key.
 * @param stages Where it may have been.
 */
export function refusalOfUnknown(
  record: PipelineRecord,
  stages: readonly string[],
  order: VersionOrder | undefined,
  version: string,
): string | undefined {
  if (order?.position(version) !== undefined) return undefined;
  if (stages.some((name) => wasThere(stageRecord(record, name), version))) return undefined;
  const newest = (order?.versions ?? []).slice(-named).map(({ key }) => key);
  const there =
    newest.length === 0 ? 'there are none yet' : `the newest are ${newest.reverse().join(', ')}`;
  return `version: ${version} is none that the pipeline knows; ${there}`;
}

/** Whether a stage had the version before, as far as is recorded. */
export function wasThere({ visits, promotions }: StageRecord, version: string): boolean {
  return (
    visits.some((visit) => visit.version === version) ||
    promotions.some((each) => each.version === version && each.phase === 'succeeded') ||
    promotions.some(({ from }) => from === version)
  );
}
