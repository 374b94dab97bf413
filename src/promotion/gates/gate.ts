import type { Instant } from '../../core/time.ts';

/** The conditions that a stage may have. */
export type GateName =
  | 'health'
  | 'soak'
  | 'window'
  | 'checks'
  | 'approval'
  | 'verification'
  | 'hold'
  | 'pin';

/**
 * `waiting`: what it asks for is still to come. `refused`: someone has to do something. `unknown`: it could not be
 * found out. `overridden`: passed by a recorded emergency.
 */
export type GateState = 'passed' | 'waiting' | 'refused' | 'unknown' | 'overridden';

/** One row of the table that people read. */
export interface Gate {
  readonly gate: GateName;
  readonly state: GateState;
  /** Since when it is so, where that is known. */
  readonly since?: Instant;
  /** When it changes if nothing else happens; absent = not by time alone. */
  readonly until?: Instant;
  /** What it goes by, in a few words. */
  readonly evidence: string;
}

const severity: Readonly<Record<GateState, number>> = {
  passed: 0,
  overridden: 0,
  waiting: 1,
  refused: 2,
  unknown: 3,
};

/** Whether a promotion may pass it. */
export function isOpen({ state }: Gate): boolean {
  return severity[state] === 0;
}

/** The gate that says most against a promotion; the first of equals. */
export function worstGate(gates: readonly Gate[]): Gate | undefined {
  return gates.reduce<Gate | undefined>(
    (worst, gate) =>
      worst === undefined || severity[gate.state] > severity[worst.state] ? gate : worst,
    undefined,
  );
}

/** The groups of gates in the order of what they say against a promotion, least first. */
export function leastAgainst(groups: readonly (readonly Gate[])[]): readonly Gate[] {
  const weigh = (gates: readonly Gate[]) =>
    Math.max(0, ...gates.map(({ state }) => severity[state]));
  return groups.reduce<readonly Gate[]>(
    (best, gates, index) => (index === 0 || weigh(gates) < weigh(best) ? gates : best),
    [],
  );
}

/** The earliest moment at which one of the shut gates changes by time alone. */
export function earliestChange(gates: readonly Gate[]): Instant | undefined {
  return gates
    .filter((gate) => !isOpen(gate))
    .map(({ until }) => until)
    .filter((until) => until !== undefined)
    .sort((a, b) => a - b)[0];
}
