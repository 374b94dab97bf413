import type { Order } from '../pipeline.ts';
import type { VersionHistory } from '../versions.ts';
import type { BranchHistory } from './branch-history.ts';
import { endOf, foreignDeployments } from './observe-deployments.ts';
import type { EnvironmentReader, ListedDeployment } from './ports.ts';

/** How many deployments are asked whether they went well. */
const askedAtMost = 10;

/**
 * Of a branch's versions those that went well in an environment elsewhere, in the order of the branch: what was deployed
 * last may be older. What is wanted went well before; others are asked for down to the newest that is wanted.
 */
export async function readDeployed(
  environments: EnvironmentReader,
  { environment, order }: { readonly environment: string; readonly order: Order },
  { window, history }: BranchHistory,
  wanted: readonly string[],
): Promise<VersionHistory> {
  const isWanted = (sha: string) => wanted.some((text) => text === sha || sha.startsWith(text));
  const deployments = await foreignDeployments(environments, environment);
  const inBranch = window.commits.flatMap(({ sha }) =>
    deployments.filter((deployment) => deployment.sha === sha),
  );
  const known = inBranch.findIndex(({ sha }) => isWanted(sha));
  const newer = known < 0 ? inBranch : inBranch.slice(0, known);
  const well = await wellAmong(environments, newer, order);
  const versions = history.versions.filter(({ key }) => well.has(key) || isWanted(key));
  return { ...history, versions };
}

/** Of deployments, newest version first: those that matter to the order of the pipeline. */
async function wellAmong(
  environments: EnvironmentReader,
  newer: readonly ListedDeployment[],
  order: Order,
): Promise<ReadonlySet<string>> {
  const well = new Set<string>();
  const isQueue = order === 'queue';
  for (const deployment of isQueue ? newer.slice(-askedAtMost) : newer.slice(0, askedAtMost)) {
    if (well.size > 0 && !isQueue) break;
    const end = endOf(deployment, await environments.statuses(deployment.id));
    if (end?.health === 'healthy') well.add(deployment.sha);
  }
  return well;
}
