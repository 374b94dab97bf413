import type { Instant } from '../../core/time.ts';
import type { Hold, Pin } from '../records/record.ts';
import { withReason } from '../records/with-reason.ts';
import type { Gate } from './gate.ts';

/** Shut while someone holds the stage, or the whole pipeline. The one that ends last is told. */
export function holdGate(holds: readonly (Hold | undefined)[], now: Instant): Gate | undefined {
  const end = ({ until }: Hold) => until ?? Number.POSITIVE_INFINITY;
  const [hold] = holds
    .filter((each) => each !== undefined)
    .filter((each) => end(each) > now)
    .sort((a, b) => end(b) - end(a));
  return (
    hold && {
      gate: 'hold',
      state: 'refused',
      since: hold.at,
      ...(hold.until !== undefined && { until: hold.until }),
      evidence: `held by ${withReason(hold.by, hold.why)}`,
    }
  );
}

/** Shut after a rollback, until the stage is released. */
export function pinGate(pin: Pin | undefined): Gate | undefined {
  return (
    pin && {
      gate: 'pin',
      state: 'refused',
      since: pin.at,
      evidence: `rolled back to ${pin.version} by ${withReason(pin.by, pin.why)}`,
    }
  );
}
