import { type RunContext, readRunContext, warnOfClock } from '../../runner/environment.ts';
import { type EventPayload, readEvent } from '../../runner/read-event.ts';
import { readInputs } from '../../runner/read-inputs.ts';
import type { ActionOutcome, ActionRun } from '../../runner/run-action.ts';
import { openGitHub } from '../open-github.ts';
import { pullRequestOfEvent, textAt } from '../pull-request-event.ts';
import { readWorkspaceConfiguration } from '../read-configuration.ts';
import { findCollisions } from './collisions.ts';
import { type Computed, compute, type EventFacts } from './compute.ts';
import { type ComputePreviewIdInputs, readComputePreviewIdInputs } from './inputs.ts';
import { toOutputs } from './outputs.ts';

/** Computes the names of a preview. Reads no network unless asked to check for collisions. */
export async function computePreviewId(run: ActionRun): Promise<ActionOutcome> {
  const { environment } = run;
  const { inputs, warnings } = readInputs(environment, readComputePreviewIdInputs);
  warnOfClock(run);
  const context = readRunContext(environment);
  const facts = eventFacts(context, readEvent(environment), environment);
  const configuration = await readWorkspaceConfiguration(context.workspace, inputs.config);
  const computed = compute(inputs, configuration, facts);
  const failures = inputs.checkCollisions ? await collisions(run, context, inputs, computed) : [];
  const outputs = toOutputs(computed, environment.UNDERSTUDY_GATEWAY_PORT);
  for (const [name, value] of Object.entries(outputs)) run.log(`${name}: ${value}`);
  return { outputs, warnings, failures };
}

async function collisions(
  run: ActionRun,
  context: RunContext,
  inputs: ComputePreviewIdInputs,
  { source }: Computed,
) {
  const github = await openGitHub(run, context, inputs.token);
  return findCollisions(await github.pullRequests.open(), source);
}

function eventFacts(
  { repository, ref, sha }: RunContext,
  payload: EventPayload,
  environment: ActionRun['environment'],
): EventFacts {
  const pullRequest = pullRequestOfEvent(payload);
  const branch =
    pullRequest?.head.branch ??
    (environment.GITHUB_HEAD_REF || undefined) ??
    textAt(payload, 'workflow_run', 'head_branch') ??
    branchOfRef(ref);
  const commit = pullRequest?.head.sha ?? textAt(payload, 'workflow_run', 'head_sha') ?? sha;
  return { repository, branch, pullRequest, commit: commit || undefined };
}

function branchOfRef(ref: string): string | undefined {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined;
}
