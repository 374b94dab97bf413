import type { ServiceConfiguration } from '../config/schema.ts';
import { matchesGlob } from '../core/glob.ts';
import { UserError } from '../core/user-error.ts';
import type { DesiredPreview, ObservedPreview } from '../targets/target.ts';
import { type Announcer, announcer } from './announcer.ts';
import type { DeployRequest } from './deploy-request.ts';
import { desiredPreview } from './desired.ts';
import { decideEligibility, type Eligibility } from './eligibility.ts';
import { collidingPreview } from './plan.ts';
import type { DeploymentKey } from './ports.ts';
import { defaultIdLength, previewId } from './preview-id.ts';
import type { PreviewPorts } from './preview-ports.ts';
import { isFork, type PullRequest } from './pull-request.ts';
import { blankReport, type PreviewReport } from './report.ts';
import { deploymentTask } from './task.ts';

/** Facts of one deploy, gathered before anything is decided. */
export interface Facts {
  readonly request: DeployRequest;
  readonly ports: PreviewPorts;
  readonly pullRequest: PullRequest;
  readonly observed: readonly ObservedPreview[];
  /** The preview that this pull request has already. */
  readonly existing: ObservedPreview | undefined;
  /** Asked for by a command, now or when the preview was made. */
  readonly requested: boolean;
  readonly announce: Announcer;
  readonly report: PreviewReport;
}

/** The facts once it is known what should be. */
export interface DesiredFacts extends Facts {
  readonly desired: DesiredPreview;
  readonly key: DeploymentKey;
}

async function readPullRequest(
  { pullRequest, commit }: DeployRequest,
  { pullRequests }: PreviewPorts,
) {
  const found = await pullRequests.get(pullRequest, commit);
  if (found) return found;
  throw new UserError(
    `pull request #${pullRequest} does not exist`,
    'Pass the number of a pull request of this repository as input `pull-request`.',
  );
}

/** Observes pull request and previews. Throws a `UserError` when there is no such pull request. */
export async function gatherFacts(request: DeployRequest, ports: PreviewPorts): Promise<Facts> {
  const pullRequest = await readPullRequest(request, ports);
  const { head, number } = pullRequest;
  const observed = await ports.target.observe(request.repository);
  const existing = observed.find((preview) => preview.pullRequest === number);
  const id = previewId({
    scheme: request.configuration.id,
    branch: head.branch,
    pullRequest: number,
    length: defaultIdLength,
  });
  return {
    request,
    ports,
    pullRequest,
    observed,
    existing,
    requested: request.requested || (existing?.requested ?? false),
    announce: announcer(ports.audience),
    report: blankReport({ pullRequest: number, previewId: id, commit: head.sha }),
  };
}

/** The paths that the pull request touches; asked for only where a rule needs them. */
export async function readChangedPaths({
  request,
  ports,
  pullRequest,
  requested,
}: Facts): Promise<readonly string[] | undefined> {
  const needed = request.configuration.services.some(({ paths }) => paths.length > 0);
  return needed && !requested ? ports.pullRequests.changedPaths(pullRequest.number) : undefined;
}

/** Whether the pull request gets a preview. Asks whether a fork's commit is approved only where that matters. */
export async function readEligibility(
  { request, ports, pullRequest, requested }: Facts,
  changedPaths: readonly string[] | undefined,
): Promise<Eligibility> {
  const { eligible, services } = request.configuration;
  const asks = isFork(pullRequest, request.repository) && eligible.forks === 'approved';
  const anywhere = services.some(({ paths }) => paths.length === 0);
  const paths = anywhere ? [] : services.flatMap((service) => service.paths);
  const approved =
    asks &&
    // Whole, never a prefix: two commits that share their first digits are made in seconds.
    (request.approvedCommit === pullRequest.head.sha ||
      (await ports.pullRequests.isApproved(pullRequest.number, pullRequest.head.sha)));
  const facts = { repository: request.repository, requested, approved, changedPaths };
  return decideEligibility(pullRequest, { ...eligible, paths }, facts);
}

/** What should be, with every name checked. Throws a `UserError`. */
export function desire(facts: Facts, changedPaths: readonly string[] | undefined): DesiredFacts {
  const { request, pullRequest, existing, requested, ports, report } = facts;
  const { desired, environment } = desiredPreview({
    repository: request.repository,
    pullRequest,
    configuration: request.configuration,
    services: chooseServices(facts, changedPaths),
    requested,
    existing,
    images: request.images,
    now: ports.now(),
    resetDatabase: request.resetDatabase,
  });
  return {
    ...facts,
    desired,
    key: { environment, task: deploymentTask(pullRequest.number) },
    report: { ...report, expiresAt: desired.expiresAt },
  };
}

/** Two pull requests with one identifier would share one preview: two branches of one name in two forks do. */
export async function refuseCollision({ desired, observed, ports }: DesiredFacts): Promise<void> {
  const other = collidingPreview(desired, observed);
  if (!other) return;
  const owner = await ports.pullRequests.get(other.pullRequest);
  if (owner?.state !== 'open') return;
  throw new UserError(
    `pull requests #${other.pullRequest} and #${desired.pullRequest} both have the preview id ${desired.previewId}`,
    'Set `preview: { id: pull-request }` in .github/understudy.yml; numbers never collide.',
  );
}

/**
 * The services to deploy: the one asked for, or those whose paths are touched; and those the preview has
 * already, because a preview runs one commit.
 */
function chooseServices(
  { request, existing }: Facts,
  changedPaths: readonly string[] | undefined,
): readonly ServiceConfiguration[] {
  const { services } = request.configuration;
  const wanted = ({ name, paths }: ServiceConfiguration) =>
    request.service === undefined
      ? changedPaths === undefined || paths.length === 0 || touches(changedPaths, paths)
      : name === request.service;
  const there = ({ name }: ServiceConfiguration) =>
    existing?.services.some((service) => service.name === name) ?? false;
  if (services.some(wanted)) return services.filter((one) => wanted(one) || there(one));
  throw new UserError(
    `service ${JSON.stringify(request.service)} does not exist, allowed: ${services.map(({ name }) => name).join(', ')}`,
    'Set the input `service` to one of `preview.services`, or leave it out for all.',
  );
}

function touches(changedPaths: readonly string[], globs: readonly string[]): boolean {
  return changedPaths.some((path) => matchesGlob(path, globs));
}
