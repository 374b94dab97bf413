import type { Instant } from '../../core/time.ts';
import type { PipelineRecord } from '../records/record.ts';

/** What came of a command. `refused` says why in a sentence for whoever gave it; the record is as before. */
export interface Answer {
  readonly record: PipelineRecord;
  readonly outcome: 'done' | 'unchanged' | 'refused';
  readonly reason: string;
}

/** Who gives a command, when and why. Whether they may is asked before: see `refusalOfCommand`. */
export interface Author {
  readonly by: string;
  readonly at: Instant;
  readonly why: string;
}

/** The answer for a record that was or was not changed. */
export function answer(before: PipelineRecord, after: PipelineRecord, reason: string): Answer {
  return { record: after, outcome: after === before ? 'unchanged' : 'done', reason };
}

/** The answer that changes nothing. */
export function refuse(record: PipelineRecord, reason: string): Answer {
  return { record, outcome: 'refused', reason };
}
