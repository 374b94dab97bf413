import { type Problem, UserError } from '../../../core/user-error.ts';
import type { DeployResult, DesiredPreview } from '../../target.ts';
import type { FailureRecord } from '../registry.ts';

/** What a deploy came to. */
export type Outcome =
  | DeployResult
  | { readonly kind: 'mend'; readonly problems: readonly Problem[] };

/** Thrown when the application is the reason that a release did not come up. */
export class ReleaseFailure extends Error {
  override readonly name: string = 'ReleaseFailure';
  readonly service: string;
  /** Last lines, oldest first. */
  readonly log: readonly string[];

  constructor(service: string, reason: string, log: readonly string[]) {
    super(reason);
    this.service = service;
    this.log = log;
  }
}

/** What is kept of a failed deploy. */
export function failureRecord(error: unknown, desired: DesiredPreview): FailureRecord {
  const { commit, fingerprint, services } = desired;
  const blamed = error instanceof ReleaseFailure ? error : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  const service = blamed?.service ?? services[0]?.name ?? '';
  return { commit, fingerprint, service, reason, log: blamed?.log ?? [] };
}

/** What those who wait for a failed deploy are told. */
export function failureOutcome(
  error: unknown,
  { service, reason, log }: FailureRecord,
  stillServing: boolean,
): Outcome {
  if (error instanceof UserError) return { kind: 'mend', problems: error.problems };
  return { kind: 'failed', service, reason, log, stillServing };
}

/** What those are told whose deploy was given up for another. */
export function overtaken({ services }: DesiredPreview, stillServing: boolean): DeployResult {
  const reason = 'given up: something else was asked for meanwhile';
  return { kind: 'failed', service: services[0]?.name ?? '', reason, log: [], stillServing };
}
