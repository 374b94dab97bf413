import type { Instant } from '../core/time.ts';
import type { ProgressEvent, Target } from '../targets/target.ts';
import type { Audience } from './announcer.ts';
import type { PullRequests } from './ports.ts';

/** What deploy, teardown and sweep reach the world through. */
export interface PreviewPorts {
  readonly pullRequests: PullRequests;
  readonly target: Target;
  readonly audience: Audience;
  readonly now: () => Instant;
  /** Aborted with a `TimeoutError` at the user's timeout, with anything else on cancel. */
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

/** Whether the user's timeout ended the run, and not a cancel. */
export function isTimedOut({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Error | undefined)?.name === 'TimeoutError';
}
