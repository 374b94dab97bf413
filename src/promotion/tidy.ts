import type { Instant } from '../core/time.ts';
import type { ActOrder, PipelineRecords } from './ports.ts';
import { withAttempt, withLateEffect, withPromotion } from './records/change-promotion.ts';
import { leaseEnd, openClaim } from './records/leases.ts';
import {
  type Effect,
  hasEnded,
  type PipelineRecord,
  type Promotion,
  withStage,
} from './records/record.ts';
import type { StageWay } from './ways/way.ts';

/** What clears away. */
export interface TidyPorts {
  readonly records: Pick<PipelineRecords, 'change'>;
  /** By stage; `undefined` = none, as with `outputs`, or of a stage that is no longer there. */
  way(stage: string): Pick<StageWay, 'find' | 'tidy'> | undefined;
  clock(): Instant;
  warn(line: string): void;
}

/** Promotions of one run; what is left is for the next. */
const atMost = 5;

interface Leftover {
  readonly stage: string;
  readonly promotion: Promotion;
  readonly why: string;
}

/** What was cleared away. */
interface Cleared extends Leftover {
  /** Of a holder that died without a note of it. */
  readonly found: Effect | undefined;
}

type TidyingWay = Pick<StageWay, 'find'> & Required<Pick<StageWay, 'tidy'>>;

/**
 * Clears away what promotions that have ended left behind, newest first, and notes it in one transition for all. Those that
 * ended well count only where they went by a pull request, which may stand open although the version came another way.
 * What fails is a warning, and is tried by the next run. Answers the record as it is then.
 */
export async function tidyEnded(ports: TidyPorts, record: PipelineRecord): Promise<PipelineRecord> {
  const done: Cleared[] = [];
  for (const leftover of leftovers(record, ports).slice(0, atMost)) {
    const cleared = await clear(ports, record.pipeline, leftover);
    if (cleared) done.push(cleared);
  }
  if (done.length === 0) return record;
  const why = `tidied: ${done.map(({ promotion }) => promotion.id).join(', ')}`;
  const changed = await ports.records.change((before, now) => {
    const after = done.reduce((noted, each) => withNote(noted, each, now), before);
    return after === before ? undefined : { record: after, why };
  });
  return changed.kind === 'unknown' ? record : changed.record;
}

function withNote(
  record: PipelineRecord,
  { stage, promotion: { id }, found }: Cleared,
  now: Instant,
): PipelineRecord {
  return withStage(record, stage, (before) =>
    withPromotion(before, id, (each) =>
      each.tidied ? each : { ...withoutClaim(each, found, now), tidied: true },
    ),
  );
}

/** A claim whose holder died is over, with what was found of it. */
function withoutClaim(promotion: Promotion, found: Effect | undefined, now: Instant): Promotion {
  if (!openClaim(promotion)) return promotion;
  if (found) return withLateEffect(promotion, found);
  const outcome = { result: 'lost', at: now, evidence: 'nothing of it was found' } as const;
  return withAttempt(promotion, { outcome });
}

function leftovers(record: PipelineRecord, ports: TidyPorts): Leftover[] {
  return Object.entries(record.stages)
    .filter(([stage]) => wayOf(ports, stage) !== undefined)
    .flatMap(([stage, { promotions }]) =>
      promotions
        .filter((promotion) => mayHaveLeft(promotion, ports.clock()))
        .map((promotion) => ({ stage, promotion, why: reasonFor(promotion, promotions) })),
    )
    .sort((a, b) => (b.promotion.endedAt ?? 0) - (a.promotion.endedAt ?? 0));
}

/** A holder that died may have acted without a note of it; while its lease lasts it may still. */
function mayHaveLeft(promotion: Promotion, now: Instant): boolean {
  if (promotion.tidied || !hasEnded(promotion)) return false;
  const claim = openClaim(promotion);
  if (claim) return leaseEnd(claim) <= now;
  return promotion.attempts.some(({ effect }) => effect && isLeft(promotion, effect));
}

/** A run that ended well has ended of itself. */
function isLeft({ phase }: Promotion, { kind }: Effect): boolean {
  return phase !== 'succeeded' || kind === 'pull-request';
}

/** The reason of its end, with the address of what it ended for. */
function reasonFor({ reason }: Promotion, all: readonly Promotion[]): string {
  const newer = /^superseded: by (\S+)$/.exec(reason)?.[1];
  const by = all.findLast(({ version }) => version === newer);
  const url = by?.attempts.findLast(({ effect }) => effect?.url)?.effect?.url;
  return url === undefined ? reason : `${reason}, ${url}`;
}

/** `undefined` = it could not be cleared away. */
async function clear(
  ports: TidyPorts,
  pipeline: string,
  leftover: Leftover,
): Promise<Cleared | undefined> {
  const { stage, promotion, why } = leftover;
  const way = wayOf(ports, stage);
  if (!way) return undefined;
  try {
    const effects = await effectsOf(way, pipeline, stage, promotion);
    for (const { order, effect } of effects) {
      if (isLeft(promotion, effect)) await way.tidy(order, effect, why);
    }
    const last = promotion.attempts.at(-1)?.number;
    const found = effects.find(({ order }) => order.attempt === last)?.effect;
    return { ...leftover, found };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    ports.warn(`${stage}: ${promotion.id} could not be cleared away: ${message}`);
    return undefined;
  }
}

/** Each once: further attempts may have adopted the same. */
async function effectsOf(
  way: TidyingWay,
  pipeline: string,
  stage: string,
  promotion: Promotion,
): Promise<{ order: ActOrder; effect: Effect }[]> {
  const known = new Map<string, { order: ActOrder; effect: Effect }>();
  for (const attempt of promotion.attempts) {
    const { number, lease, outcome } = attempt;
    const order = { pipeline, stage, promotion, attempt: number, key: lease.effect };
    const effect = attempt.effect ?? (outcome ? undefined : await way.find(order));
    if (effect) known.set(`${effect.kind} ${effect.reference}`, { order, effect });
  }
  return [...known.values()];
}

function wayOf({ way }: TidyPorts, stage: string): TidyingWay | undefined {
  const found = way(stage);
  return found?.tidy ? (found as TidyingWay) : undefined;
}
