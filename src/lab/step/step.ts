/** What an annotation carries; `line` and `column` count from 1. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** How long the runner waits between the steps of its cancel ladder, in milliseconds. */
export interface CancelLadder {
  /** From SIGINT to SIGTERM. */
  readonly interrupt: number;
  /** From SIGTERM to the kill of the process tree. */
  readonly terminate: number;
}

/** One step of a job: `uses:` of one of our actions. */
export interface StepOptions {
  /** Directory of the project: holds `action.yml` and `actions/<name>/action.yml`. */
  readonly root: string;
  /** `understudy` for the root action, else a folder of `actions/`. */
  readonly action: string;
  /** Name of the event, `pull_request` say. */
  readonly event: string;
  /** The webhook's payload. */
  readonly payload: unknown;
  /** `with:`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** `env:` of the workflow, and what the runner's machine sets for its jobs. */
  readonly env?: Readonly<Record<string, string>>;
  /** `owner/name`. Default: that of the payload. */
  readonly repository?: string;
  /** Base address of the REST API, without a slash at the end. */
  readonly url?: string;
  /** `GITHUB_SERVER_URL`. Default: that of the API's address. */
  readonly serverUrl?: string;
  /** `github.token`; masked from the first line of the log on. */
  readonly token?: string;
  /** The checkout. Default: an empty directory, removed afterwards. */
  readonly workspace?: string;
  /** Directory to keep the step's own files in. Default: the system's for temporary files. */
  readonly home?: string;
  /** `github.sha` for events whose payload names no commit (`schedule`, `issue_comment` …). */
  readonly sha?: string;
  readonly actor?: string;
  readonly runId?: number;
  readonly runNumber?: number;
  readonly runAttempt?: number;
  readonly job?: string;
  readonly workflow?: string;
  /** Path of the workflow file. Default `.github/workflows/preview.yml`. */
  readonly workflowPath?: string;
  /** `timeout-minutes`, in milliseconds. */
  readonly timeout?: number;
  readonly ladder?: CancelLadder;
  /** `ACTIONS_STEP_DEBUG`. */
  readonly debug?: boolean;
  /** Called with each line of the log as it comes, masked. */
  readonly onLine?: (line: string) => void;
}

/** How a step ended. */
export interface StepResult {
  readonly conclusion: 'success' | 'failure' | 'cancelled';
  /** Exit code of the process; 1 where the runner failed the step though the process exited 0. */
  readonly exit: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** What `GITHUB_ENV` set for later steps. */
  readonly env: Readonly<Record<string, string>>;
  /** What `GITHUB_STATE` kept for the post step. */
  readonly state: Readonly<Record<string, string>>;
  /** What `GITHUB_PATH` put in front of `PATH`, in order of writing. */
  readonly path: readonly string[];
  /** Markdown, masked. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** Whole log as the runner shows it, masked, without time stamps. */
  readonly log: string;
  readonly wallMs: number;
  /** `RUNNER_TEMP`, when an output names a file in it; else it is gone. */
  readonly temp?: string;
}

/** A step under way. */
export interface RunningStep {
  readonly finished: Promise<StepResult>;
  /** As the button of a run does: SIGINT, SIGTERM, kill of the tree. */
  cancel(): void;
}
