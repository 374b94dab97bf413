import { readInputs } from '../../runner/read-inputs.ts';
import type { ActionOutcome, ActionRun } from '../../runner/run-action.ts';
import { findConfiguration } from '../find-configuration.ts';
import { loadRunTeardown } from '../load-runs.ts';
import { openSession } from '../session.ts';
import { readTeardownInputs } from '../teardown-inputs.ts';
import { chooseTeardown } from '../teardown-occasion.ts';

/** Removes the preview that the event or the inputs name, or sweeps. */
export async function teardownAction(run: ActionRun): Promise<ActionOutcome> {
  const { inputs, warnings } = readInputs(run.environment, readTeardownInputs);
  for (const warning of warnings) run.warn(warning);
  const session = await openSession(run, inputs);
  const occasion = chooseTeardown(session, inputs);
  const configured = { session, configuration: await findConfiguration(session) };
  const { runTeardown } = await loadRunTeardown();
  const outcome = await runTeardown(configured, inputs, occasion);
  run.debug(`GitHub requests: ${session.github.requests()}`);
  return outcome;
}
