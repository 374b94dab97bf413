import { after, type Instant } from '../../core/time.ts';
import type { VerificationSettings } from '../pipeline.ts';
import type { Verification } from '../records/record.ts';
import type { Gate } from './gate.ts';

/** The latest result of each verification named, at this version, is that it passed, and is not too old. */
export function verificationGate(
  { names, validFor }: VerificationSettings,
  results: readonly Verification[],
  version: string,
  now: Instant,
): Gate {
  const latest = names.map((name) => ({
    name,
    result: results.findLast((each) => each.name === name && each.version === version),
  }));
  const of = (wanted: Verification['result']) =>
    latest.filter(({ result }) => result?.result === wanted);
  const first = (each: ReturnType<typeof of>) => each.map(describe).join(', ');
  if (of('failed').length > 0) return gate('refused', `failed: ${first(of('failed'))}`);
  if (of('unknown').length > 0) return gate('unknown', `not known: ${first(of('unknown'))}`);
  const ends = of('passed').map(({ result }) => validFor && result && after(result.at, validFor));
  const old = of('passed').filter((_, index) => (ends[index] ?? now + 1) <= now);
  const missing = latest.filter(({ result }) => !result || result.result === 'running');
  if (missing.length + old.length > 0)
    return gate(
      'waiting',
      `to be done: ${[...missing, ...old].map(({ name }) => name).join(', ')}`,
    );
  const until = ends.filter((end) => end !== undefined).sort((a, b) => a - b)[0];
  return {
    ...gate('passed', first(of('passed'))),
    ...(until !== undefined && { until }),
  };
}

function describe({ name, result }: { name: string; result: Verification | undefined }): string {
  return result?.evidence ? `${name} (${result.evidence})` : name;
}

function gate(state: Gate['state'], evidence: string): Gate {
  return { gate: 'verification', state, evidence };
}
