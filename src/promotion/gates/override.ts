import type { Instant } from '../../core/time.ts';
import type { Override } from '../records/record.ts';
import { type Gate, isOpen } from './gate.ts';

/** Gates that `all` means: `health` must be named to be passed, and a pin is for `release`. */
const ordinary: readonly string[] = [
  'soak',
  'window',
  'checks',
  'approval',
  'verification',
  'hold',
];

/** The emergency that holds for this version now, if there is one; the latest. */
export function liveOverride(
  overrides: readonly Override[],
  version: string,
  now: Instant,
): Override | undefined {
  return overrides.findLast((each) => each.version === version && each.until > now);
}

/** Whether an emergency passes a gate. */
export function covers({ gates }: Override, gate: string): boolean {
  return (
    (gates.includes(gate) && gate !== 'pin') || (gates.includes('all') && ordinary.includes(gate))
  );
}

/** The gates, those that an emergency covers shown as passed by it. */
export function overridden(gates: readonly Gate[], override: Override | undefined): Gate[] {
  return gates.map((gate) => {
    if (!override || isOpen(gate) || !covers(override, gate.gate)) return gate;
    const { by, why, at, until } = override;
    const evidence = `emergency by ${by}: ${why} (${gate.evidence})`;
    return { gate: gate.gate, state: 'overridden', since: at, until, evidence };
  });
}
