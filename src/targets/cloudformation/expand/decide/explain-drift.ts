import type { EntryDecision, SetDecision } from './decide-set.ts';

/** What differs besides the previews. */
export interface OtherDrift {
  /** The shared template on the base branch is not the one that is deployed. */
  readonly template: boolean;
  /** Parameters of the stack that are to change, with their names. */
  readonly parameters: readonly string[];
}

const verbs = { add: 'to be added', update: 'to be updated', remove: 'to be removed' } as const;

/**
 * Why there is something to do although the occasion itself is as it should be; `undefined` = there is not.
 * What the occasion needs is explained by who compares it.
 */
export function explainDrift(
  { entries }: Pick<SetDecision, 'entries'>,
  occasion: string,
  other: OtherDrift,
): string | undefined {
  const drifted = entries.filter(({ id, verdict }) => id !== occasion && verdict in verbs);
  const reasons = drifted.slice(0, 3).map(describe);
  if (drifted.length > 3) reasons.push(`${drifted.length - 3} more previews differ`);
  if (other.template) reasons.push('the shared template changed on the base branch');
  if (other.parameters.length > 0) {
    reasons.push(`parameters to be changed: ${other.parameters.join(', ')}`);
  }
  return reasons.length > 0 ? `drift: ${reasons.join('; ')}` : undefined;
}

function describe({ pullRequest, verdict, reason }: EntryDecision): string {
  return `#${pullRequest} is ${verbs[verdict as keyof typeof verbs]} (${reason})`;
}

/** The obstacle of the occasion, if it waits; `undefined` = it does not. */
export function occasionWaits(
  { entries }: Pick<SetDecision, 'entries'>,
  occasion: string,
): string | undefined {
  return entries.find(({ id, verdict }) => id === occasion && verdict === 'wait')?.reason;
}

/** Why the occasion is held, if it is. */
export function occasionHeld(
  { entries }: Pick<SetDecision, 'entries'>,
  occasion: string,
): EntryDecision | undefined {
  return entries.find(({ id, verdict }) => id === occasion && verdict === 'held');
}
