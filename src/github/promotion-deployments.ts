import type {
  NewDeployment,
  ProjectedDeployment,
  PromotionDeployments,
} from '../promotion/deployment-ports.ts';
import { explained, isUnknownOutcome } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { cutDescription, postStatus } from './deployments.ts';

const write = { act: 'write the deployment of a promotion', permission: 'deployments: write' };
const task = 'understudy:promotion';

/** Deployments that stand for promotions, by GitHub's REST API. What they stand for is in their payload. */
export function githubPromotionDeployments(client: GitHubClient): PromotionDeployments {
  return {
    list: (environment) => explained(write, () => listOnce(client, environment)),
    create: (deployment) => explained(write, () => create(client, deployment)),
    stateOf: (id) => explained(write, () => stateOf(client, id)),
    report: (id, status) => explained(write, () => postStatus(client, id, status)),
  };
}

/** One for each promotion, the first; a second one is of a run that was cut off before it took it back. */
async function listOnce(client: GitHubClient, environment: string): Promise<ProjectedDeployment[]> {
  const all = await list(client, environment);
  const isSame = (one: ProjectedDeployment, { id: _, ...key }: ProjectedDeployment) =>
    one.pipeline === key.pipeline && one.stage === key.stage && one.promotion === key.promotion;
  const isFirst = (each: ProjectedDeployment) =>
    !all.some((other) => other.id < each.id && isSame(other, each));
  for (const { id } of all.filter((each) => !isFirst(each)))
    await remove(client, id).catch(() => undefined);
  return all.filter(isFirst);
}

async function list(
  { octokit, owner, repo }: GitHubClient,
  environment: string,
): Promise<ProjectedDeployment[]> {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/deployments', {
    owner,
    repo,
    task,
    environment,
    per_page: 100,
    headers: { 'cache-control': 'no-cache' },
  });
  return data
    .flatMap(({ id, payload }) => {
      const { pipeline, stage, promotion } = fieldsOf(payload);
      const isOurs = isText(pipeline) && isText(stage) && isText(promotion);
      return isOurs ? [{ id: Number(id), pipeline, stage, promotion }] : [];
    })
    .sort((a, b) => b.id - a.id);
}

/**
 * Not retried by the client: a lost answer would make a second deployment, so it is looked for first. Of runs that make
 * one at the same moment, those that were not first take theirs back: each looks again after it made its own.
 */
async function create(client: GitHubClient, deployment: NewDeployment): Promise<number> {
  const made = await post(client, deployment).catch(async (cause) => {
    if (!isUnknownOutcome(cause)) throw cause;
    return (await firstOf(client, deployment)) ?? post(client, deployment);
  });
  const first = (await firstOf(client, deployment)) ?? made;
  if (first < made) await remove(client, made);
  return first;
}

async function firstOf(
  client: GitHubClient,
  { environment, pipeline, stage, promotion }: NewDeployment,
): Promise<number | undefined> {
  const all = await list(client, environment);
  return all.findLast(
    (each) => each.promotion === promotion && each.pipeline === pipeline && each.stage === stage,
  )?.id;
}

/** GitHub deletes only what is inactive. */
async function remove({ octokit, owner, repo }: GitHubClient, id: number): Promise<void> {
  const at = { owner, repo, deployment_id: id };
  const path = '/repos/{owner}/{repo}/deployments/{deployment_id}';
  await octokit.request(`POST ${path}/statuses`, { ...at, state: 'inactive' });
  await octokit.request(`DELETE ${path}`, at);
}

async function post(
  { octokit, owner, repo }: GitHubClient,
  { pipeline, stage, promotion, version, commit, environment, production }: NewDeployment,
): Promise<number> {
  const { data } = await octokit.request('POST /repos/{owner}/{repo}/deployments', {
    owner,
    repo,
    ref: commit,
    task,
    environment,
    payload: { pipeline, stage, promotion, version },
    auto_merge: false,
    required_contexts: [],
    transient_environment: false,
    production_environment: production,
    description: cutDescription(`Promotion of ${version} to ${stage}`),
    request: { retries: 0 },
  });
  if (!('id' in data)) throw new Error(`GitHub made no deployment: ${data.message}`);
  return Number(data.id);
}

async function stateOf(
  { octokit, owner, repo }: GitHubClient,
  id: number,
): Promise<string | undefined> {
  const { data } = await octokit.request(
    'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    { owner, repo, deployment_id: id, per_page: 1 },
  );
  return data[0]?.state;
}

/** GitHub gives a payload back as it was sent: an object, or a text that may be JSON. */
function fieldsOf(payload: unknown): Readonly<Record<string, unknown>> {
  if (typeof payload === 'object' && payload !== null) return payload as Record<string, unknown>;
  if (typeof payload !== 'string' || !payload.startsWith('{')) return {};
  try {
    return fieldsOf(JSON.parse(payload));
  } catch {
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
