import { UserError } from '../core/user-error.ts';
import type {
  Change,
  DeployResult,
  LeftOut,
  ObservedPreview,
  TargetPlan,
} from '../targets/target.ts';
import { allDesired } from './all-desired.ts';
import type { DesiredFacts } from './deploy-facts.ts';
import type { DeployOutcome } from './deploy-request.ts';
import {
  closedMeanwhile,
  endOvertaken,
  fail,
  finish,
  giveWay,
  movedOn,
  succeed,
  tellLeftOut,
  tellThrown,
  waitForPlace,
} from './end-deploy.ts';
import { Overtaken } from './overtaken.ts';
import type { PreviewPlan } from './plan.ts';
import { isTimedOut } from './preview-ports.ts';
import { progressReporter } from './progress.ts';
import type { PreviewReport } from './report.ts';

/** Carries the plan out, and tells people. What the target prepared for it and nothing carried out does not stay. */
export async function carryOut(
  facts: DesiredFacts,
  plan: PreviewPlan,
  atTarget: TargetPlan,
): Promise<DeployOutcome> {
  try {
    return await carryOutPlan(facts, plan, atTarget);
  } finally {
    await atTarget.discard?.();
  }
}

async function carryOutPlan(
  facts: DesiredFacts,
  plan: PreviewPlan,
  { changes, rendered }: TargetPlan,
): Promise<DeployOutcome> {
  const done = { changes, rendered };
  if (facts.request.dryRun) return { ...(await finish(facts, 'planned', plan.reason)), ...done };
  if (plan.kind === 'wait') return { ...(await waitForPlace(facts, plan.reason)), ...done };
  const outcome =
    plan.kind === 'unchanged'
      ? await confirm(facts, plan.existing, plan.reason)
      : await act(facts, plan, changes);
  return { ...outcome, changes: plan.kind === 'unchanged' ? [] : changes, rendered };
}

/** What would change. That it cannot be told (a template that is no template) is shown where people look. */
export async function planAtTarget(facts: DesiredFacts): Promise<TargetPlan> {
  const { ports, request, report, announce } = facts;
  const purpose = { dryRun: request.dryRun, signal: ports.signal };
  return ports.target.plan(desiredPreviews(facts), purpose).catch(async (cause: unknown) => {
    if (cause instanceof UserError && !request.dryRun) {
      await announce.comment({ ...report, state: 'failed', reason: cause.message });
    }
    throw cause;
  });
}

/** Nothing to do at the target; what people see may still lag behind, after a run that was cut off. */
async function confirm(facts: DesiredFacts, existing: ObservedPreview, reason: string) {
  const { announce, key, desired } = facts;
  const { services, expiresAt } = existing;
  const id = await announce.begin(key, desired.commit, 'Already runs');
  const report = { ...facts.report, services, expiresAt };
  return succeed({ ...facts, report }, id, 'unchanged', reason);
}

async function act(
  facts: DesiredFacts,
  plan: Extract<PreviewPlan, { kind: 'create' | 'update' }>,
  changes: readonly Change[],
): Promise<DeployOutcome> {
  const { announce, ports, desired, key, request } = facts;
  const starting: PreviewReport = { ...facts.report, state: 'deploying', changes };
  const reporter = progressReporter(starting, announce, ports);
  await announce.comment(starting);
  const id = await announce.begin(key, desired.commit, 'Deploying the preview');
  const leftOut: LeftOut[] = [];
  const result = await ports.target
    .deploy(desiredPreviews(facts), {
      progress: reporter.progress,
      leftOut: (other) => leftOut.push(other),
      signal: ports.signal,
      wait: request.wait,
    })
    .catch((cause) => resultOfThrown(cause, ports.signal));
  const told = { ...facts, report: await reporter.end() };
  for (const other of leftOut) await tellLeftOut(other, announce);
  if (result.kind === 'thrown') {
    const { cause } = result;
    return cause instanceof Overtaken ? endOvertaken(told, cause, id) : tellThrown(told, id, cause);
  }
  if (ports.signal.aborted && result.kind === 'failed') return fail(told, id, result);
  const current = await ports.pullRequests.get(desired.pullRequest, desired.commit);
  if (current?.state !== 'open') return closedMeanwhile(told, id);
  const moved =
    current.head.sha === desired.commit ? undefined : movedOn(desired.commit, current.head.sha);
  if (result.kind === 'failed') {
    return moved ? giveWay(told, id, moved) : fail(told, id, result);
  }
  const done = { ...told, report: { ...told.report, services: result.services } };
  if (moved) return giveWay(done, id, moved);
  return succeed(done, id, plan.kind === 'create' ? 'created' : 'updated', plan.reason);
}

/** The preview of this run and all others, in the form that targets take. */
function desiredPreviews(facts: DesiredFacts) {
  return { occasion: facts.desired, all: () => allDesired(facts) };
}

function resultOfThrown(
  cause: unknown,
  signal: AbortSignal,
): DeployResult | { readonly kind: 'thrown'; readonly cause: unknown } {
  if (!signal.aborted || cause instanceof Overtaken) return { kind: 'thrown', cause };
  return {
    kind: 'failed',
    service: '',
    reason: isTimedOut(signal)
      ? 'timeout: the deploy took longer than the input `timeout` allows'
      : 'cancelled: the run was cancelled; run it again to go on',
    log: [],
    stillServing: false,
  };
}
