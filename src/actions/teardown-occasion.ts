import { UserError } from '../core/user-error.ts';
import { numberAt } from './pull-request-event.ts';
import type { TeardownOccasion } from './run-teardown.ts';
import type { Session } from './session.ts';
import type { TeardownInputs } from './teardown-inputs.ts';

/**
 * What a teardown is about: what the inputs name, else the event's pull request, else, when scheduled, everything.
 * Throws a `UserError` when nothing is named.
 */
export function chooseTeardown(session: Session, inputs: TeardownInputs): TeardownOccasion {
  const { context, payload } = session;
  const named = inputs.pullRequest ?? inputs.previewId;
  const scheduled = ['schedule', 'workflow_dispatch'].includes(context.eventName);
  const mode = inputs.mode ?? (named === undefined && scheduled ? 'sweep' : 'one');
  if (mode === 'sweep') return { mode };
  const ofEvent = numberAt(payload, 'pull_request', 'number');
  const pullRequest = inputs.previewId ? inputs.pullRequest : (inputs.pullRequest ?? ofEvent);
  // By name of something else than the event's own pull request: someone means it, open or not.
  const asked =
    named !== undefined &&
    (ofEvent === undefined || (inputs.pullRequest !== undefined && inputs.pullRequest !== ofEvent));
  if (pullRequest === undefined && inputs.previewId === undefined)
    throw nothingNamed(context.eventName);
  return {
    mode,
    pullRequest,
    previewId: inputs.previewId,
    force: asked,
    reason: asked ? 'requested: named by an input' : 'closed: the pull request is closed',
  };
}

function nothingNamed(eventName: string): UserError {
  return new UserError(
    `the event ${JSON.stringify(eventName)} names no pull request`,
    'Pass `pull-request` or `preview-id`, or `mode: sweep` to compare all previews with all open pull requests.',
  );
}
