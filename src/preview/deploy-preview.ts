import type { ObservedPreview } from '../targets/target.ts';
import { announcer } from './announcer.ts';
import {
  carryOut,
  closedBefore,
  desiredPreviews,
  finish,
  movedOn,
  refuse,
} from './carry-out-deploy.ts';
import {
  chooseServices,
  type Facts,
  readEligibility,
  readPullRequest,
  refuseCollision,
} from './deploy-facts.ts';
import type { DeployOutcome, DeployPorts, DeployRequest } from './deploy-request.ts';
import { desiredPreview } from './desired.ts';
import { planPreview } from './plan.ts';
import { blankReport } from './report.ts';
import { deploymentTask } from './task.ts';

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
