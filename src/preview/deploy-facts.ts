import type { PreviewConfiguration } from '../config/schema.ts';
import { UserError } from '../core/user-error.ts';
import type { DesiredPreview, ObservedPreview } from '../targets/target.ts';
import type { Announcer } from './announcer.ts';
import type { DeployPorts, DeployRequest } from './deploy-request.ts';
import { decideEligibility } from './eligibility.ts';
import { collidingPreview } from './plan.ts';
import type { DeploymentKey } from './ports.ts';
import { isFork, type PullRequest } from './pull-request.ts';
import type { PreviewReport } from './report.ts';

/** Facts of one deploy, gathered before anything is decided. */
export interface Facts {
  readonly request: DeployRequest;
  readonly ports: DeployPorts;
  readonly pullRequest: PullRequest;
  readonly observed: readonly ObservedPreview[];
  readonly desired: DesiredPreview;
  readonly key: DeploymentKey;
  readonly announce: Announcer;
  readonly report: PreviewReport;
}

/** The pull request as it is now. Throws a `UserError` when there is none of that number. */
export async function readPullRequest(
  { pullRequest }: DeployRequest,
  { pullRequests }: DeployPorts,
) {
  const found = await pullRequests.get(pullRequest);
  if (found) return found;
  throw new UserError(
    `pull request #${pullRequest} does not exist`,
    'Pass the number of a pull request of this repository as input `pull-request`.',
  );
}

/** Asks only for the facts that the rules need: each costs a request. */
export async function readEligibility({ request, ports, pullRequest }: Facts, requested: boolean) {
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
export async function refuseCollision({ desired, observed, ports }: Facts): Promise<void> {
  const other = collidingPreview(desired, observed);
  if (!other) return;
  const owner = await ports.pullRequests.get(other.pullRequest);
  if (owner?.state !== 'open') return;
  throw new UserError(
    `pull requests #${other.pullRequest} and #${desired.pullRequest} both have the preview id ${desired.previewId}`,
    'Set `preview: { id: pull-request }` in .github/understudy.yml; numbers never collide.',
  );
}

/** The configuration with only the service asked for. Throws a `UserError` when there is none of that name. */
export function chooseServices({ configuration, service }: DeployRequest): PreviewConfiguration {
  if (service === undefined) return configuration;
  const services = configuration.services.filter(({ name }) => name === service);
  if (services.length > 0) return { ...configuration, services };
  throw new UserError(
    `service ${JSON.stringify(service)} does not exist, allowed: ${configuration.services.map(({ name }) => name).join(', ')}`,
    'Set the input `service` to one of `preview.services`, or leave it out for all.',
  );
}

function isPrefixOf(prefix: string | undefined, sha: string): boolean {
  return prefix !== undefined && prefix.length >= 7 && sha.startsWith(prefix.toLowerCase());
}
