import { after, type Duration, duration, formatDuration, type Instant } from '../../core/time.ts';
import type { StageObservation } from '../facts.ts';
import type { Visit } from '../records/record.ts';
import type { Gate } from './gate.ts';

/** What the gates on the stage before go by. */
export interface Upstream {
  readonly stage: string;
  readonly observation: StageObservation | undefined;
  /** The version's stay there, if it was ever seen there. */
  readonly visit: Visit | undefined;
  /** Whether it runs the version now. */
  readonly current: boolean;
}

/** The stage before is well now, and was well at this version. Never passed by what is not known. */
export function healthGate({ stage, observation, visit }: Upstream): Gate {
  const gate = 'health';
  if (!observation || observation.health === 'unknown') {
    const why = observation?.evidence ?? 'it was not looked at';
    return { gate, state: 'unknown', evidence: `the health of ${stage} is not known: ${why}` };
  }
  if (observation.health === 'unhealthy')
    return { gate, state: 'refused', evidence: `${stage} is unhealthy: ${observation.evidence}` };
  if (visit?.soakingSince === undefined)
    return { gate, state: 'waiting', evidence: `${stage} was not yet healthy at this version` };
  return {
    gate,
    state: 'passed',
    since: visit.soakingSince,
    evidence: `${stage} is healthy: ${observation.evidence}`,
  };
}

/**
 * Healthy time at this version that was seen on the stage before. It starts anew with a failure; time at which health
 * was not known does not count. What was earned stays when the stage moves on to another version.
 */
export function soakGate(upstream: Upstream, length: Duration, now: Instant): Gate {
  const gate = 'soak';
  const { stage, visit, current } = upstream;
  const seen = duration(Math.min(length, visit?.healthyFor ?? 0));
  const since = visit?.soakingSince !== undefined && { since: visit.soakingSince };
  const evidence = `${formatDuration(seen)} of ${formatDuration(length)} healthy on ${stage}`;
  if (seen >= length) return { gate, state: 'passed', ...since, evidence };
  if (!current)
    return {
      gate,
      state: 'refused',
      ...since,
      evidence: `${evidence}, which runs another version now`,
    };
  const counts = upstream.observation?.health === 'healthy';
  return {
    gate,
    state: 'waiting',
    ...since,
    ...(counts && { until: after(now, duration(length - seen)) }),
    evidence: counts ? evidence : `${evidence}; no more is counted until it is healthy`,
  };
}
