import { start } from '../core/start.ts';
import type { DeploymentKey, DeploymentStatus, Deployments } from '../preview/ports.ts';
import { explained, isUnknownOutcome } from './api-error.ts';
import type { GitHubClient } from './client.ts';

const write = { act: 'write the deployment', permission: 'deployments: write' };
/** GitHub's limit of a status' description. */
const descriptionLimit = 140;

interface Found {
  readonly id: number;
  readonly sha: string;
}

/**
 * Deployments by GitHub's REST API. Previews are transient, so GitHub never makes old ones inactive by itself
 * (`auto_inactive` spares them): `retire` does.
 */
export function githubDeployments(client: GitHubClient): Deployments {
  const known = new Map<string, Found[]>();
  const list = async (task: string) => {
    const found = known.get(task) ?? (await listDeployments(client, task));
    known.set(task, found);
    return found;
  };
  return {
    begin: (key, commit, status) =>
      explained(write, async () => {
        const [newest, ...older] = await list(key.task);
        const mine = newest?.sha === commit ? newest : await create(client, key, commit);
        if (mine !== newest) known.set(key.task, [mine, ...(newest ? [newest] : []), ...older]);
        await postStatus(client, mine.id, status);
        return mine.id;
      }),
    report: (id, status) => explained(write, () => postStatus(client, id, status)),
    retire: (task, status, except) =>
      explained(write, async () => {
        const others = (await list(task)).filter(({ id }) => id !== except);
        for (const { id } of (await stillActive(client, others)).reverse()) {
          await postStatus(client, id, status);
        }
      }),
  };
}

/**
 * Those of the newest-first list that may be active: up to the first that is known to be inactive, because
 * they are retired from the oldest on. The first is not asked for; making it inactive twice does no harm.
 */
async function stillActive(client: GitHubClient, others: readonly Found[]): Promise<Found[]> {
  const active: Found[] = [];
  for (const deployment of others) {
    if (active.length > 0 && (await isInactive(client, deployment.id))) break;
    active.push(deployment);
  }
  return active;
}

async function isInactive({ octokit, owner, repo }: GitHubClient, id: number): Promise<boolean> {
  const { data } = await octokit.request(
    'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    { owner, repo, deployment_id: id, per_page: 1 },
  );
  return data[0]?.state === 'inactive';
}

async function listDeployments(
  { octokit, owner, repo }: GitHubClient,
  task: string,
): Promise<Found[]> {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/deployments', {
    owner,
    repo,
    task,
    per_page: 100,
  });
  return data.map(({ id, sha }) => ({ id: Number(id), sha })).sort((a, b) => b.id - a.id);
}

/**
 * `auto_merge` and `required_contexts` default to merging the base in and to refusing commits that are not
 * green yet. Not retried by the client: a lost answer would make a second deployment, so it is looked for first.
 */
async function create(client: GitHubClient, key: DeploymentKey, commit: string): Promise<Found> {
  try {
    return await postDeployment(client, key, commit);
  } catch (cause) {
    if (!isUnknownOutcome(cause)) throw cause;
    const [newest] = await listDeployments(client, key.task);
    return newest?.sha === commit ? newest : postDeployment(client, key, commit);
  }
}

async function postDeployment(
  { octokit, owner, repo }: GitHubClient,
  key: DeploymentKey,
  commit: string,
): Promise<Found> {
  const { data } = await octokit.request('POST /repos/{owner}/{repo}/deployments', {
    owner,
    repo,
    ref: commit,
    ...key,
    auto_merge: false,
    required_contexts: [],
    transient_environment: true,
    production_environment: false,
    description: 'Preview by Understudy',
    request: { retries: 0 },
  });
  if (!('id' in data)) throw new Error(`GitHub made no deployment: ${data.message}`);
  return { id: Number(data.id), sha: commit };
}

/** What a status says; previews and promotions have each a part of GitHub's states. */
interface Status extends Omit<DeploymentStatus, 'state'> {
  readonly state: DeploymentStatus['state'] | 'pending';
}

/** Gives a deployment a status. GitHub makes none of the others inactive for it. */
export async function postStatus(
  { octokit, owner, repo }: GitHubClient,
  id: number,
  { state, description, environmentUrl, logUrl }: Status,
): Promise<void> {
  await octokit.request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
    owner,
    repo,
    deployment_id: id,
    state,
    description: cutDescription(description),
    log_url: logUrl,
    auto_inactive: false,
    ...(environmentUrl && { environment_url: environmentUrl }),
  });
}

/** On one line, and as long as GitHub takes. */
export function cutDescription(description: string): string {
  const line = description.replace(/\s+/g, ' ');
  return line.length > descriptionLimit ? `${start(line, descriptionLimit - 1)}…` : line;
}
