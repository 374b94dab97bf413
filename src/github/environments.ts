import { instant, parseInstant } from '../core/time.ts';
import type { EnvironmentReader } from '../promotion/observe/ports.ts';
import { explained } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { hasNext, pageSize } from './pages.ts';

const permission = 'deployments: read';
const fresh = { 'cache-control': 'no-cache' };

/** GitHub's environments and their deployments by its REST API. */
export function githubEnvironments({ octokit, owner, repo }: GitHubClient): EnvironmentReader {
  return {
    deployments: (environment, task) =>
      explained({ act: `list the deployments to ${environment}`, permission }, async () => {
        const answer = await octokit.request('GET /repos/{owner}/{repo}/deployments', {
          owner,
          repo,
          environment,
          ...(task !== undefined && { task }),
          per_page: pageSize,
          headers: fresh,
        });
        const items = answer.data.map(({ id, sha, ref, task: made, created_at }) => ({
          id: Number(id),
          sha,
          ref,
          task: made,
          createdAt: parseInstant(created_at) ?? instant(0),
        }));
        return { items: items.sort((a, b) => b.id - a.id), more: hasNext(answer) };
      }),
    statuses: (deployment) =>
      explained({ act: `show what became of deployment ${deployment}`, permission }, async () => {
        const { data } = await octokit.request(
          'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
          { owner, repo, deployment_id: deployment, per_page: pageSize, headers: fresh },
        );
        return data
          .map(({ id, state, created_at }) => ({
            id: Number(id),
            state,
            at: parseInstant(created_at) ?? instant(0),
          }))
          .sort((a, b) => b.id - a.id)
          .map(({ state, at }) => ({ state, at }));
      }),
  };
}
