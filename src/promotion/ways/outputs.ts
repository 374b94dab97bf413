import { formatInstant, type Instant, parseInstant } from '../../core/time.ts';
import type { ActOrder } from '../ports.ts';
import { lastAttempt, leaseEnd } from '../records/leases.ts';
import type { Effect } from '../records/record.ts';
import type { StageWay } from './way.ts';

/** What this way needs of the run. */
export interface OutputsSettings {
  clock(): Instant;
  /** Where people see the run that deploys. */
  readonly runUrl?: string;
}

/**
 * The workflow that asked deploys, by the outputs it got, and reports. Being handed out is the effect: `claim` notes it
 * with the claim, so that `advance` never comes here. There is nothing outside to find; what becomes of it is known by
 * the report, and without one the lease ends and it is handed out again.
 */
export function outputsWay({ clock, runUrl }: OutputsSettings): StageWay {
  return {
    find: async ({ promotion }) => lastAttempt(promotion)?.effect,
    act: async (order) => ({ kind: 'acted', effect: handedOut(order, clock(), runUrl) }),
    look: async ({ promotion }) => {
      const attempt = lastAttempt(promotion);
      const until = attempt && ` until ${formatInstant(leaseEnd(attempt))}`;
      return { state: 'open', at: clock(), evidence: `a report is awaited${until ?? ''}` };
    },
  };
}

/** The same that `claim` notes, so that a repeat changes nothing. */
function handedOut({ promotion, key }: ActOrder, now: Instant, url: string | undefined): Effect {
  const lease = lastAttempt(promotion)?.lease;
  return {
    kind: 'outputs',
    reference: lease?.holder ?? key,
    at: (lease && parseInstant(lease.since)) ?? now,
    ...(url !== undefined && { url }),
  };
}
