import * as v from 'valibot';
import { type Duration, type Instant, instant, parseInstant, toIso } from '../../core/time.ts';
import type { Cell, Ledger } from '../../ledger/ledger.ts';
import type { Changed, PipelineRecords } from '../ports.ts';
import { emptyRecord, type PipelineRecord } from './record.ts';

/** A record as JSON, times in ISO 8601, so that people can read it. */
export type StoredRecord = Readonly<Record<string, unknown>>;

const moments = new Set([
  'at',
  'since',
  'until',
  'seenAt',
  'createdAt',
  'endedAt',
  'retryAt',
  'doneAt',
  'behindSince',
  'soakingSince',
]);

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const moment: v.GenericSchema<unknown, Instant> = v.pipe(
  text,
  v.check(
    (written) => parseInstant(written) !== undefined,
    'is no time; write 2026-11-21T09:30:00Z',
  ),
  v.transform((written) => parseInstant(written) ?? instant(0)),
);
const lease = v.object({ holder: text, since: text, until: text, effect: text });
const hold = { by: text, why: text, at: moment };
const effect = v.object({
  kind: text,
  reference: text,
  url: v.exactOptional(text),
  at: moment,
  doneAt: v.exactOptional(moment),
});
const outcome = v.object({
  result: v.picklist(['succeeded', 'failed', 'errored', 'lost', 'cancelled']),
  at: moment,
  evidence: text,
  transient: v.exactOptional(v.boolean()),
});
const attempt = v.object({
  number: count,
  lease,
  effect: v.exactOptional(effect),
  outcome: v.exactOptional(outcome),
});
const promotion = v.object({
  id: text,
  version: text,
  generation: count,
  kind: v.picklist(['forward', 'rollback']),
  phase: v.picklist(['pending', 'running', 'succeeded', 'failed', 'errored', 'aborted']),
  from: v.exactOptional(text),
  createdAt: moment,
  endedAt: v.exactOptional(moment),
  reason: text,
  exhausted: v.exactOptional(v.boolean()),
  retryAt: v.exactOptional(moment),
  attempts: v.array(attempt),
  evidence: v.exactOptional(v.array(v.object({ gate: text, state: text, evidence: text }))),
  tidied: v.exactOptional(v.boolean()),
});
const visit = v.object({
  version: text,
  health: v.picklist(['healthy', 'unhealthy', 'unknown']),
  since: moment,
  seenAt: moment,
  healthyFor: v.pipe(v.number(), v.minValue(0)),
  soakingSince: v.exactOptional(moment),
});
const stage = v.object({
  generation: count,
  frontier: v.exactOptional(text),
  behindSince: v.exactOptional(moment),
  visits: v.array(visit),
  promotions: v.array(promotion),
  superseded: v.array(v.object({ version: text, by: text, at: moment })),
  approvals: v.array(v.object({ version: text, by: text, at: moment, source: text })),
  verifications: v.array(
    v.object({
      version: text,
      name: text,
      result: v.picklist(['passed', 'failed', 'running', 'unknown']),
      at: moment,
      evidence: text,
    }),
  ),
  overrides: v.array(v.object({ version: text, gates: v.array(text), ...hold, until: moment })),
  rearmed: v.array(v.object({ version: text, generation: count, ...hold })),
  hold: v.exactOptional(v.object({ ...hold, until: v.exactOptional(moment) })),
  pin: v.exactOptional(v.object({ version: text, from: v.exactOptional(text), ...hold })),
});
const schema: v.GenericSchema<unknown, PipelineRecord> = v.object({
  schema: v.literal(1),
  pipeline: text,
  freeze: v.exactOptional(v.object({ ...hold, until: v.exactOptional(moment) })),
  stages: v.record(text, stage),
});

/** The record as JSON. */
export function encodeRecord(record: PipelineRecord): StoredRecord {
  return encode(record, '') as StoredRecord;
}

/** The record out of JSON. Throws an `Error` that names each place that is wrong, as people may have mended it by hand. */
export function decodeRecord(value: unknown): PipelineRecord {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const wrong = parsed.issues.map(
    (issue) => `${v.getDotPath(issue) ?? 'the record'}: ${issue.message}`,
  );
  throw new Error(wrong.join('; '));
}

/** The cell of one pipeline. */
function pipelineCell(pipeline: string): Cell<StoredRecord> {
  return {
    kind: 'promotion',
    name: [pipeline],
    version: 1,
    parse: (value) => encodeRecord(decodeRecord(value)),
  };
}

/** The record of one pipeline in the ledger. */
export function recordsIn(
  ledger: Pick<Ledger, 'read' | 'transition'>,
  pipeline: string,
): PipelineRecords {
  const cell = pipelineCell(pipeline);
  const read = (state: StoredRecord | undefined) =>
    state === undefined ? emptyRecord(pipeline) : decodeRecord(state);
  return {
    read: async () => read((await ledger.read(cell)).state),
    change: async (next): Promise<Changed> => {
      const outcome = await ledger.transition(cell, ({ state }, now) => {
        const wanted = next(read(state), now);
        return wanted && { state: encodeRecord(wanted.record), why: wanted.why };
      });
      return outcome.kind === 'unknown'
        ? { kind: 'unknown', detail: outcome.detail }
        : { kind: outcome.kind, record: read(outcome.snapshot.state) };
    },
  };
}

/** What runs changed and did not show. */
export interface Unshown {
  /** The record as it was when all of it was shown. */
  readonly before: PipelineRecord;
  /** When it became so; `undefined` = never. */
  readonly since: Instant | undefined;
}

/**
 * What was changed by runs that died, or could not show it, unless the record was moved within `within`: whoever did may
 * be at it right now. `undefined` = all was shown, or may be soon.
 */
export async function unfinishedIn(
  ledger: Pick<Ledger, 'unfinished'>,
  pipeline: string,
  within: Duration,
): Promise<Unshown | undefined> {
  const left = await ledger.unfinished(pipelineCell(pipeline), within);
  if (!left) return undefined;
  const before = left.state === undefined ? emptyRecord(pipeline) : decodeRecord(left.state);
  return { before, since: left.last?.at };
}

function encode(value: unknown, key: string): unknown {
  if (typeof value === 'number') return moments.has(key) ? toIso(instant(value)) : value;
  if (Array.isArray(value)) return value.map((each) => encode(each, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, encode(each, name)]),
  );
}
