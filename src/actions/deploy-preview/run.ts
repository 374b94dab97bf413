import { readInputs } from '../../runner/read-inputs.ts';
import type { ActionOutcome, ActionRun } from '../../runner/run-action.ts';
import { readDeployInputs } from '../deploy-inputs.ts';
import { findConfiguration } from '../find-configuration.ts';
import { loadRunDeploy } from '../load-runs.ts';
import { findOccasion, noLongerHead } from '../occasion.ts';
import { openSession } from '../session.ts';

/** Deploys the preview of the pull request that the event or the input names. */
export async function deployAction(run: ActionRun): Promise<ActionOutcome> {
  const { inputs, warnings } = readInputs(run.environment, readDeployInputs);
  for (const warning of warnings) run.warn(warning);
  const session = await openSession(run, inputs);
  const occasion = await findOccasion(session, inputs);
  if (!occasion) return { outputs: { state: 'superseded', reason: noLongerHead } };
  const configured = { session, configuration: await findConfiguration(session) };
  const { runDeploy, deployOutcome } = await loadRunDeploy();
  const outcome = await runDeploy(configured, inputs, occasion);
  run.debug(`GitHub requests: ${session.github.requests()}`);
  return deployOutcome(outcome, configured, inputs);
}
