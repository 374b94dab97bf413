import { UserError } from '../core/user-error.ts';
import type { DeployInputs } from './deploy-inputs.ts';
import { numberAt, pullRequestOfEvent, textAt } from './pull-request-event.ts';
import type { DeployOccasion } from './run-deploy.ts';
import type { Session } from './session.ts';

/**
 * Which pull request and commit a deploy is about: the inputs', else the event's; `undefined` when the event is
 * a workflow run for a commit that is the head of no open pull request (any more). Throws a `UserError` when
 * neither names a pull request.
 */
export async function findOccasion(
  session: Session,
  inputs: Pick<DeployInputs, 'pullRequest' | 'commit'>,
): Promise<DeployOccasion | undefined> {
  const { payload } = session;
  const ofEvent = pullRequestOfEvent(payload);
  const number =
    inputs.pullRequest ??
    ofEvent?.number ??
    numberAt(payload, 'issue', 'number') ??
    (await pullRequestOfWorkflowRun(session));
  if (number === undefined) {
    if (textAt(payload, 'workflow_run', 'head_sha') !== undefined) return undefined;
    throw noPullRequest(session);
  }
  const commit = inputs.commit ?? (ofEvent?.number === number ? ofEvent.head.sha : undefined);
  return { pullRequest: number, commit, requested: false, approvedCommit: undefined };
}

/** Why a workflow run starts nothing. */
export const noLongerHead =
  'superseded: the commit of the workflow run is the head of no open pull request';

/** The list in the event is empty for forks, so the open pull request of that head is looked for. */
async function pullRequestOfWorkflowRun({ payload, github }: Session): Promise<number | undefined> {
  const sha = textAt(payload, 'workflow_run', 'head_sha');
  if (sha === undefined) return undefined;
  const branch = textAt(payload, 'workflow_run', 'head_branch');
  const open = await github.pullRequests.open();
  return open.find(({ head }) => head.sha === sha && head.branch === branch)?.number;
}

function noPullRequest({ context }: Session): UserError {
  return new UserError(
    `the event ${JSON.stringify(context.eventName)} names no pull request`,
    'Run on `pull_request`, or pass the number as input `pull-request`.',
  );
}
