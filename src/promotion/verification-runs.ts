import { after, type Duration, duration, type Instant } from '../core/time.ts';
import type { Decision } from './decision.ts';
import { isOpen } from './gates/gate.ts';
import { type Pipeline, stageNamed } from './pipeline.ts';
import { type PipelineRecord, stageRecord, type Verification } from './records/record.ts';
import { nextAttemptAt } from './records/retry.ts';
import type { StageSettings, VerificationRun } from './settings.ts';

/** A verification that is to be run now. */
export interface DueVerification {
  readonly stage: string;
  readonly version: string;
  readonly run: VerificationRun;
}

/** What verifications are chosen from. */
export interface VerificationFacts {
  readonly pipeline: Pipeline;
  readonly settings: Readonly<Record<string, Pick<StageSettings, 'verifications'>>>;
  readonly record: PipelineRecord;
  readonly decisions: readonly Decision[];
  readonly now: Instant;
}

/** As long as another run that looks may still be at it, beyond the time it has. */
const slack: Duration = duration(60_000);

/**
 * The verifications that stand alone between a version and its stage: never run, too old, or ended badly so long ago
 * that the stage's `retry` allows another try.
 */
export function dueVerifications(facts: VerificationFacts): DueVerification[] {
  return facts.decisions.filter(waitsForVerification).flatMap(({ stage, version = '' }) => {
    const runs = facts.settings[stage]?.verifications ?? [];
    return runs
      .filter((run) => isDue(facts, stage, version, run))
      .map((run) => ({ stage, version, run }));
  });
}

/** When the earliest further try of a verification that went badly is due; `undefined` = none is left. */
export function verificationRetryAt(facts: VerificationFacts): Instant | undefined {
  const moments = facts.decisions
    .filter(waitsForVerification)
    .flatMap(({ stage, version = '' }) =>
      (facts.settings[stage]?.verifications ?? []).map(({ name }) =>
        retryAt(facts, stage, resultsOf(facts.record, stage, version, name)),
      ),
    )
    .filter((moment) => moment !== undefined && moment > facts.now);
  return moments.sort((a = facts.now, b = facts.now) => a - b)[0];
}

function waitsForVerification({ rule, gates, version, decision }: Decision): boolean {
  const shut = gates.filter((gate) => !isOpen(gate));
  const waits = decision === 'wait' || decision === 'blocked';
  return (
    waits &&
    version !== undefined &&
    rule === 'verification' &&
    shut.every(({ gate }) => gate === 'verification')
  );
}

function isDue(
  facts: VerificationFacts,
  stage: string,
  version: string,
  { name, timeout }: VerificationRun,
): boolean {
  const results = resultsOf(facts.record, stage, version, name);
  const last = results.at(-1);
  if (!last) return true;
  if (last.result === 'running') return facts.now >= after(after(last.at, timeout), slack);
  if (last.result === 'passed') return isTooOld(facts, stage, last);
  const next = retryAt(facts, stage, results);
  return next !== undefined && next <= facts.now;
}

function isTooOld({ pipeline, now }: VerificationFacts, stage: string, { at }: Verification) {
  const validFor = stageNamed(pipeline, stage).gates.verification?.validFor;
  return validFor !== undefined && after(at, validFor) <= now;
}

/** Tries are those since it last passed; chance has no part in it, as nobody else waits for the same moment. */
function retryAt(
  { pipeline }: VerificationFacts,
  stage: string,
  results: readonly Verification[],
): Instant | undefined {
  const last = results.at(-1);
  if (!last || last.result === 'passed' || last.result === 'running') return undefined;
  const passed = results.findLastIndex(({ result }) => result === 'passed');
  const tries = results.slice(passed + 1).filter(({ result }) => result !== 'running');
  return nextAttemptAt(stageNamed(pipeline, stage).retry, tries.length, last.at, 1);
}

function resultsOf(record: PipelineRecord, stage: string, version: string, name: string) {
  return stageRecord(record, stage).verifications.filter(
    (each) => each.version === version && each.name === name,
  );
}
