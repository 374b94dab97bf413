import type { Instant } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';
import type { PipelineRecords } from './ports.ts';
import type { PipelineRecord } from './records/record.ts';
import type { Answer } from './transitions/answer.ts';

/**
 * Writes down what `say` makes of the record; a dry run only asks it. Throws a `UserError` when it is not certain that
 * it is written: whoever said it is to say it again.
 */
export async function recordAnswer(
  records: PipelineRecords,
  dryRun: boolean,
  say: (record: PipelineRecord, now: Instant) => Answer,
): Promise<Answer> {
  let answer: Answer | undefined;
  const changed = await records.change((record, now) => {
    answer = say(record, now);
    const isWritten = answer.outcome === 'done' && !dryRun;
    return isWritten ? { record: answer.record, why: answer.reason } : undefined;
  });
  if (!answer || changed.kind === 'contended' || changed.kind === 'unknown')
    throw notWritten(changed.kind === 'unknown' ? changed.detail : 'other runs were faster');
  return answer;
}

function notWritten(detail: string): UserError {
  return new UserError(
    `it is not known whether this was written down: ${detail}`,
    'Run it again; what is said twice changes nothing.',
  );
}
