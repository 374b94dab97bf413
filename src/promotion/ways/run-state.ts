import type { Instant } from '../../core/time.ts';
import type { EffectState } from '../facts.ts';
import type { WorkflowRun } from './dispatch-ports.ts';

/** Conclusions of a run that has deployed nothing, or not all of it. */
const bad: readonly string[] = ['failure', 'timed_out', 'startup_failure', 'skipped', 'stale'];

/** What waits, in words. */
const waiting: Readonly<Record<string, string>> = {
  waiting: 'waits for the approval or the timer of an environment',
  pending: 'waits for another run of its concurrency group',
  requested: 'is yet to be queued',
  queued: 'is queued',
  in_progress: 'is in progress',
};

/** What became of a run, by GitHub's status and conclusion (docs: workflow runs, check suites). */
export function runState(run: WorkflowRun, now: Instant): EffectState {
  const { status, conclusion, url, updatedAt } = run;
  if (status !== 'completed') {
    const words = waiting[status] ?? `is ${status}`;
    return { state: 'open', at: now, evidence: `the run ${words}: ${url}` };
  }
  const state = ended(conclusion);
  const evidence =
    conclusion === 'action_required'
      ? `somebody is to approve the run: ${url}`
      : `the run ended with ${conclusion ?? 'nothing'}: ${url}`;
  return { state, at: updatedAt, evidence };
}

function ended(conclusion: string | undefined): EffectState['state'] {
  if (conclusion === 'success' || conclusion === 'neutral') return 'done';
  if (conclusion === 'cancelled') return 'cancelled';
  if (conclusion === 'action_required') return 'open';
  return conclusion !== undefined && bad.includes(conclusion) ? 'failed' : 'unknown';
}
