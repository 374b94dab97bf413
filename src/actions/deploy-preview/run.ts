import { readInputs } from '../../runner/read-inputs.ts';
import type { ActionOutcome, ActionRun } from '../../runner/run-action.ts';
import { parametersReader, readDeployInputs } from '../deploy-inputs.ts';
import { findConfiguration } from '../find-configuration.ts';
import { loadRunDeploy } from '../load-runs.ts';
import { findSubject, noLongerHead, occasionOf } from '../occasion.ts';
import { openSession } from '../session.ts';
import { withInputs } from '../with-inputs.ts';

/** Deploys the preview of the pull request that the event or the input names. */
export async function deployAction(run: ActionRun): Promise<ActionOutcome> {
  const parameters = await parametersReader(run.environment);
  const { inputs, warnings } = readInputs(run.environment, (reader) =>
    readDeployInputs(reader, parameters),
  );
  for (const warning of warnings) run.warn(warning);
  const session = await openSession(run, inputs);
  const subject = await findSubject(session, inputs);
  if (!subject) return { outputs: { state: 'superseded', reason: noLongerHead } };
  const found = await findConfiguration(session, subject.pullRequest);
  const configured = { session, configuration: withInputs(found, inputs) };
  const { runDeploy, deployOutcome } = await loadRunDeploy();
  const outcome = await runDeploy(configured, inputs, occasionOf(session, inputs, subject));
  run.debug(`GitHub requests: ${session.github.requests()}`);
  return deployOutcome(outcome, configured, inputs);
}
