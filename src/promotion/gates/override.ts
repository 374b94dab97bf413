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

/** Gates that an emergency may name; `all` is every one but `health`. */
export const overridableGates: readonly string[] = ['all', 'health', ...ordinary];

/** The emergencies that hold for this version now, oldest first. */
export function liveOverrides(
  overrides: readonly Override[],
  version: string,
  now: Instant,
): readonly Override[] {
  return overrides.filter((each) => each.version === version && each.until > now);
}

/** Whether an emergency passes a gate. */
export function covers({ gates }: Override, gate: string): boolean {
  return (
    (gates.includes(gate) && gate !== 'pin') || (gates.includes('all') && ordinary.includes(gate))
  );
}

/** The gates, those that an emergency covers shown as passed by it; by the latest of several. */
export function overridden(gates: readonly Gate[], overrides: readonly Override[]): Gate[] {
  return gates.map((gate) => {
    const override = overrides.findLast((each) => covers(each, gate.gate));
    if (!override || isOpen(gate)) return gate;
    const { by, why, at, until } = override;
    const evidence = `emergency by ${by}: ${why} (${gate.evidence})`;
    return { gate: gate.gate, state: 'overridden', since: at, until, evidence };
  });
}
