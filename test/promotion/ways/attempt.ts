import { type Instant, instant, toIso } from '../../../src/core/time.ts';
import type { ActOrder } from '../../../src/promotion/ports.ts';
import { attemptKey, promotionId } from '../../../src/promotion/records/promotion-id.ts';
import type { Attempt, Promotion } from '../../../src/promotion/records/record.ts';
import type { WayContext } from '../../../src/promotion/ways/way.ts';
import { repository } from '../../lab/github/lab.ts';

/** What tests vary. */
export interface Wanted {
  readonly version: string;
  readonly kind?: 'forward' | 'rollback';
  readonly from?: string;
  readonly attempt?: number;
  readonly generation?: number;
  /** When the promotion was made, and when it was claimed by whoever asks now. */
  readonly createdAt: Instant;
  readonly claimedAt?: Instant;
  readonly earlier?: readonly Attempt[];
  readonly ending?: Pick<Promotion, 'phase' | 'reason' | 'endedAt'>;
  readonly evidence?: Promotion['evidence'];
}

/** One attempt that is to be carried out, as `advance` hands it over. */
export function attemptAt(wanted: Wanted): ActOrder {
  const { version, kind = 'forward', from, attempt = 1, generation = 0, createdAt } = wanted;
  const [pipeline, stage] = ['app', 'production'];
  const id = promotionId({ pipeline, stage, generation, version });
  const key = attemptKey(id, attempt);
  const since = wanted.claimedAt ?? createdAt;
  const lease = {
    holder: 'run-7',
    since: toIso(since),
    until: toIso(instant(since + 600_000)),
    effect: key,
  };
  const promotion: Promotion = {
    id,
    version,
    generation,
    kind,
    phase: 'pending',
    createdAt,
    reason: 'claimed: by run-7',
    attempts: [...(wanted.earlier ?? []), { number: attempt, lease }],
    ...(from !== undefined && { from }),
    ...(wanted.evidence && { evidence: wanted.evidence }),
    ...wanted.ending,
  };
  return { pipeline, stage, promotion, attempt, key };
}

/** A context in which versions are names of commits. */
export function contextOf(commits: Readonly<Record<string, string>> = {}): WayContext {
  return {
    repository,
    serverUrl: 'https://github.example.com',
    environment: 'production',
    commitOf: (version) => commits[version] ?? version,
  };
}
