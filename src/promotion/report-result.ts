import type { Instant } from '../core/time.ts';
import { type Decision, decision } from './decision.ts';
import type { Instruction } from './instruction.ts';
import type { Pipeline } from './pipeline.ts';
import type { PipelineRecords } from './ports.ts';
import { recordAnswer } from './record-answer.ts';
import { leaseEnd, openEffect } from './records/leases.ts';
import { hasEnded, type PipelineRecord, type Promotion } from './records/record.ts';
import { type Answer, refuse } from './transitions/answer.ts';
import { report } from './transitions/report.ts';
import type { StageWay } from './ways/way.ts';

type Told = Extract<Instruction, { mode: 'report' }>;

/** A report as it was given. */
export interface GivenReport {
  readonly pipeline: Pipeline;
  readonly told: Told;
  /** See `Report`. */
  readonly mergedAt: Instant | undefined;
  /** What the holder of a claim of this run begins with; it tells which attempt the run is about. */
  readonly ownHolder: string;
  /** Shown where the report has no evidence of its own. */
  readonly source: string;
  /** From 0 to below 1. */
  readonly jitter: number;
  readonly dryRun: boolean;
}

/** Writes down how a deployment went. Throws a `UserError` where that is not certain. */
export function giveReport(given: GivenReport, records: PipelineRecords): Promise<Answer> {
  const { pipeline, told, mergedAt, source, jitter } = given;
  return recordAnswer(records, given.dryRun, (record, at) => {
    const mistaken = mistakeOf(record, told);
    if (mistaken !== undefined) return refuse(record, mistaken);
    const attempt = told.attempt ?? ownAttempt(record, given);
    const evidence = told.evidence || source;
    const { promotion, result } = told;
    const said = {
      ...{ promotion, result, evidence, at },
      ...(attempt !== undefined && { attempt }),
      ...(mergedAt !== undefined && { mergedAt }),
    };
    return report(record, pipeline, said, jitter);
  });
}

/**
 * When the pull request of a promotion was merged that is said to run: who deploys what was merged is mostly faster than
 * the next run, which would see it. `undefined` = it is not, or known already, or there is none.
 */
export async function mergeOf(
  { pipeline, told }: Pick<GivenReport, 'pipeline' | 'told'>,
  records: Pick<PipelineRecords, 'read'>,
  way: (stage: string) => StageWay,
): Promise<Instant | undefined> {
  const byPull = pipeline.stages.filter(({ via }) => via === 'pull-request');
  if (told.result !== 'success' || byPull.length === 0) return undefined;
  const [stage, promotion] = promotionIn(await records.read(), told.promotion) ?? [];
  const attempt = promotion && !hasEnded(promotion) ? openEffect(promotion) : undefined;
  const { effect } = attempt ?? {};
  const isOpen = effect?.kind === 'pull-request' && effect.doneAt === undefined;
  if (!isOpen || !attempt || !promotion || !byPull.some(({ name }) => name === stage))
    return undefined;
  const { number, lease } = attempt;
  const order = {
    pipeline: pipeline.name,
    stage: stage ?? '',
    promotion,
    attempt: number,
    key: lease.effect,
  };
  const { state, at } = await way(order.stage).look(order, effect);
  return state === 'done' ? at : undefined;
}

/** Whoever says more than the id must mean the same by it; `undefined` = they do, or no such promotion is known. */
function mistakeOf(
  record: PipelineRecord,
  { promotion: id, stage, version }: Told,
): string | undefined {
  const [where, found] = promotionIn(record, id) ?? [];
  if (!found) return undefined;
  if (stage !== undefined && stage !== where)
    return `report: ${id} is a promotion into ${where}, not into ${stage}`;
  const isCommit = /^[0-9a-f]{40}$/.test(found.version) && /^[0-9a-f]{7,}$/.test(version ?? '');
  const isMeant = isCommit ? found.version.startsWith(version ?? '') : found.version === version;
  if (version === undefined || isMeant) return undefined;
  return `report: ${id} is a promotion of ${found.version}, not of ${version}`;
}

/**
 * What became of the promotion that was reported, as a decision on its stage; `undefined` where none is known. It never
 * asks for an act, and what needs a person is `blocked`: that the report was written down is no failure.
 */
export function afterReport(record: PipelineRecord, id: string): Decision | undefined {
  const found = promotionIn(record, id);
  if (!found) return undefined;
  const [stage, promotion] = found;
  const { version, reason, retryAt } = promotion;
  const attempt = promotion.attempts.at(-1);
  const rule = /^[a-z][a-z-]*(?=: )/.exec(reason)?.[0] ?? 'report';
  const kind = kindAfter(promotion);
  const wakeAt = kind === 'wait' ? (retryAt ?? (attempt && leaseEnd(attempt))) : undefined;
  return decision(stage, kind, rule, reason, { version, promotion: id, wakeAt });
}

function kindAfter(promotion: Promotion): 'wait' | 'blocked' | 'none' {
  if (!hasEnded(promotion)) return 'wait';
  return promotion.phase === 'succeeded' ? 'none' : 'blocked';
}

/** A run that was handed an earlier attempt says nothing about a later one. */
function ownAttempt(record: PipelineRecord, { told, ownHolder }: GivenReport): number | undefined {
  const [, promotion] = promotionIn(record, told.promotion) ?? [];
  return promotion?.attempts.findLast(({ lease }) => lease.holder.startsWith(ownHolder))?.number;
}

function promotionIn(
  { stages }: PipelineRecord,
  id: string,
): readonly [stage: string, promotion: Promotion] | undefined {
  for (const [stage, { promotions }] of Object.entries(stages)) {
    const found = promotions.find((promotion) => promotion.id === id);
    if (found) return [stage, found];
  }
  return undefined;
}
