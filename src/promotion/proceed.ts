import type { Advanced } from './advance.ts';
import { isOpen } from './gates/gate.ts';
import type { ActOrder } from './ports.ts';
import { openEffect } from './records/leases.ts';
import {
  activePromotion,
  type Effect,
  type PipelineRecord,
  stageRecord,
} from './records/record.ts';
import type { StageWay } from './ways/way.ts';

/** What moves on what is under way. */
export interface ProceedPorts {
  /** By stage; `undefined` = none, as with `outputs`. */
  way(stage: string): Pick<StageWay, 'proceed'> | undefined;
  warn(line: string): void;
}

/** What came of one promotion. */
export interface Proceeded {
  readonly stage: string;
  readonly promotion: string;
  /** One sentence: what was done, or what keeps it. */
  readonly evidence: string;
}

interface Running {
  readonly order: ActOrder;
  readonly effect: Effect;
}

/**
 * Moves on the promotions whose effects are under way, of stages that were decided about and whose gates are all open:
 * a hold or a shut window keeps a pull request from being merged. What this run has only just begun is left to the next
 * one, so that its checks can start. What fails is a warning, and is tried by the next run.
 */
export async function proceedAll(
  { way, warn }: ProceedPorts,
  { decisions, record }: Pick<Advanced, 'decisions' | 'record'>,
): Promise<readonly Proceeded[]> {
  const all: Proceeded[] = [];
  for (const { stage, promotion, gates, decision } of decisions) {
    const found = decision === 'promote' ? undefined : running(record, stage);
    if (!found || found.order.promotion.id !== promotion || !gates.every(isOpen)) continue;
    try {
      const evidence = await way(stage)?.proceed?.(found.order, found.effect);
      if (evidence !== undefined) all.push({ stage, promotion, evidence });
    } catch (cause) {
      warn(`${stage}: ${promotion} could not be moved on: ${messageOf(cause)}`);
    }
  }
  return all;
}

/** Done effects wait for the arrival alone. */
function running(record: PipelineRecord, stage: string): Running | undefined {
  const promotion = activePromotion(stageRecord(record, stage));
  const attempt = promotion && openEffect(promotion);
  if (!promotion || !attempt?.effect || attempt.effect.doneAt !== undefined) return undefined;
  const { number, lease, effect } = attempt;
  const order = { pipeline: record.pipeline, stage, promotion, attempt: number, key: lease.effect };
  return { order, effect };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
