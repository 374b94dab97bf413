import type { Instant } from '../../core/time.ts';
import { overridableGates } from '../gates/override.ts';
import {
  type Approval,
  type Override,
  type PipelineRecord,
  type Verification,
  withStage,
} from '../records/record.ts';
import { type Answer, type Author, answer, refuse } from './answer.ts';

/** Words of people and results that are kept for each stage. */
const kept = 100;
/** Emergencies that are kept; the history of the ledger has all of them. */
const keptOverrides = 20;

/** Adds a person's word for a version on a stage. Whether it counts is for the gate to say; a second one renews it. */
export function approve(record: PipelineRecord, stage: string, approval: Approval): Answer {
  const approved = withStage(record, stage, (before) => {
    const isThere = before.approvals.some(
      ({ version, by, at }) =>
        version === approval.version && by === approval.by && at === approval.at,
    );
    return isThere
      ? before
      : { ...before, approvals: [...before.approvals, approval].slice(-kept) };
  });
  const { by, version } = approval;
  return answer(record, approved, `approval: ${by} approves ${version} for ${stage}`);
}

/** Adds the result of a verification; the latest of a name and version counts. */
export function verify(record: PipelineRecord, stage: string, result: Verification): Answer {
  const verified = withStage(record, stage, (before) => {
    const last = before.verifications.findLast(
      ({ name, version }) => name === result.name && version === result.version,
    );
    return last?.result === result.result && last.at === result.at
      ? before
      : { ...before, verifications: [...before.verifications, result].slice(-kept) };
  });
  const { name, version } = result;
  return answer(record, verified, `verification: ${name} of ${version} ${result.result}`);
}

/**
 * Passes gates in an emergency, for one version and until then; it stays in the record.
 * @param names `all` means every gate but `health`, which must be named.
 */
export function override(
  record: PipelineRecord,
  stage: string,
  version: string,
  names: readonly string[],
  { by, at, why }: Author,
  until: Instant,
): Answer {
  const unknown = names.filter((name) => !overridableGates.includes(name));
  if (unknown.length > 0 || names.length === 0)
    return refuse(
      record,
      `override: name gates among ${overridableGates.join(', ')}; got ${unknown.join(', ') || 'none'}`,
    );
  if (why.trim() === '') return refuse(record, 'override: an emergency needs a reason; say why');
  const wanted: Override = { version, gates: [...new Set(names)], by, why, at, until };
  const overridden = withStage(record, stage, (before) => {
    const isThere = before.overrides.some((each) => isSame(each, wanted));
    const overrides = [...before.overrides, wanted].slice(-keptOverrides);
    return isThere ? before : { ...before, overrides };
  });
  return answer(
    record,
    overridden,
    `override: ${by} passes ${names.join(', ')} of ${stage} for ${version}: ${why}`,
  );
}

function isSame(one: Override, other: Override): boolean {
  return (
    one.version === other.version &&
    one.by === other.by &&
    one.until === other.until &&
    one.gates.join() === other.gates.join()
  );
}
