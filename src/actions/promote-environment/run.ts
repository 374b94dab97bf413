import { readInputs } from '../../runner/read-inputs.ts';
import type { ActionOutcome, ActionRun } from '../../runner/run-action.ts';
import { loadRunPromote } from '../load-runs.ts';
import { findPromotionConfiguration } from '../promotion-configuration.ts';
import { openSession } from '../session.ts';
import { readPromoteInputs } from './inputs.ts';

/** Moves a pipeline on, or does what the inputs say of it. */
export async function promoteAction(run: ActionRun): Promise<ActionOutcome> {
  const { inputs, warnings } = readInputs(run.environment, readPromoteInputs);
  for (const warning of warnings) run.warn(warning);
  const session = await openSession(run, inputs);
  const configuration = await findPromotionConfiguration(session);
  const { runPromote } = await loadRunPromote();
  const outcome = await runPromote({ session, configuration }, inputs);
  run.debug(`GitHub requests: ${session.github.requests()}`);
  return outcome;
}
