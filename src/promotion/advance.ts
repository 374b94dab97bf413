import { type Duration, duration, type Instant } from '../core/time.ts';
import { clockMargin, mayAct } from '../ledger/lease.ts';
import { decidePromotions } from './decide.ts';
import type { Decision } from './decision.ts';
import type { PromotionFacts } from './facts.ts';
import { refusalOfUnknown } from './known-versions.ts';
import { type Pipeline, stageNamed } from './pipeline.ts';
import type { ActOrder, Changed, NextRecord, Observer, PipelineRecords, Way } from './ports.ts';
import { lastAttempt } from './records/leases.ts';
import { activePromotion, type PipelineRecord, stageRecord } from './records/record.ts';
import { isWorthWriting, settle } from './settle.ts';
import { contextOf, knownFrom } from './stage-context.ts';
import { claim } from './transitions/claim.ts';
import { type Act, recordAct } from './transitions/record-act.ts';

/**
 * No act begins later than this before the end of its lease: a request may be under way for a third of it, clocks may
 * differ by a third, and for the last third what it made may be missing from lists. Whoever takes the lease over sees it.
 */
export const actMargin: Duration = duration(3 * clockMargin);

/** What moves a pipeline on. */
export interface AdvanceRequest {
  readonly pipeline: Pipeline;
  readonly asked?: { readonly stage?: string; readonly version?: string };
  /** Unique to a process. */
  readonly holder: string;
  /** How long nobody else may act after a claim, well over `actMargin`; with `outputs` it is the stage's timeout. */
  readonly lease: Duration;
  /** From 0 to below 1. */
  readonly jitter: number;
  readonly dryRun: boolean;
}

/** The world that it moves on in. */
export interface AdvancePorts {
  readonly records: PipelineRecords;
  readonly observer: Observer;
  /** By stage; none is needed for `outputs`. */
  way(stage: string): Way;
  clock(): Instant;
}

/** What was decided, and the record after it. */
export interface Advanced {
  readonly decisions: readonly Decision[];
  readonly record: PipelineRecord;
  /** How the claims ended; `undefined` = there was nothing to record, or it was a dry run. */
  readonly changed: Changed['kind'] | undefined;
  /** What was thrown as a claim was carried out: it stands, and the next run looks for what was done under it. */
  readonly faults: readonly unknown[];
  /** Why nothing was decided: a version was asked for that there is not. */
  readonly refusal?: string;
}

interface Plan {
  readonly decisions: readonly Decision[];
  readonly record: PipelineRecord;
  readonly next: PipelineRecord;
}

/**
 * Observes, decides, claims all that is to be promoted in one transition, and acts on what it got. A run that dies
 * anywhere is taken up by the next one, which looks for what was done before it does anything.
 */
export async function advance(request: AdvanceRequest, ports: AdvancePorts): Promise<Advanced> {
  const { records, observer, clock } = ports;
  const before = await records.read();
  const observed = await observer.observe(before);
  const { pipeline, asked } = request;
  const facts = { pipeline, ...observed, now: clock(), ...(asked && { asked }) };
  const refusal = refusalOfAsked({ ...facts, record: before });
  if (refusal !== undefined)
    return { decisions: [], record: before, changed: undefined, faults: [], refusal };
  let plan = planFrom(request, { ...facts, record: before });
  if (request.dryRun) return { ...plan, changed: undefined, faults: [] };
  let outrun = false;
  const changed = await records.change((record, now) => {
    outrun = isOutrun(facts, before, record);
    if (outrun) return undefined;
    plan = planFrom(request, { ...facts, record, now });
    return nextOf(plan, { ...facts, record, now });
  });
  if (changed.kind !== 'recorded')
    return { ...plan, changed: outrun ? 'contended' : changed.kind, faults: [] };
  const acted = await actOnClaims(request, ports, plan, changed.record);
  return { decisions: plan.decisions, changed: changed.kind, ...acted };
}

function refusalOfAsked(facts: PromotionFacts): string | undefined {
  const { pipeline, record, asked } = facts;
  if (asked?.version === undefined) return undefined;
  const { order } = knownFrom(facts);
  const names = pipeline.stages.map(({ name }) => name);
  return refusalOfUnknown(record, names, order, order.keyOf(asked.version));
}

/**
 * Whether a rival has started, since this run looked, a version that it never heard of. How that one stands to others is
 * not known to this run, and all that it would decide is old; the next run decides.
 */
function isOutrun(
  { history, pipeline }: Omit<PromotionFacts, 'record'>,
  before: PipelineRecord,
  record: PipelineRecord,
): boolean {
  return pipeline.stages.some(({ name }) => {
    const { frontier } = stageRecord(record, name);
    if (frontier === undefined || frontier === stageRecord(before, name).frontier) return false;
    return !history.versions.some(({ key }) => key === frontier);
  });
}

function planFrom(request: AdvanceRequest, facts: PromotionFacts): Plan {
  const record = settle(facts, request.jitter);
  const settled = { ...facts, record };
  const decisions = decidePromotions(settled);
  const next = decisions
    .filter(({ decision }) => decision === 'promote')
    .reduce(
      (claimed, decided) => claimFor(request, { ...settled, record: claimed }, decided),
      record,
    );
  return { decisions, record, next };
}

function claimFor(
  { holder, lease }: AdvanceRequest,
  facts: PromotionFacts,
  decided: Decision,
): PipelineRecord {
  const known = knownFrom(facts);
  const { stage, current } = contextOf(known, decided.stage);
  const length = stage.via === 'outputs' ? stage.timeout : lease;
  const claimant = { holder, now: facts.now, length, relate: known.order.relate };
  return claim(facts.record, stage, decided, claimant, current);
}

function nextOf({ decisions, record, next }: Plan, facts: PromotionFacts): NextRecord | undefined {
  if (next === record && !isWorthWriting(facts, record)) return undefined;
  const promoted = decisions.filter(({ decision }) => decision === 'promote');
  const why = promoted.map(({ stage, version, reason }) => `${stage} takes ${version} (${reason})`);
  return { record: next, why: why.join('; ') || 'observed' };
}

/**
 * One after the other, so that a run that is told to stop leaves one open claim at most undone. What fails at one stage
 * keeps none of the others from their turn.
 */
async function actOnClaims(
  request: AdvanceRequest,
  ports: AdvancePorts,
  { decisions }: Plan,
  record: PipelineRecord,
): Promise<Pick<Advanced, 'record' | 'faults'>> {
  let latest = record;
  const faults: unknown[] = [];
  for (const decided of decisions) {
    if (decided.decision !== 'promote') continue;
    const order = orderFor(request, record, decided);
    if (!order) continue;
    try {
      latest = await carryOut(request, ports, order, decided, latest);
    } catch (cause) {
      faults.push(cause);
    }
  }
  return { record: latest, faults };
}

/** The attempt that is this run's to carry out; none where the claim is another's, or handed out already. */
function orderFor(
  { pipeline, holder }: AdvanceRequest,
  record: PipelineRecord,
  { stage, promotion: id }: Decision,
): ActOrder | undefined {
  const promotion = activePromotion(stageRecord(record, stage));
  const attempt = promotion && lastAttempt(promotion);
  if (!attempt || promotion.id !== id || attempt.effect || attempt.lease.holder !== holder)
    return undefined;
  const { number, lease } = attempt;
  return { pipeline: pipeline.name, stage, promotion, attempt: number, key: lease.effect };
}

async function carryOut(
  request: AdvanceRequest,
  ports: AdvancePorts,
  order: ActOrder,
  { act: allowed }: Decision,
  record: PipelineRecord,
): Promise<PipelineRecord> {
  const lease = lastAttempt(order.promotion)?.lease;
  if (!lease) return record;
  const act = await findOrAct(ports, order, allowed === 'claim');
  if (!act) return record;
  const stage = stageNamed(request.pipeline, order.stage);
  const changed = await ports.records.change((before) => {
    const after = recordAct(before, stage, order.promotion.id, lease, act, request.jitter);
    return after === before ? undefined : { record: after, why: `${order.stage}: ${act.kind}` };
  });
  return changed.kind === 'unknown' ? record : changed.record;
}

/** `undefined` = the lease is over, or nearly so: whoever comes next looks and acts. */
async function findOrAct(
  { way, clock }: AdvancePorts,
  order: ActOrder,
  allowed: boolean,
): Promise<Act | undefined> {
  const { find, act } = way(order.stage);
  const lease = lastAttempt(order.promotion)?.lease;
  const effect = await find(order);
  if (effect) return { kind: 'acted', effect };
  if (!allowed)
    return { kind: 'nothing', at: clock(), evidence: 'nothing was done, and nothing may be now' };
  return lease && mayAct(lease, lease, clock(), actMargin) ? act(order) : undefined;
}
