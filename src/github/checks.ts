import { parseInstant } from '../core/time.ts';
import type { CheckReader, SeenCheck } from '../promotion/observe/ports.ts';
import { explained } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { allPages, hasNext, pageSize } from './pages.ts';

/** Check runs and commit statuses by GitHub's REST API. */
export function githubChecks(client: GitHubClient): CheckReader {
  return {
    checkRuns: (commit) => checkRuns(client, commit),
    statuses: (commit) => statuses(client, commit),
  };
}

async function checkRuns(
  { octokit, owner, repo }: GitHubClient,
  commit: string,
): Promise<readonly SeenCheck[]> {
  const purpose = { act: `list the checks of ${commit}`, permission: 'checks: read' };
  const { items } = await explained(purpose, () =>
    allPages(async (page) => {
      const answer = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
        owner,
        repo,
        ref: commit,
        filter: 'latest',
        per_page: pageSize,
        ...(page > 1 && { page }),
        headers: { 'cache-control': 'no-cache' },
      });
      const runs = answer.data.check_runs.map(
        ({ name, status, conclusion, completed_at, started_at, html_url }) => {
          const state = status === 'completed' ? stateOf(conclusion) : 'pending';
          return check(name, state, completed_at ?? started_at, html_url);
        },
      );
      return { items: runs, more: hasNext(answer) };
    }),
  );
  return items;
}

/** A check that somebody must act upon has not ended; one that nobody needs has not failed. */
function stateOf(conclusion: string | null): SeenCheck['state'] {
  if (['success', 'neutral', 'skipped'].includes(conclusion ?? '')) return 'success';
  return conclusion === 'action_required' ? 'pending' : 'failure';
}

async function statuses(
  { octokit, owner, repo }: GitHubClient,
  commit: string,
): Promise<readonly SeenCheck[]> {
  const purpose = { act: `list the statuses of ${commit}`, permission: 'statuses: read' };
  const { items } = await explained(purpose, () =>
    allPages(async (page) => {
      const answer = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/status', {
        owner,
        repo,
        ref: commit,
        per_page: pageSize,
        ...(page > 1 && { page }),
        headers: { 'cache-control': 'no-cache' },
      });
      const items = answer.data.statuses.map(({ context, state, updated_at, target_url }) => {
        const known = state === 'success' || state === 'pending' ? state : 'failure';
        return check(context, known, updated_at, target_url);
      });
      return { items, more: hasNext(answer) };
    }),
  );
  return items;
}

function check(
  name: string,
  state: SeenCheck['state'],
  time: string | null | undefined,
  url: string | null | undefined,
): SeenCheck {
  const at = parseInstant(time ?? '');
  return { name, state, ...(at !== undefined && { at }), ...(url && { url }) };
}
