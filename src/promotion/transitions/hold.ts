import { formatInstant, type Instant } from '../../core/time.ts';
import { type Hold, type PipelineRecord, withStage } from '../records/record.ts';
import { withReason } from '../records/with-reason.ts';
import { type Answer, type Author, answer } from './answer.ts';

/** Stops a stage, or with no stage the whole pipeline, until then or until it is released. */
export function hold(
  record: PipelineRecord,
  stage: string | undefined,
  { by, at, why }: Author,
  until?: Instant,
): Answer {
  const wanted: Hold = { by, why, at, ...(until !== undefined && { until }) };
  const what = stage ?? `pipeline ${record.pipeline}`;
  const end = until === undefined ? '' : ` until ${formatInstant(until)}`;
  const reason = `hold: ${what} is held by ${withReason(`${by}${end}`, why)}`;
  if (stage !== undefined) {
    const held = withStage(record, stage, (before) =>
      isSame(before.hold, wanted) ? before : { ...before, hold: wanted },
    );
    return answer(record, held, reason);
  }
  return answer(
    record,
    isSame(record.freeze, wanted) ? record : { ...record, freeze: wanted },
    reason,
  );
}

/** Lifts what holds a stage: a hold and the pin of a rollback; with no stage, what holds the whole pipeline. */
export function release(
  record: PipelineRecord,
  stage: string | undefined,
  { by, why }: Author,
): Answer {
  const reason = `release: ${stage ?? `pipeline ${record.pipeline}`} goes on, says ${withReason(by, why)}`;
  if (stage === undefined) {
    const { freeze, ...rest } = record;
    return answer(record, freeze ? rest : record, reason);
  }
  const released = withStage(record, stage, (before) => {
    if (!before.hold && !before.pin) return before;
    const { hold: _, pin: __, ...rest } = before;
    return rest;
  });
  return answer(record, released, reason);
}

function isSame(one: Hold | undefined, other: Hold): boolean {
  return one?.by === other.by && one.why === other.why && one.until === other.until;
}
