import { readInputs } from '../../runner/read-inputs.ts';
import type { ActionOutcome, ActionRun } from '../../runner/run-action.ts';
import { parametersReader } from '../deploy-inputs.ts';
import { findConfiguration } from '../find-configuration.ts';
import { loadRunDeploy, loadRunPromote, loadRunTeardown } from '../load-runs.ts';
import { findSubject, noLongerHead, occasionOf, readSubject, type Subject } from '../occasion.ts';
import { findPromotionConfiguration } from '../promotion-configuration.ts';
import type { TeardownOccasion } from '../run-teardown.ts';
import { type Configured, openSession, type Session } from '../session.ts';
import { chooseTeardown } from '../teardown-occasion.ts';
import { withInputs, withTarget } from '../with-inputs.ts';
import { runCommand } from './commands.ts';
import { decideByEvent, type RootDecision } from './decide.ts';
import { readUnderstudyInputs, type UnderstudyInputs } from './inputs.ts';

/** The whole life of previews in one step: what to do follows from the event. */
export async function understudyAction(run: ActionRun): Promise<ActionOutcome> {
  const parameters = await parametersReader(run.environment);
  const { inputs, warnings } = readInputs(run.environment, (reader) =>
    readUnderstudyInputs(reader, parameters),
  );
  for (const warning of warnings) run.warn(warning);
  const session = await openSession(run, inputs);
  const decision = decideByEvent(session.context.eventName, session.payload);
  if (decision.kind === 'none') return { outputs: { action: 'none', reason: decision.reason } };
  if (decision.kind === 'promote') return promote(session, inputs, decision.spoken);
  const subject = await subjectOf(session, inputs, decision);
  const found = await findConfiguration(session, subject?.pullRequest);
  const configuration = deploys(decision) ? withInputs(found, inputs) : withTarget(found, inputs);
  const configured = { session, configuration };
  const outcome = await carryOut(configured, inputs, decision, subject);
  run.debug(`GitHub requests: ${session.github.requests()}`);
  return outcome;
}

/** The pull request whose configuration holds, where the event itself does not hold it. */
async function subjectOf(
  session: Session,
  inputs: UnderstudyInputs,
  decision: RootDecision,
): Promise<Subject | undefined> {
  if (decision.kind === 'deploy') return findSubject(session, inputs);
  return decision.kind === 'command' ? readSubject(session, decision.pullRequest) : undefined;
}

/** Promotions go by the configuration of the default branch, wherever the comment is. */
async function promote(
  session: Session,
  { dryRun }: UnderstudyInputs,
  spoken: Extract<RootDecision, { kind: 'promote' }>['spoken'],
): Promise<ActionOutcome> {
  const configuration = await findPromotionConfiguration(session);
  const { runPromoteComment } = await loadRunPromote();
  const outcome = await runPromoteComment({ session, configuration }, spoken, dryRun);
  session.run.debug(`GitHub requests: ${session.github.requests()}`);
  return outcome;
}

function deploys(decision: RootDecision): boolean {
  return decision.kind === 'command'
    ? decision.command.kind === 'deploy'
    : decision.kind === 'deploy';
}

async function carryOut(
  configured: Configured,
  inputs: UnderstudyInputs,
  decision: Exclude<RootDecision, { kind: 'none' | 'promote' }>,
  subject: Subject | undefined,
): Promise<ActionOutcome> {
  switch (decision.kind) {
    case 'command':
      return runCommand(configured, inputs, decision);
    case 'deploy':
      return deployOrRemove(configured, inputs, subject);
    case 'sweep':
      return teardown(configured, inputs, chooseTeardown(configured.session, scheduled(inputs)));
    case 'teardown': {
      const { pullRequest } = decision;
      const reason = 'closed: the pull request is closed';
      return teardown(configured, inputs, {
        mode: 'one',
        pullRequest,
        previewId: undefined,
        force: false,
        reason,
      });
    }
  }
}

/** A pull request that lost its eligibility, by a label or as a draft, loses its preview too. */
async function deployOrRemove(
  configured: Configured,
  inputs: UnderstudyInputs,
  subject: Subject | undefined,
): Promise<ActionOutcome> {
  if (!subject) return { outputs: { action: 'none', reason: noLongerHead } };
  const occasion = occasionOf(configured.session, inputs, subject);
  const { runDeploy, deployOutcome } = await loadRunDeploy();
  const outcome = await runDeploy(configured, inputs, occasion);
  if (!outcome.obsolete) {
    const told = deployOutcome(outcome, configured, inputs);
    return { ...told, outputs: { action: 'deploy-preview', ...told.outputs } };
  }
  return teardown(configured, inputs, {
    mode: 'one',
    pullRequest: occasion.pullRequest,
    previewId: undefined,
    force: true,
    reason: outcome.reason,
  });
}

/** On a schedule a number alone removes nothing: only `mode: one` or `preview-id` makes it a teardown. */
function scheduled(inputs: UnderstudyInputs): UnderstudyInputs {
  return inputs.mode === 'one' ? inputs : { ...inputs, pullRequest: undefined };
}

async function teardown(
  configured: Configured,
  inputs: UnderstudyInputs,
  occasion: TeardownOccasion,
): Promise<ActionOutcome> {
  const { runTeardown } = await loadRunTeardown();
  const outcome = await runTeardown(configured, inputs, occasion);
  return { ...outcome, outputs: { action: 'teardown-preview', ...outcome.outputs } };
}
