import type { Configuration } from '../config/schema.ts';
import type { Instant } from '../core/time.ts';
import type { GitHub } from '../github/connect.ts';
import type { ReportLinks } from '../preview/report.ts';
import { type RunContext, readClock, readRunContext, warnOfClock } from '../runner/environment.ts';
import { type EventPayload, readEvent } from '../runner/read-event.ts';
import type { ActionRun } from '../runner/run-action.ts';
import type { CommonInputs } from './common-inputs.ts';
import { openGitHub } from './open-github.ts';

/** All that the actions which act on previews have in common. */
export interface Session {
  readonly run: ActionRun;
  readonly context: RunContext;
  readonly inputs: CommonInputs;
  readonly payload: EventPayload;
  readonly github: GitHub;
  readonly links: ReportLinks;
  readonly now: () => Instant;
}

/** What a session acts with, once it is known which configuration holds. */
export interface Configured {
  readonly session: Session;
  readonly configuration: Configuration;
}

/** Opens the session of one run. Sends nothing. Throws a `UserError`. */
export async function openSession(run: ActionRun, inputs: CommonInputs): Promise<Session> {
  const context = readRunContext(run.environment);
  const now = readClock(run.environment, Date.now);
  warnOfClock(run);
  const payload = readEvent(run.environment);
  const github = await openGitHub(run, context, inputs.token);
  return { run, context, inputs, payload, github, links: context, now };
}
