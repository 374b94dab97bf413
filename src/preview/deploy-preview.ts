import type { PreviewConfiguration } from '../config/schema.ts';
import type { Instant } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';
import type {
  Change,
  DeployResult,
  DesiredPreview,
  ObservedPreview,
  ObservedService,
  ProgressEvent,
  Target,
  TargetPlan,
} from '../targets/target.ts';
import { type Announcer, type Audience, announcer } from './announcer.ts';
import { desiredPreview } from './desired.ts';
import { decideEligibility, type Eligibility } from './eligibility.ts';
import { collidingPreview, type PreviewPlan, planPreview } from './plan.ts';
import type { DeploymentKey, PullRequests } from './ports.ts';
import { progressReporter } from './progress.ts';
import { isFork, type PullRequest } from './pull-request.ts';
import { blankReport, type PreviewReport } from './report.ts';
import { deploymentTask } from './task.ts';
import { removePreviews } from './teardown-preview.ts';

/** What a deploy is asked to do. */
export interface DeployRequest {
  /** `owner/name`. */
  readonly repository: string;
  readonly pullRequest: number;
  /** The commit that is the occasion; another head means that this run is superseded. */
  readonly commit: string | undefined;
  readonly configuration: PreviewConfiguration;
  /** Deploy only this service of the configuration. */
  readonly service: string | undefined;
  /** By a `/preview` command: overrides all rules but `closed` and `fork`. */
  readonly requested: boolean;
  /** The commit that someone with write access named in a command, as approval of a fork's commit. */
  readonly approvedCommit: string | undefined;
  readonly dryRun: boolean;
  readonly wait: boolean;
}

/** What a deploy reaches the world through. */
export interface DeployPorts {
  readonly pullRequests: PullRequests;
  readonly target: Target;
  readonly audience: Audience;
  readonly now: () => Instant;
  /** Aborted with a `TimeoutError` at the user's timeout, with anything else on cancel. */
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

/** How a deploy ended. */
export interface DeployOutcome {
  readonly state:
    | 'created'
    | 'updated'
    | 'unchanged'
    | 'superseded'
    | 'skipped'
    | 'planned'
    | 'failed';
  /** One sentence that names the rule which decided. */
  readonly reason: string;
  readonly report: PreviewReport;
  readonly changes: readonly Change[];
  readonly rendered: TargetPlan['rendered'] | undefined;
  readonly deploymentId: number | undefined;
  /** The pull request has a preview though it is not eligible (any more). */
  readonly obsolete: boolean;
  readonly warnings: readonly string[];
}

/** Facts of one deploy, gathered before anything is decided. */
interface Facts {
  readonly request: DeployRequest;
  readonly ports: DeployPorts;
  readonly pullRequest: PullRequest;
  readonly observed: readonly ObservedPreview[];
  readonly desired: DesiredPreview;
  readonly key: DeploymentKey;
  readonly announce: Announcer;
  readonly report: PreviewReport;
}

/**
 * Gives a pull request a preview of exactly its head commit. Observes, decides, acts and proves; may be killed
 * anywhere and run again. Throws a `UserError` for what the user can mend before anything was done.
 */
export async function deployPreview(
  request: DeployRequest,
  ports: DeployPorts,
): Promise<DeployOutcome> {
  const pullRequest = await readPullRequest(request, ports);
  const observed = await ports.target.observe(request.repository);
  const existing = observed.find((preview) => preview.pullRequest === pullRequest.number);
  const { desired, environment } = desiredPreview({
    repository: request.repository,
    pullRequest,
    configuration: chooseServices(request),
    requested: request.requested || (existing?.requested ?? false),
    existing,
    now: ports.now(),
  });
  const facts: Facts = {
    request,
    ports,
    pullRequest,
    observed,
    desired,
    key: { environment, task: deploymentTask(pullRequest.number) },
    announce: announcer(ports.audience),
    report: { ...blankReport(desired), expiresAt: desired.expiresAt },
  };
  return decideAndAct(facts, existing);
}

async function decideAndAct(facts: Facts, existing: ObservedPreview | undefined) {
  const { pullRequest, request, desired, observed } = facts;
  if (pullRequest.state === 'closed') return closedBefore(facts);
  if (request.commit !== undefined && request.commit !== pullRequest.head.sha) {
    return finish(facts, 'superseded', movedOn(request.commit, pullRequest.head.sha));
  }
  const eligibility = await readEligibility(facts, desired.requested);
  if (!eligibility.eligible) return refuse(facts, eligibility, existing);
  await refuseCollision(facts);
  const plan = planPreview(desired, observed, request.configuration.eligible.max);
  const changes = await facts.ports.target.plan(desiredPreviews(facts));
  return carryOut(facts, plan, changes);
}

async function carryOut(
  facts: Facts,
  plan: PreviewPlan,
  { changes, rendered }: TargetPlan,
): Promise<DeployOutcome> {
  const done = { changes, rendered };
  if (facts.request.dryRun) return { ...(await finish(facts, 'planned', plan.reason)), ...done };
  if (plan.kind === 'wait') {
    const report: PreviewReport = { ...facts.report, state: 'waiting', reason: plan.reason };
    await facts.announce.comment(report);
    return { ...(await finish({ ...facts, report }, 'skipped', plan.reason)), ...done };
  }
  const outcome =
    plan.kind === 'unchanged'
      ? await confirm(facts, plan.existing.services, plan.reason)
      : await act(facts, plan, changes);
  return { ...outcome, changes: plan.kind === 'unchanged' ? [] : changes, rendered };
}

/** Nothing to do at the target; what people see may still lag behind, after a run that was cut off. */
async function confirm(facts: Facts, services: readonly ObservedService[], reason: string) {
  const { announce, key, desired } = facts;
  const id = await announce.begin(key, desired.commit, 'Already runs');
  return succeed({ ...facts, report: { ...facts.report, services } }, id, 'unchanged', reason);
}

async function act(
  facts: Facts,
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
  if (result.kind === 'failed') return fail(told, id, result);
  const current = await ports.pullRequests.get(desired.pullRequest);
  if (current?.state !== 'open') return closedMeanwhile(told, id);
  const done = { ...told, report: { ...told.report, services: result.services } };
  if (current.head.sha !== desired.commit) {
    return succeed(done, id, 'superseded', movedOn(desired.commit, current.head.sha));
  }
  return succeed(done, id, plan.kind === 'create' ? 'created' : 'updated', plan.reason);
}

async function succeed(
  facts: Facts,
  id: number | undefined,
  state: DeployOutcome['state'],
  reason: string,
): Promise<DeployOutcome> {
  const { announce, key } = facts;
  const ready = facts.report.services.every((service) => service.state !== 'starting');
  const url = facts.report.services[0]?.url;
  const report: PreviewReport = { ...facts.report, state: ready ? 'ready' : 'deploying', reason };
  await announce.report(id, {
    state: ready ? 'success' : 'in_progress',
    description: ready ? 'The preview is ready' : 'The preview is starting',
    ...(url && { environmentUrl: url }),
  });
  await announce.comment(report);
  await announce.retire(key, 'Replaced by a newer commit', id);
  return finish({ ...facts, report }, state, reason, id);
}

async function fail(
  facts: Facts,
  id: number | undefined,
  { reason, log, stillServing }: Extract<DeployResult, { kind: 'failed' }>,
): Promise<DeployOutcome> {
  const kept = stillServing ? '; the previous commit keeps serving' : '';
  const report: PreviewReport = { ...facts.report, state: 'failed', reason: reason + kept, log };
  await facts.announce.report(id, { state: 'failure', description: reason });
  await facts.announce.comment(report);
  return finish({ ...facts, report }, 'failed', report.reason, id);
}

async function closedBefore(facts: Facts): Promise<DeployOutcome> {
  const reason = `closed: pull request #${facts.pullRequest.number} is closed`;
  if (!facts.request.dryRun) await removeOwn(facts, reason);
  return finish(facts, 'superseded', reason);
}

async function closedMeanwhile(facts: Facts, id: number | undefined): Promise<DeployOutcome> {
  const reason = `closed: pull request #${facts.pullRequest.number} was closed while the preview deployed`;
  await removeOwn(facts, reason);
  return finish(facts, 'superseded', reason, id);
}

async function removeOwn(facts: Facts, reason: string) {
  const { ports, desired, request } = facts;
  const observed = await ports.target.observe(request.repository);
  const mine = observed.filter(({ pullRequest }) => pullRequest === desired.pullRequest);
  await removePreviews(mine, { reason, environment: facts.key.environment }, ports, facts.announce);
}

async function refuse(
  facts: Facts,
  { rule, reason }: Eligibility,
  existing: ObservedPreview | undefined,
): Promise<DeployOutcome> {
  const obsolete = existing !== undefined && rule !== 'fork' && rule !== 'paths';
  const report: PreviewReport = { ...facts.report, state: 'refused', reason };
  if (rule === 'fork' && !existing && !facts.request.dryRun) await facts.announce.comment(report);
  return { ...(await finish({ ...facts, report }, 'skipped', reason)), obsolete };
}

async function finish(
  facts: Facts,
  state: DeployOutcome['state'],
  reason: string,
  deploymentId?: number,
): Promise<DeployOutcome> {
  return {
    state,
    reason,
    report: facts.report,
    changes: [],
    rendered: undefined,
    deploymentId,
    obsolete: false,
    warnings: facts.announce.warnings,
  };
}

async function readPullRequest({ pullRequest }: DeployRequest, { pullRequests }: DeployPorts) {
  const found = await pullRequests.get(pullRequest);
  if (found) return found;
  throw new UserError(
    `pull request #${pullRequest} does not exist`,
    'Pass the number of a pull request of this repository as input `pull-request`.',
  );
}

async function readEligibility({ request, ports, pullRequest }: Facts, requested: boolean) {
  const rules = request.configuration.eligible;
  const asks = isFork(pullRequest, request.repository) && rules.forks === 'approved';
  return decideEligibility(pullRequest, rules, {
    repository: request.repository,
    requested,
    approved:
      asks &&
      (isPrefixOf(request.approvedCommit, pullRequest.head.sha) ||
        (await ports.pullRequests.isApproved(pullRequest.number, pullRequest.head.sha))),
    changedPaths:
      rules.paths.length > 0 && !requested
        ? await ports.pullRequests.changedPaths(pullRequest.number)
        : undefined,
  });
}

/** Two pull requests with one identifier would share one preview: two branches of one name in two forks do. */
async function refuseCollision({ desired, observed, ports }: Facts): Promise<void> {
  const other = collidingPreview(desired, observed);
  if (!other) return;
  const owner = await ports.pullRequests.get(other.pullRequest);
  if (owner?.state !== 'open') return;
  throw new UserError(
    `pull requests #${other.pullRequest} and #${desired.pullRequest} both have the preview id ${desired.previewId}`,
    'Set `preview: { id: pull-request }` in .github/understudy.yml; numbers never collide.',
  );
}

function chooseServices({ configuration, service }: DeployRequest): PreviewConfiguration {
  if (service === undefined) return configuration;
  const services = configuration.services.filter(({ name }) => name === service);
  if (services.length > 0) return { ...configuration, services };
  throw new UserError(
    `service ${JSON.stringify(service)} does not exist, allowed: ${configuration.services.map(({ name }) => name).join(', ')}`,
    'Set the input `service` to one of `preview.services`, or leave it out for all.',
  );
}

function desiredPreviews({ desired }: Facts) {
  return { occasion: desired, all: async () => [desired] };
}

function resultOfThrown(cause: unknown, signal: AbortSignal): DeployResult {
  if (!signal.aborted) throw cause;
  const timedOut = (signal.reason as Error | undefined)?.name === 'TimeoutError';
  return {
    kind: 'failed',
    service: '',
    reason: timedOut
      ? 'timeout: the deploy took longer than the input `timeout` allows'
      : 'cancelled: the run was cancelled; run it again to go on',
    log: [],
    stillServing: false,
  };
}

function isPrefixOf(prefix: string | undefined, sha: string): boolean {
  return prefix !== undefined && prefix.length >= 7 && sha.startsWith(prefix.toLowerCase());
}

function movedOn(commit: string, head: string): string {
  return `superseded: the head moved from ${commit.slice(0, 7)} to ${head.slice(0, 7)}`;
}
