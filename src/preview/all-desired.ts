import type { PreviewConfiguration } from '../config/schema.ts';
import { after } from '../core/time.ts';
import type { DesiredPreview, ObservedPreview } from '../targets/target.ts';
import {
  type DesiredFacts,
  desire,
  type Facts,
  readChangedPaths,
  readEligibility,
} from './deploy-facts.ts';
import { givenAsIn } from './desired.ts';
import { Overtaken } from './overtaken.ts';
import type { PullRequest } from './pull-request.ts';

/**
 * Every preview that should be, for targets that hold all of them in one shared thing: those of all open pull
 * requests that are eligible, the occasion's as it is known already. Over `max`, those without a preview wait.
 * Throws when one of them cannot be told: a part is not an answer. Throws `Overtaken` when the occasion is no longer
 * the head of an open pull request: this is asked each time, for a run may have waited long for what is shared.
 */
export async function allDesired(facts: DesiredFacts): Promise<readonly DesiredPreview[]> {
  const open = await facts.ports.pullRequests.open();
  await refuseOvertaken(facts, open);
  const others = open
    .filter(({ number }) => number !== facts.pullRequest.number)
    .sort((one, other) => one.number - other.number)
    .map((pullRequest) => factsOf(facts, pullRequest))
    .filter(isLive);
  const desired: DesiredPreview[] = [];
  for (const other of others) {
    const wanted = await desiredOf(other);
    if (wanted) desired.push(wanted);
  }
  return withinMax(facts, desired);
}

/** The list may lag behind, so a head that differs is asked for by number. */
async function refuseOvertaken(
  { pullRequest: { number, head }, ports }: Facts,
  open: readonly PullRequest[],
): Promise<void> {
  const isCurrent = (one: PullRequest | undefined) =>
    one?.state === 'open' && one.head.sha === head.sha;
  if (isCurrent(open.find((one) => one.number === number))) return;
  const current = await ports.pullRequests.get(number, head.sha);
  if (!isCurrent(current)) throw new Overtaken(current);
}

function factsOf(facts: Facts, pullRequest: PullRequest): Facts {
  const existing = facts.observed.find((preview) => preview.pullRequest === pullRequest.number);
  // Only a pull request's own run knows its image and parameters, and an approval by a command.
  const own = { approvedCommit: undefined, service: undefined, images: new Map<string, string>() };
  const configuration = withoutOverrides(facts.request.configuration);
  const { resetDatabase: _own, ...common } = facts.request;
  const request = { ...common, ...own, configuration };
  return { ...facts, request, pullRequest, existing, requested: existing?.requested ?? false };
}

function withoutOverrides(configuration: PreviewConfiguration): PreviewConfiguration {
  const services = configuration.services.map((service) =>
    service.cloudformation
      ? { ...service, cloudformation: { ...service.cloudformation, overrides: {} } }
      : service,
  );
  return { ...configuration, services };
}

/** A preview that is there, or a pull request in which something happened lately: expired ones stay away. */
function isLive({ existing, pullRequest, request, ports }: Facts): boolean {
  const { expireAfter } = request.configuration;
  if (existing || expireAfter === undefined) return true;
  return after(pullRequest.updatedAt, expireAfter) > ports.now();
}

async function desiredOf(listed: Facts): Promise<DesiredPreview | undefined> {
  const { existing } = listed;
  if (existing?.commit === listed.pullRequest.head.sha) return keptAsIs(listed, existing);
  const facts = existing ? await askedByNumber(listed) : listed;
  if (!facts) return undefined;
  if (existing?.commit === facts.pullRequest.head.sha) return keptAsIs(facts, existing);
  const changedPaths = await readChangedPaths(facts);
  const eligibility = await readEligibility(facts, changedPaths);
  return eligibility.eligible ? desire(facts, changedPaths).desired : undefined;
}

/** The commit that runs may be newer than a list that lags behind. */
async function askedByNumber(facts: Facts): Promise<Facts | undefined> {
  const pullRequest = await facts.ports.pullRequests.get(facts.pullRequest.number);
  return pullRequest?.state === 'open' ? { ...facts, pullRequest } : undefined;
}

/** This very commit was approved, and its paths were asked for, when the preview was made; this is not its push. */
async function keptAsIs(facts: Facts, existing: ObservedPreview) {
  const { configuration } = facts.request;
  const there = configuration.services.filter(({ name }) =>
    existing.services.some((service) => service.name === name),
  );
  const services = there.length > 0 ? there : configuration.services;
  const request = {
    ...facts.request,
    approvedCommit: existing.commit,
    configuration: { ...configuration, services },
  };
  const same = { ...facts, request };
  const eligibility = await readEligibility(same, undefined);
  if (!eligibility.eligible) return undefined;
  const { expiresAt: _, ...desired } = desire(same, undefined).desired;
  const fingerprint = givenAsIn(desired.fingerprint, existing.fingerprint);
  return {
    ...desired,
    fingerprint,
    ...(existing.expiresAt !== undefined && { expiresAt: existing.expiresAt }),
  };
}

function withinMax(
  { desired: occasion, observed, request }: DesiredFacts,
  others: readonly DesiredPreview[],
): readonly DesiredPreview[] {
  const there = new Set(observed.map(({ pullRequest }) => pullRequest));
  const existing = others.filter(({ pullRequest }) => there.has(pullRequest));
  const newcomers = others.filter(({ pullRequest }) => !there.has(pullRequest));
  const places = Math.max(0, request.configuration.eligible.max - existing.length - 1);
  return [occasion, ...existing, ...newcomers.slice(0, places)].sort(
    (one, other) => one.pullRequest - other.pullRequest,
  );
}
