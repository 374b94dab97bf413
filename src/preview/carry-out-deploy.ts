import { UserError } from '../core/user-error.ts';
import type { Change, DeployResult, ObservedPreview, TargetPlan } from '../targets/target.ts';
import { allDesired } from './all-desired.ts';
import type { DesiredFacts, Facts } from './deploy-facts.ts';
import type { DeployOutcome } from './deploy-request.ts';
import type { Eligibility } from './eligibility.ts';
import type { PreviewPlan } from './plan.ts';
import { isTimedOut } from './preview-ports.ts';
import { progressReporter } from './progress.ts';
import type { PreviewReport } from './report.ts';
import { listLeftovers, removePreviews, tellRemoved } from './teardown-preview.ts';

/** Carries the plan out, and tells people. */
export async function carryOut(
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

/** Nothing is deployed yet, and people are told for what it waits. */
export async function waitForPlace(facts: DesiredFacts, reason: string): Promise<DeployOutcome> {
  const report: PreviewReport = { ...facts.report, state: 'waiting', reason };
  await facts.announce.comment(report);
  return finish({ ...facts, report }, 'skipped', reason);
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
  const result = await ports.target
    .deploy(desiredPreviews(facts), {
      progress: reporter.progress,
      signal: ports.signal,
      wait: request.wait,
    })
    .catch((cause) => resultOfThrown(cause, ports.signal));
  const told = { ...facts, report: await reporter.end() };
  if (result.kind === 'thrown') return tellThrown(told, id, result.cause);
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

/**
 * The head moved on, and the newer run tells people. What serves until then is said here, because a newer run may
 * never come (`[skip ci]`); the deployments are left to it, for it may have ended before.
 */
async function giveWay(facts: DesiredFacts, id: number | undefined, reason: string) {
  const { announce, report } = facts;
  await announce.report(id, { state: 'inactive', description: reason });
  if (isServing(report)) await announce.comment({ ...report, state: 'ready', reason });
  return finish(facts, 'superseded', reason, id);
}

function isServing({ services }: PreviewReport): boolean {
  return (
    services.length > 0 && services.every(({ state }) => state === 'ready' || state === 'sleeping')
  );
}

async function succeed(
  facts: DesiredFacts,
  id: number | undefined,
  state: DeployOutcome['state'],
  reason: string,
): Promise<DeployOutcome> {
  const { announce, key } = facts;
  await removeFormer(facts);
  const ready = isServing(facts.report);
  const url = facts.report.services[0]?.url;
  const report: PreviewReport = { ...facts.report, state: ready ? 'ready' : 'deploying', reason };
  await announce.report(id, {
    state: ready ? 'success' : 'in_progress',
    description: ready ? 'The preview is ready' : 'The preview is starting',
    ...(url && { environmentUrl: url }),
  });
  await announce.comment(report);
  await announce.retire(key.task, 'Replaced by a newer commit', id);
  return finish({ ...facts, report }, state, reason, id);
}

async function fail(
  facts: DesiredFacts,
  id: number | undefined,
  failure: Extract<DeployResult, { kind: 'failed' }>,
): Promise<DeployOutcome> {
  const { reason, log, stillServing, link } = failure;
  const kept = stillServing ? '; the previous commit keeps serving' : '';
  const services = stillServing ? (facts.existing?.services ?? []) : [];
  const report: PreviewReport = {
    ...facts.report,
    state: 'failed',
    reason: reason + kept,
    services,
    log,
    link,
  };
  await facts.announce.report(id, { state: 'failure', description: reason });
  await facts.announce.comment(report);
  return { ...(await finish({ ...facts, report }, 'failed', report.reason, id)), failure };
}

/** Nothing to deploy; a run that was cut off may have left something. */
export async function closedBefore(facts: Facts): Promise<DeployOutcome> {
  const reason = closedReason(facts);
  return facts.request.dryRun ? finish(facts, 'superseded', reason) : removeOwn(facts, reason);
}

async function closedMeanwhile(
  facts: DesiredFacts,
  id: number | undefined,
): Promise<DeployOutcome> {
  const reason = `closed: pull request #${facts.pullRequest.number} was closed while the preview deployed`;
  return removeOwn(facts, reason, id);
}

function closedReason({ pullRequest }: Facts): string {
  return `closed: pull request #${pullRequest.number} is closed`;
}

/** People are told the same whether it was closed before or meanwhile: a run again could not tell. */
async function removeOwn(facts: Facts, reason: string, id?: number): Promise<DeployOutcome> {
  const { ports, pullRequest, request, announce } = facts;
  const observed = await ports.target.observe(request.repository);
  const mine = observed.filter((preview) => preview.pullRequest === pullRequest.number);
  const told = closedReason(facts);
  if (mine.length === 0) await tellRemoved(pullRequest.number, told, announce);
  const { leftovers } = await removePreviews(mine, told, ports, announce);
  const report: PreviewReport = { ...facts.report, state: 'removed', reason };
  if (leftovers.length === 0) return finish({ ...facts, report }, 'superseded', reason, id);
  const left = `${reason}, but not all could be removed: ${listLeftovers(leftovers)}`;
  const failed: PreviewReport = { ...report, state: 'failed', reason: left };
  return finish({ ...facts, report: failed }, 'failed', left, id);
}

/** A branch that was renamed, or another scheme of identifiers, leaves a preview under the former one. */
async function removeFormer({ ports, observed, desired }: DesiredFacts) {
  const former = observed.filter(
    ({ pullRequest, previewId }) =>
      pullRequest === desired.pullRequest && previewId !== desired.previewId,
  );
  for (const preview of former) {
    await ports.target.destroy(preview, { ...ports, wait: true });
  }
}

/** Not eligible: says so where a person can do something about it. */
export async function refuse(facts: Facts, { rule, reason }: Eligibility): Promise<DeployOutcome> {
  const { existing } = facts;
  const obsolete = existing !== undefined && rule !== 'fork' && rule !== 'paths';
  const report: PreviewReport = { ...facts.report, state: 'refused', reason };
  if (rule === 'fork' && !existing && !facts.request.dryRun) await facts.announce.comment(report);
  return { ...(await finish({ ...facts, report }, 'skipped', reason)), obsolete };
}

/** The outcome of a deploy that ends here. */
export async function finish(
  facts: Facts,
  state: DeployOutcome['state'],
  reason: string,
  deploymentId?: number,
): Promise<DeployOutcome> {
  const { report } = facts;
  const ended = state === 'planned' || state === 'superseded' ? state : undefined;
  return {
    state,
    reason,
    report: ended && report.state === 'queued' ? { ...report, state: ended } : report,
    changes: [],
    rendered: undefined,
    deploymentId,
    obsolete: false,
    warnings: facts.announce.warnings,
  };
}

/** The preview of this run and all others, in the form that targets take. */
function desiredPreviews(facts: DesiredFacts) {
  return { occasion: facts.desired, all: () => allDesired(facts) };
}

/** What ends a deploy is told where people look for it, then left to those who know how to report it. */
async function tellThrown(
  facts: DesiredFacts,
  id: number | undefined,
  cause: unknown,
): Promise<never> {
  // What a target throws may hold anything; only words of ours are shown to everyone.
  const reason =
    cause instanceof UserError
      ? cause.message
      : 'the deploy broke off; the log of the run says why';
  await fail(facts, id, { kind: 'failed', service: '', reason, log: [], stillServing: false });
  throw cause;
}

function resultOfThrown(
  cause: unknown,
  signal: AbortSignal,
): DeployResult | { readonly kind: 'thrown'; readonly cause: unknown } {
  if (!signal.aborted) return { kind: 'thrown', cause };
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

/** Why a run for an older commit does nothing. */
export function movedOn(commit: string, head: string): string {
  return `superseded: the head moved from ${commit.slice(0, 7)} to ${head.slice(0, 7)}`;
}
