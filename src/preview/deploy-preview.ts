import { carryOut, planAtTarget } from './carry-out-deploy.ts';
import {
  type DesiredFacts,
  desire,
  gatherFacts,
  readChangedPaths,
  readEligibility,
  refuseCollision,
} from './deploy-facts.ts';
import type { DeployOutcome, DeployRequest } from './deploy-request.ts';
import { closedBefore, finish, movedOn, refuse, waitForPlace } from './end-deploy.ts';
import { Overtaken } from './overtaken.ts';
import { planPreview, refinePlan } from './plan.ts';
import type { PreviewPorts } from './preview-ports.ts';

/**
 * Gives a pull request a preview of exactly its head commit. Observes, decides, acts and proves; may be killed
 * anywhere and run again. Throws a `UserError` for what the user can mend before anything was done.
 */
export async function deployPreview(
  request: DeployRequest,
  ports: PreviewPorts,
): Promise<DeployOutcome> {
  const facts = await gatherFacts(request, ports);
  const { pullRequest } = facts;
  if (pullRequest.state === 'closed') return closedBefore(facts);
  if (request.commit !== undefined && request.commit !== pullRequest.head.sha) {
    return finish(facts, 'superseded', movedOn(request.commit, pullRequest.head.sha));
  }
  const changedPaths = await readChangedPaths(facts);
  const eligibility = await readEligibility(facts, changedPaths);
  if (!eligibility.eligible) return refuse(facts, eligibility);
  const known = desire(facts, changedPaths);
  await refuseCollision(known);
  const plan = planPreview(known.desired, known.observed, request.configuration.eligible.max);
  if (plan.kind === 'wait' && !request.dryRun) return waitForPlace(known, plan.reason);
  const atTarget = await planAtTarget(known).catch(whenOvertaken);
  if (atTarget instanceof Overtaken) return giveWayBefore(known, atTarget);
  return carryOut(known, refinePlan(plan, atTarget), atTarget);
}

function whenOvertaken(cause: unknown): Overtaken {
  if (cause instanceof Overtaken) return cause;
  throw cause;
}

/** Nothing was done or said yet. */
async function giveWayBefore(facts: DesiredFacts, { current }: Overtaken) {
  if (current?.state !== 'open') return closedBefore(facts);
  return finish(facts, 'superseded', movedOn(facts.desired.commit, current.head.sha));
}
