import { parseInstant, toIso } from '../core/time.ts';
import type { Entry } from './ledger.ts';
import type { LedgerRecord } from './record.ts';
import type { LoggedCommit } from './ref-store.ts';

/** What a trailer is called for each part of an entry. */
const trailers = { operation: 'Operation', by: 'By', run: 'Run', at: 'At' } as const;

/**
 * The message of a commit: cell, number and reason in the first line, the rest as trailers, so that `git log` of
 * the ref is the audit log.
 */
export function commitMessage(record: LedgerRecord): string {
  const { cell, sequence, why, operation, by, run, at } = record;
  const lines = [
    `${trailers.operation}: ${operation}`,
    `${trailers.by}: ${by}`,
    `${trailers.run}: ${run}`,
    ...(at !== undefined ? [`${trailers.at}: ${toIso(at)}`] : []),
  ];
  return `${oneLine(cell)} ${sequence}: ${why}\n\n${lines.map(oneLine).join('\n')}\n`;
}

/** The entry that a commit of the chain tells of; one by hand has its author and its first line. */
export function entryFrom({ commit, message, author }: LoggedCommit): Entry {
  const [subject = ''] = message.split('\n');
  const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]?.trim();
  return {
    commit,
    operation: value(trailers.operation) ?? '',
    at: parseInstant(value(trailers.at) ?? ''),
    by: value(trailers.by) ?? author,
    run: value(trailers.run) ?? '',
    why: subject.replace(/^\S+(?: \S+)*? \d+: /, ''),
  };
}

/** Text of others in one line: it adds no trailer, and moves no cursor of a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
