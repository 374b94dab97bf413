import { type Problem, UserError } from '../core/user-error.ts';
import { isTimedOut, type PreviewPorts } from '../preview/preview-ports.ts';
import { isStuck } from '../preview/remove-previews.ts';
import { renderTeardownSummary } from '../preview/summary.ts';
import { sweepPreviews } from '../preview/sweep-previews.ts';
import { type TeardownOutcome, teardownPreview } from '../preview/teardown-preview.ts';
import type { ActionOutcome } from '../runner/run-action.ts';
import { connectPorts } from './connect-ports.ts';
import type { Configured } from './session.ts';
import type { TeardownInputs } from './teardown-inputs.ts';

/** Which preview is to go: by number, by identifier, or all that have no reason to be. */
export type TeardownOccasion =
  | {
      readonly mode: 'one';
      readonly pullRequest: number | undefined;
      readonly previewId: string | undefined;
      readonly force: boolean;
      readonly reason: string;
    }
  | { readonly mode: 'sweep' };

/** Removes one preview, or sweeps all. */
export async function runTeardown(
  configured: Configured,
  inputs: TeardownInputs,
  occasion: TeardownOccasion,
): Promise<ActionOutcome> {
  const { session, configuration } = configured;
  const { repository } = session.context;
  const ports = connectPorts(configured, {
    timeout: inputs.timeout,
    comment: true,
    deployment: true,
  });
  if (occasion.mode === 'one') {
    const { dryRun, wait } = inputs;
    const request = { ...occasion, repository, dryRun, wait };
    const outcome = await teardownPreview(request, ports).catch(explainStop(ports));
    return teardownOutcome(outcome, 'Preview teardown', false);
  }
  const { expireAfter, maxRemovals, dryRun, wait } = inputs;
  const { eligible: rules, expireAfter: configuredExpiry } = configuration.preview;
  const request = { repository, rules, expireAfter, configuredExpiry, maxRemovals, dryRun, wait };
  const outcome = await sweepPreviews(request, ports).catch(explainStop(ports));
  return teardownOutcome(outcome, 'Preview sweep', outcome.refused);
}

function explainStop({ signal }: PreviewPorts) {
  return (cause: unknown): never => {
    if (!signal.aborted) throw cause;
    throw new UserError(
      isTimedOut(signal)
        ? 'timeout: the teardown took longer than the input `timeout` allows'
        : 'cancelled: the run was cancelled',
      'Run it again; it goes on where this one stopped.',
      { cause },
    );
  };
}

/** Outputs, summary and exit of a teardown or sweep; what is still being removed is said and is no failure. */
export function teardownOutcome(
  outcome: TeardownOutcome,
  title: string,
  refused: boolean,
): ActionOutcome {
  const { removed, kept, leftovers, reason, warnings } = outcome;
  return {
    outputs: {
      removed: JSON.stringify(removed),
      kept: JSON.stringify(kept),
      leftovers: JSON.stringify(leftovers),
      reason,
    },
    summary: renderTeardownSummary(outcome, title),
    warnings,
    failures: [...(refused ? [refusal(reason)] : []), ...leftoverProblems(outcome)],
  };
}

function refusal(reason: string): Problem {
  return {
    message: reason,
    hint: 'See in the job summary which they are; if they are right, run again with a larger `max-removals`.',
  };
}

function leftoverProblems({ leftovers }: TeardownOutcome): Problem[] {
  return leftovers.filter(isStuck).map(({ type, id, reason, hint }) => ({
    message: `${type} ${id} is left over: ${reason}`,
    hint: hint ?? 'Run the teardown again; what stays is removed by hand.',
  }));
}
