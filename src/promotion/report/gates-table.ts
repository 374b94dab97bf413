import { formatInstant, type Instant } from '../../core/time.ts';
import { table } from '../../preview/markdown.ts';
import type { Gate } from '../gates/gate.ts';
import { shownMoment, shownText } from './shown.ts';
import { gateSigns } from './states.ts';

/** The table of gates of one stage, as Markdown lines; nothing without gates. */
export function renderGates(gates: readonly Gate[], now: Instant): string[] {
  return gatesTable(gates, (until) => shownMoment(until, now));
}

/**
 * The same without anything that a later run would say differently of what has not changed: no relative times.
 * `steady` gives the gates texts that hold still.
 */
export function renderSteadyGates(gates: readonly Gate[]): string[] {
  return gatesTable(gates, formatInstant);
}

function gatesTable(gates: readonly Gate[], moment: (at: Instant) => string): string[] {
  const rows = gates.map(({ gate, state, since, until, evidence }) => {
    const began = since === undefined ? '' : formatInstant(since);
    const ends = until === undefined ? '' : moment(until);
    return `| ${gate} | ${gateSigns[state]} | ${began} | ${ends} | ${shownText(evidence)} |`;
  });
  return table(['Gate', 'State', 'Since', 'Until', 'Evidence'], rows);
}
