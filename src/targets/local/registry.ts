import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Instant } from '../../core/time.ts';
import type { PreviewMarks, Probe, ServiceState } from '../target.ts';
import { recordFile, type StateFolder } from './state-folder.ts';

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the system tells it. */
  readonly started: string;
}

/** How a service is run, found out once per release. */
export interface ServiceSpecification {
  readonly name: string;
  readonly host: string;
  readonly launch:
    | { readonly kind: 'shell'; readonly command: string }
    | { readonly kind: 'static' };
  readonly install?: string;
  readonly stop?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly probe: Probe;
  /** Milliseconds. */
  readonly sleepAfter?: number;
}

/** A service of a release as it was last. */
export interface ServiceRecord {
  readonly specification: ServiceSpecification;
  readonly state: ServiceState;
  readonly url: string;
  readonly port?: number;
  readonly process?: ProcessIdentity;
}

/** One commit of a preview: a worktree, and a process for each service. */
export interface ReleaseRecord {
  readonly id: string;
  readonly commit: string;
  readonly fingerprint: string;
  readonly services: readonly ServiceRecord[];
}

/** Why the last deploy failed, kept for the page. */
export interface FailureRecord {
  readonly commit: string;
  readonly fingerprint: string;
  readonly service: string;
  readonly reason: string;
  readonly log: readonly string[];
}

/** What a gateway knows of a preview after it was killed. */
export interface PreviewRecord extends PreviewMarks {
  readonly version: 1;
  readonly fingerprint: string;
  readonly createdAt: Instant;
  /** Service names, hosts and addresses that were asked for last. */
  readonly services: readonly {
    readonly name: string;
    readonly host: string;
    readonly url: string;
  }[];
  readonly live?: ReleaseRecord;
  /** Ids of releases that are starting or being removed: not to be kept. */
  readonly passing: readonly string[];
  readonly failure?: FailureRecord;
}

/** All records. Throws when one cannot be read: a list in part would say that a preview is gone. */
export function readRecords(state: StateFolder): readonly PreviewRecord[] {
  return recordFiles(state).map(readRecord);
}

/** One record. Throws when it is not one. */
export function readRecord(file: string): PreviewRecord {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as PreviewRecord;
    if (record.version !== 1) throw new Error(`its version is ${record.version}, not 1`);
    return record;
  } catch (cause) {
    throw new Error(`the record ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Replaces the record whole, so that a kill leaves the old one or the new one. */
export function writeRecord(state: StateFolder, record: PreviewRecord): void {
  const file = recordFile(state, record.repository, record.previewId);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(record, null, 1), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Of a record that is not there: nothing. */
export function removeRecord(state: StateFolder, repository: string, previewId: string): void {
  rmSync(recordFile(state, repository, previewId), { force: true });
}

/** The files of all records. */
export function recordFiles(state: StateFolder): readonly string[] {
  try {
    const names = readdirSync(state.previews).filter((name) => name.endsWith('.json'));
    return names.map((name) => join(state.previews, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
