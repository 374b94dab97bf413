import { type Instant, instant, parseInstant } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';

/** The variables of the process; passed in, never read inside. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the runner tells every action about the run. Variables: GitHub's documentation of default variables. */
export interface RunContext {
  /** `owner/name`. */
  readonly repository: string;
  readonly eventName: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** Page of this run, for links. */
  readonly runUrl: string;
  /** Where the repository is checked out, when it is. */
  readonly workspace: string;
  /** Emptied after the job. */
  readonly temp: string;
  /** Commit and ref that the run stands for. */
  readonly sha: string;
  readonly ref: string;
}

/** Reads the runner's variables. Throws a `UserError` when this is not a workflow run. */
export function readRunContext(environment: Environment): RunContext {
  const repository = environment.GITHUB_REPOSITORY ?? '';
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new UserError(
      `GITHUB_REPOSITORY is ${JSON.stringify(repository)}, not owner/name`,
      'Run this action in a workflow, or with `lab step`, which set the variables of a run.',
    );
  }
  const serverUrl = readUrl(environment, 'GITHUB_SERVER_URL', 'https://github.com');
  return {
    repository,
    eventName: environment.GITHUB_EVENT_NAME ?? '',
    apiUrl: readUrl(environment, 'GITHUB_API_URL', 'https://api.github.com'),
    serverUrl,
    runUrl: `${serverUrl}/${repository}/actions/runs/${environment.GITHUB_RUN_ID ?? ''}`,
    workspace: environment.GITHUB_WORKSPACE ?? '',
    temp: environment.RUNNER_TEMP || '/tmp',
    sha: environment.GITHUB_SHA ?? '',
    ref: environment.GITHUB_REF ?? '',
  };
}

function readUrl(environment: Environment, name: string, fallback: string): string {
  const url = environment[name] || fallback;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '');
  throw new UserError(
    `${name} is ${JSON.stringify(url)}, not a URL`,
    `Leave the variable to the runner; it is ${fallback} on GitHub.com.`,
  );
}

/**
 * The clock: the system's, or `UNDERSTUDY_NOW` for rehearsals. Throws a `UserError` when that is not ISO 8601.
 */
export function readClock(environment: Environment, systemNow: () => number): () => Instant {
  const fixed = environment.UNDERSTUDY_NOW;
  if (fixed === undefined || fixed === '') return () => instant(systemNow());
  const moment = parseInstant(fixed);
  if (moment !== undefined) return () => moment;
  throw new UserError(
    `UNDERSTUDY_NOW is ${JSON.stringify(fixed)}, not a moment in ISO 8601`,
    'Write it as 2026-11-21T09:30:00Z, or remove the variable to use the real clock.',
  );
}

/** Warns, in every action alike, of a clock that is not the real one. */
export function warnOfClock(run: {
  readonly environment: Environment;
  warn(message: string): void;
}): void {
  if (run.environment.UNDERSTUDY_NOW) run.warn('the clock is UNDERSTUDY_NOW, not the real one');
}
