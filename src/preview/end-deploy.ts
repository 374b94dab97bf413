import { UserError } from '../core/user-error.ts';
import type { DeployResult, LeftOut } from '../targets/target.ts';
import type { Announcer } from './announcer.ts';
import type { DesiredFacts, Facts } from './deploy-facts.ts';
import type { DeployOutcome } from './deploy-request.ts';
import type { Eligibility } from './eligibility.ts';
import type { Overtaken } from './overtaken.ts';
import { listLeftovers, removePreviews, tellRemoved } from './remove-previews.ts';
import { blankReport, type PreviewReport } from './report.ts';

/** Nothing is deployed yet, and people are told for what it waits. */
export async function waitForPlace(facts: DesiredFacts, reason: string): Promise<DeployOutcome> {
  const report: PreviewReport = { ...facts.report, state: 'waiting', reason };
  await facts.announce.comment(report);
  return finish({ ...facts, report }, 'skipped', reason);
}

/**
 * The head moved on, and the newer run tells people. What serves until then is said here, because a newer run may
 * never come (`[skip ci]`); the deployments are left to it, for it may have ended before.
 */
export async function giveWay(facts: DesiredFacts, id: number | undefined, reason: string) {
  const { announce, report } = facts;
  await announce.report(id, { state: 'inactive', description: reason });
  if (isServing(report)) await announce.comment({ ...report, state: 'ready', reason });
  return finish(facts, 'superseded', reason, id);
}

/**
 * Another run's commit is to be deployed now, or none: nothing was done here. The newer run may have ended already
 * and the comment have been renewed since, so it says what serves.
 */
export async function endOvertaken(
  facts: DesiredFacts,
  { current }: Overtaken,
  id: number | undefined,
): Promise<DeployOutcome> {
  if (current?.state !== 'open') return closedMeanwhile(facts, id);
  const { ports, desired, report, pullRequest } = facts;
  const observed = await ports.target.observe(desired.repository);
  const there = observed.find((preview) => preview.pullRequest === pullRequest.number);
  const shown: PreviewReport = there
    ? { ...report, commit: there.commit, services: there.services, expiresAt: there.expiresAt }
    : report;
  const reason = movedOn(desired.commit, current.head.sha);
  return giveWay({ ...facts, report: shown }, id, reason);
}

function isServing({ services }: PreviewReport): boolean {
  return (
    services.length > 0 && services.every(({ state }) => state === 'ready' || state === 'sleeping')
  );
}

export async function succeed(
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

export async function fail(
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

export async function closedMeanwhile(
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
  const { leftovers } = await removePreviews(mine, { reason: told, wait: true }, ports, announce);
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

/** What ends a deploy is told where people look for it, then left to those who know how to report it. */
export async function tellThrown(
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

/** Why a run for an older commit does nothing. */
export function movedOn(commit: string, head: string): string {
  return `superseded: the head moved from ${commit.slice(0, 7)} to ${head.slice(0, 7)}`;
}

/** A preview of another pull request made what previews share fail: its people are told, its own run may be long over. */
export async function tellLeftOut(other: LeftOut, announce: Announcer): Promise<void> {
  const reason = `left out: it made the stack that previews share fail, and the others go on without it: ${other.reason}`;
  await announce.comment({ ...blankReport(other), state: 'failed', reason }, { ifThere: true });
}
