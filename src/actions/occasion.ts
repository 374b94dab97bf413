import { UserError } from '../core/user-error.ts';
import type { PullRequest } from '../preview/pull-request.ts';
import type { DeployInputs } from './deploy-inputs.ts';
import { numberAt, pullRequestOfEvent, textAt } from './pull-request-event.ts';
import type { DeployOccasion } from './run-deploy.ts';
import type { Session } from './session.ts';

/** The pull request that a run is about. */
export interface Subject {
  readonly number: number;
  /** As the event says, or as it is now; `undefined` = there is none of that number. */
  readonly pullRequest: PullRequest | undefined;
}

/**
 * The pull request of the input, else of the event; `undefined` when the event is a workflow run for a commit that
 * is the head of no open pull request (any more). Throws a `UserError` when neither names one.
 */
export async function findSubject(
  session: Session,
  inputs: Pick<DeployInputs, 'pullRequest'>,
): Promise<Subject | undefined> {
  const { payload } = session;
  const ofEvent = pullRequestOfEvent(payload);
  const number = inputs.pullRequest ?? ofEvent?.number ?? numberAt(payload, 'issue', 'number');
  if (ofEvent && ofEvent.number === number) return { number, pullRequest: ofEvent };
  if (number !== undefined) return readSubject(session, number);
  const sha = textAt(payload, 'workflow_run', 'head_sha');
  if (sha === undefined) throw noPullRequest(session);
  const pullRequest = await pullRequestOfWorkflowRun(session, sha);
  return pullRequest && { number: pullRequest.number, pullRequest };
}

/** The pull request of this number, as it is now. */
export async function readSubject({ github }: Session, number: number): Promise<Subject> {
  return { number, pullRequest: await github.pullRequests.get(number) };
}

/** What a deploy for that pull request is about: the commit is the input's, else the event's, else the head. */
export function occasionOf(
  { payload }: Session,
  inputs: Pick<DeployInputs, 'commit'>,
  { number }: Subject,
): DeployOccasion {
  const ofEvent = pullRequestOfEvent(payload);
  const commit = inputs.commit ?? (ofEvent?.number === number ? ofEvent.head.sha : undefined);
  return { pullRequest: number, commit, requested: false, approvedCommit: undefined };
}

/** Why a workflow run starts nothing. */
export const noLongerHead =
  'superseded: the commit of the workflow run is the head of no open pull request';

/** The list in the event is empty for forks, so the open pull request of that head is looked for. */
async function pullRequestOfWorkflowRun({ payload, github }: Session, sha: string) {
  const branch = textAt(payload, 'workflow_run', 'head_branch');
  const open = await github.pullRequests.open();
  return open.find(({ head }) => head.sha === sha && head.branch === branch);
}

function noPullRequest({ context }: Session): UserError {
  return new UserError(
    `the event ${JSON.stringify(context.eventName)} names no pull request`,
    'Run on `pull_request`, or pass the number as input `pull-request`.',
  );
}
