import type { Instant } from '../core/time.ts';
import type { ActOrder, PipelineRecords } from './ports.ts';
import { withPromotion } from './records/change-promotion.ts';
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

type TidyingWay = Pick<StageWay, 'find'> & Required<Pick<StageWay, 'tidy'>>;

/**
 * Clears away what promotions that have ended left behind, newest first, and notes it in one transition for all. Those that
 * ended well count only where they went by a pull request, which may stand open although the version came another way.
 * What fails is a warning, and is tried by the next run. Answers the record as it is then.
 */
export async function tidyEnded(ports: TidyPorts, record: PipelineRecord): Promise<PipelineRecord> {
  const done: Leftover[] = [];
  for (const leftover of leftovers(record, ports).slice(0, atMost)) {
    if (await isCleared(ports, record.pipeline, leftover)) done.push(leftover);
  }
  if (done.length === 0) return record;
  const why = `tidied: ${done.map(({ promotion }) => promotion.id).join(', ')}`;
  const changed = await ports.records.change((before) => {
    const after = done.reduce(noted, before);
    return after === before ? undefined : { record: after, why };
  });
  return changed.kind === 'unknown' ? record : changed.record;
}

function noted(record: PipelineRecord, { stage, promotion: { id } }: Leftover): PipelineRecord {
  return withStage(record, stage, (before) =>
    withPromotion(before, id, (each) => (each.tidied ? each : { ...each, tidied: true })),
  );
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

async function isCleared(
  ports: TidyPorts,
  pipeline: string,
  { stage, promotion, why }: Leftover,
): Promise<boolean> {
  const way = wayOf(ports, stage);
  if (!way) return false;
  try {
    for (const { order, effect } of await effectsOf(way, pipeline, stage, promotion)) {
      await way.tidy(order, effect, why);
    }
    return true;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    ports.warn(`${stage}: ${promotion.id} could not be cleared away: ${message}`);
    return false;
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
    if (effect && isLeft(promotion, effect))
      known.set(`${effect.kind} ${effect.reference}`, { order, effect });
  }
  return [...known.values()];
}

function wayOf({ way }: TidyPorts, stage: string): TidyingWay | undefined {
  const found = way(stage);
  return found?.tidy ? (found as TidyingWay) : undefined;
}
