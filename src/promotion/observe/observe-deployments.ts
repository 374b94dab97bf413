import type { Instant } from '../../core/time.ts';
import type { StageObservation } from '../facts.ts';
import type { Promotion } from '../records/record.ts';
import { byFileOfCommit } from './deployed-file.ts';
import type { DeploymentLook, EnvironmentReader, ListedDeployment } from './ports.ts';
import { empty, type Looking, type StageView, unknown } from './stage-view.ts';

/** Tasks of the deployments by which we show promotions to people: they are written, and never read back. */
export const projectionTask = 'understudy:promotion';

/** How many deployments are asked what became of them; what is on its way is among the newest. */
const askedAtMost = 5;

/** A deployment that ended, and how. */
interface Ended {
  readonly deployment: ListedDeployment;
  readonly health: 'healthy' | 'unhealthy';
  /** Since when it is so. */
  readonly since: Instant;
  /** It was made inactive since: something took its place, or nothing did. */
  readonly inactive: boolean;
}

interface Search {
  readonly ended: Ended | undefined;
  /** The newest that has not ended. */
  readonly underWay: ListedDeployment | undefined;
  /** Whether there are more than were asked. */
  readonly more: boolean;
}

/** An observation by deployments, and the tag or branch that the deployment was of. */
export type DeploymentObservation = StageObservation & { readonly ref?: string };

/**
 * What an environment runs by its deployments: the newest that ended decides. One that was reported to us later than
 * that was begun counts for more: jobs with `environment:` make deployments of the workflow's commit, not of ours. What
 * a stage runs whose promotions edit files is what the files of that commit say.
 */
export async function observeDeployments(
  view: StageView,
  looking: Looking,
): Promise<DeploymentObservation> {
  const { environments } = looking.repository;
  const { environment } = view.settings;
  const found = await foreignDeployments(environments, environment);
  const search = await newestEnded(environments, found);
  const at = looking.now();
  const reported = reportedPromotion(view);
  const late = search.underWay && `; deployment ${search.underWay.id} is on its way`;
  const { ended } = search;
  if (!ended) return reported ? byReport(reported, at, late) : withoutEnd(view, at, search);
  const isReported =
    reported?.endedAt !== undefined && reported.endedAt >= ended.deployment.createdAt;
  const observed = byDeployment(ended, at, late);
  if (isReported) return withReport(observed, reported);
  return byFileOfCommit(view, ended.deployment, observed, looking);
}

/**
 * Deployments of the environment that are not ours, newest first. Where ours alone fill the first page, those of
 * GitHub's usual task are asked for.
 */
export async function foreignDeployments(
  environments: EnvironmentReader,
  environment: string,
): Promise<readonly ListedDeployment[]> {
  const first = await environments.deployments(environment);
  const foreign = first.items.filter(isForeign);
  if (foreign.length > 0 || !first.more) return foreign;
  return (await environments.deployments(environment, 'deploy')).items;
}

/** How a deployment ended by its statuses, newest first; `undefined` = it has not. */
export function endOf(
  deployment: ListedDeployment,
  statuses: readonly DeploymentLook[],
): Ended | undefined {
  const inactive = statuses[0]?.state === 'inactive';
  const rest = statuses.slice(statuses.findIndex(({ state }) => state !== 'inactive'));
  const [last] = rest;
  if (last?.state === 'success') {
    const length = rest.findIndex(({ state }) => state !== 'success');
    const since = rest.at(length < 0 ? -1 : length - 1)?.at ?? last.at;
    return { deployment, health: 'healthy', since, inactive };
  }
  const failed = last?.state === 'failure' || last?.state === 'error';
  return failed ? { deployment, health: 'unhealthy', since: last.at, inactive } : undefined;
}

function isForeign({ task }: ListedDeployment): boolean {
  return !task.startsWith(projectionTask);
}

/** An inactive one counts only where none that is active is found among the newest. */
async function newestEnded(
  environments: EnvironmentReader,
  found: readonly ListedDeployment[],
): Promise<Search> {
  let inactive: Ended | undefined;
  let underWay: ListedDeployment | undefined;
  for (const deployment of found.slice(0, askedAtMost)) {
    const statuses = await environments.statuses(deployment.id);
    const ended = endOf(deployment, statuses);
    if (ended && !ended.inactive) return { ended, underWay, more: false };
    if (ended?.health === 'healthy') inactive ??= ended;
    if (!ended && statuses[0]?.state !== 'inactive') underWay ??= deployment;
  }
  return { ended: inactive, underWay, more: found.length > askedAtMost };
}

function byDeployment(
  { deployment: { id, sha, ref }, health, since, inactive }: Ended,
  at: Instant,
  late = '',
): DeploymentObservation {
  const what = health === 'healthy' ? 'succeeded' : 'failed';
  const evidence = `deployment ${id} ${what}${inactive ? ', and is inactive now' : ''}${late}`;
  return { health, version: sha, at, evidence, ref, ...(health === 'healthy' && { since }) };
}

function byReport({ version, endedAt }: Promotion, at: Instant, late = ''): StageObservation {
  return {
    health: 'healthy',
    version,
    at,
    ...(endedAt !== undefined && { since: endedAt }),
    evidence: `reported${late}`,
  };
}

/** The version of the report, as well as the deployment says it is. */
function withReport(
  observed: DeploymentObservation,
  { version, endedAt }: Promotion,
): DeploymentObservation {
  if (observed.health === 'unknown') return observed;
  const { since, ref: _, ...rest } = observed;
  const later = since !== undefined && endedAt !== undefined && endedAt > since ? endedAt : since;
  const evidence = `${version} was reported; ${observed.evidence}`;
  return { ...rest, version, evidence, ...(later !== undefined && { since: later }) };
}

/** What was last known to have ended well here; only where the word of who deploys counts. */
function reportedPromotion({ stage, record }: StageView): Promotion | undefined {
  const isWord = stage.arrival === 'reported';
  if (!isWord && !stage.reportEnds) return undefined;
  return record.promotions
    .filter(({ phase, reason }) => phase === 'succeeded' && (isWord || isReportedEnd(reason)))
    .reduce<Promotion | undefined>(
      (last, each) => (last && (last.endedAt ?? 0) > (each.endedAt ?? 0) ? last : each),
      undefined,
    );
}

/** By its reason, which begins with its rule: others were seen to arrive. */
function isReportedEnd(reason: string): boolean {
  return reason.startsWith('reported: ');
}

function withoutEnd(view: StageView, at: Instant, { underWay, more }: Search): StageObservation {
  const { environment } = view.settings;
  if (more)
    return unknown(at, `none of the newest ${askedAtMost} deployments to ${environment} has ended`);
  return empty(
    view,
    at,
    underWay
      ? `deployment ${underWay.id}, the first to ${environment}, is on its way`
      : `there is no deployment to ${environment} that went well`,
  );
}
