import { type Problem, UserError } from '../core/user-error.ts';
import type { Environment } from './environment.ts';
import { escapeCommands } from './escape-commands.ts';
import { type LogGroups, logGroups } from './log-groups.ts';
import { workflowCommand, writeOutput, writeSummary } from './workflow-commands.ts';

/** What an action hands back: its outputs, what it shows people, and why it failed if it did. */
export interface ActionOutcome {
  /** Values as strings; lists and objects as JSON. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown for the job summary. */
  readonly summary?: string;
  /** Not empty = exit 1, each one annotation. */
  readonly failures?: readonly Problem[];
  readonly warnings?: readonly string[];
  /** One line on the page of the run where nothing failed; absent = the output `reason`. */
  readonly notice?: string;
}

/** What an action is given. */
export interface ActionRun extends LogGroups {
  readonly environment: Environment;
  /** Aborted at SIGINT or SIGTERM: stop acting, write one checkpoint. */
  readonly signal: AbortSignal;
  /** One line in the log. */
  log(line: string): void;
  debug(line: string): void;
  warn(message: string): void;
}

/** GitHub shows ten annotations of a kind for a step; the rest would be lost in silence. */
const annotationLimit = 10;
/** The runner kills 10 s after SIGINT (7.5 s to SIGTERM, 2.5 s more); half of that is ours. */
const cancelGrace = 4_500;
const newIssue = 'https://github.com/understudy-dev/understudy/issues/new';

/**
 * Runs one action to its end: reads nothing itself, turns the outcome into outputs, summary, annotations and
 * the exit code, and errors into one clear report. The only place that does.
 */
export async function runAction(
  name: string,
  act: (run: ActionRun) => Promise<ActionOutcome>,
): Promise<void> {
  // Should nothing be left to wait for before the end, the run is no success. A `main.ts` does not await it at the top
  // level: what is bundled around that is compiled twice, which takes 2 ms.
  process.exitCode = 1;
  const environment: Environment = process.env;
  const token = environment['INPUT_GITHUB-TOKEN'];
  if (token) say(workflowCommand('add-mask', token));
  let ended = false;
  const end = (outcome: ActionOutcome) => {
    if (!ended) report(name, outcome, environment);
    ended = true;
  };
  const run = actionRun(environment, () => end(failedOutcome(name, overdue())));
  const outcome = await act(run).catch((cause) => failedOutcome(name, cause));
  run.endGroup();
  end(outcome);
  process.exitCode = (outcome.failures ?? []).length > 0 ? 1 : 0;
}

/** For a run that was told to stop and could not come to its own end, mostly as it waits for an answer. */
function overdue(): UserError {
  return new UserError(
    'cancelled: the run was cancelled, and what it waited for did not come in time',
    'Run it again; it goes on where this one stopped.',
  );
}

function say(line: string) {
  process.stdout.write(`${line}\n`);
}

/** An outcome for something thrown. A `UserError` is the user's to mend, anything else a fault of ours. */
export function failedOutcome(name: string, cause: unknown): ActionOutcome {
  const failures = cause instanceof UserError ? cause.problems : [bugReport(cause)];
  if (!(cause instanceof UserError) && cause instanceof Error) {
    say(workflowCommand('debug', cause.stack ?? ''));
  }
  return {
    outputs: { reason: failures[0]?.message.split('\n')[0] ?? '' },
    summary: `### ${name} failed\n`,
    failures,
  };
}

function bugReport(cause: unknown): Problem {
  return {
    message: causes(cause).join(': caused by '),
    hint: `This looks like a fault of Understudy. Run again with debug logging and report it: ${newIssue}`,
  };
}

function causes(cause: unknown): string[] {
  if (!(cause instanceof Error)) return [String(cause)];
  return [cause.message, ...(cause.cause === undefined ? [] : causes(cause.cause))];
}

function actionRun(environment: Environment, giveUp: () => void): ActionRun {
  const cancel = new AbortController();
  const stop = () => {
    cancel.abort(new Error('the run was cancelled'));
    const leave = () => {
      giveUp();
      process.exit(1);
    };
    setTimeout(leave, cancelGrace).unref();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return {
    environment,
    signal: cancel.signal,
    log: (line) => say(escapeCommands(line)),
    ...logGroups(say),
    debug: (line) => say(workflowCommand('debug', line)),
    warn: (message) => say(workflowCommand('warning', message)),
  };
}

function report(name: string, outcome: ActionOutcome, environment: Environment) {
  const { outputs, warnings = [], failures = [] } = outcome;
  for (const [key, value] of Object.entries(outputs)) writeOutput(environment, key, value);
  for (const message of warnings) say(workflowCommand('warning', message));
  for (const problem of failures.slice(0, annotationLimit)) say(annotation(problem));
  for (const { message } of failures.slice(annotationLimit)) say(escapeCommands(message));
  const notice = outcome.notice ?? outputs.reason;
  if (failures.length === 0 && notice) say(workflowCommand('notice', notice, { title: name }));
  const markdown = [outcome.summary ?? '', ...failures.map(summaryOfProblem)].join('\n');
  if (markdown.trim()) writeSummary(environment, markdown);
}

function annotation({ message, hint, location }: Problem): string {
  const { file, line, column } = location ?? {};
  return workflowCommand('error', `${message}\n${hint}`, {
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { col: column }),
  });
}

function summaryOfProblem({ message, hint, location }: Problem): string {
  const place = location ? `\`${location.file}:${location.line ?? 1}\` ` : '';
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `\n> [!CAUTION]\n> ${place}${text.replaceAll('\n', '\n> ')}\n>\n> ${hint}\n`;
}
