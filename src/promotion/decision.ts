import type { Instant } from '../core/time.ts';
import type { Gate } from './gates/gate.ts';

/** What becomes of one stage now. Only `promote` asks for an act. */
export interface Decision {
  readonly stage: string;
  readonly decision: 'promote' | 'wait' | 'blocked' | 'none' | 'superseded' | 'failed';
  /** The rule that decided: the name of a gate, of the order, or of what the promotion waits for. */
  readonly rule: string;
  /** One sentence that begins with the rule. */
  readonly reason: string;
  readonly version?: string;
  /** Id of the promotion that there is, or would be. */
  readonly promotion?: string;
  /** Number of the attempt to make. */
  readonly attempt?: number;
  /**
   * Of `promote`: `claim` may act; `adopt` only looks whether the holder before has acted, as gates are shut now, or the stage runs the version by
   * whatever way.
   */
  readonly act?: 'claim' | 'adopt';
  readonly gates: readonly Gate[];
  /** Older versions that are left out for this one, oldest first. */
  readonly leftOut: readonly string[];
  /** Id of the promotion under way that ends for this one. */
  readonly supersedes?: string;
  /** The earliest moment at which this can change by time alone. */
  readonly wakeAt?: Instant;
}

/** A decision with the reason made from the rule; what is `undefined` is left out. */
export function decision(
  stage: string,
  kind: Decision['decision'],
  rule: string,
  sentence: string,
  more: {
    readonly [K in Exclude<keyof Decision, 'stage' | 'decision' | 'rule' | 'reason'>]?:
      | Decision[K]
      | undefined;
  } = {},
): Decision {
  const present = Object.fromEntries(
    Object.entries(more).filter(([, value]) => value !== undefined),
  ) as Partial<Decision>;
  const reason = sentence.startsWith(`${rule}: `) ? sentence : `${rule}: ${sentence}`;
  return { gates: [], leftOut: [], ...present, stage, decision: kind, rule, reason };
}
