import type { Instant } from '../../core/time.ts';
import type { Written } from './written.ts';

/** Workflows of the repository that are started by `workflow_dispatch`; `file` is a name in `.github/workflows`. */
export interface Workflows {
  /** Starts a run. Its value is `undefined` where GitHub does not say which one it made (Enterprise Server). */
  dispatch(
    file: string,
    ref: string,
    inputs: Readonly<Record<string, string>>,
  ): Promise<Written<StartedRun | undefined>>;
  /**
   * All runs that were started by `workflow_dispatch` since then; `undefined` = there is no such workflow, or it may not be
   * seen. Throws when it cannot see them all.
   */
  dispatched(file: string, since: Instant): Promise<readonly WorkflowRun[] | undefined>;
  /** `undefined` = there is no such run, or none to be seen yet. */
  run(id: string): Promise<WorkflowRun | undefined>;
  /** The workflow's text on a branch or tag; `undefined` = there is none. */
  text(file: string, ref: string): Promise<string | undefined>;
  /** Asks GitHub to stop a run; one that has ended, or is gone, stays as it is. */
  cancel(id: string): Promise<void>;
}

/** A run as the answer to its dispatch tells of it. */
export interface StartedRun {
  readonly id: string;
  readonly url: string;
}

/** A run as GitHub lists it. */
export interface WorkflowRun extends StartedRun {
  /** What `run-name` of the workflow made of its inputs. */
  readonly title: string;
  /** Branch or tag whose workflow runs. */
  readonly ref: string;
  /** `queued`, `in_progress`, `waiting`, `completed` … */
  readonly status: string;
  /** Of a completed run: `success`, `failure`, `cancelled` … */
  readonly conclusion: string | undefined;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}
