import type { Annotation } from '../step/step.ts';

/** One run of the workflow: what triggered it, and how it went. */
export interface RunRecord {
  readonly id: number;
  /** `pull_request`, `issue_comment` or `schedule`. */
  readonly event: string;
  /** The payload's `action`, where it has one. */
  readonly action?: string;
  /** Pull request it is about; absent for a sweep. */
  readonly pullRequest?: number;
  readonly status: 'queued' | 'running' | 'completed';
  readonly conclusion?: 'success' | 'failure' | 'cancelled';
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly wallMs?: number;
  readonly exit?: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** Lines as they came, masked. */
  readonly log: readonly string[];
}

/** `pull_request.opened`, or the event alone. */
export function trigger(run: Pick<RunRecord, 'event' | 'action'>): string {
  return run.action ? `${run.event}.${run.action}` : run.event;
}
