import type { CheckRunState, RepositoryState } from '../state.ts';
import type { World } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, userView } from './account.ts';
import { apiOf, htmlOf } from './repository.ts';

/** `check-run` of the published schema. */
export function checkRunView(world: World, repository: RepositoryState, run: CheckRunState): Json {
  const api = `${apiOf(world, repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    url: api,
    html_url: `${htmlOf(world, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: 0, annotations_url: `${api}/annotations` },
    check_suite: { id: run.suite },
    app: actionsApp(world),
    pull_requests: [],
  };
}

/** GitHub Actions as an app: what made every check run here. */
function actionsApp(world: World): Json {
  return {
    id: 15_368,
    slug: 'github-actions',
    node_id: nodeId('App', 15_368),
    owner: userView(world, 'github'),
    name: 'GitHub Actions',
    description: 'Automate your workflow from idea to production',
    external_url: 'https://help.github.com/en/actions',
    html_url: `${world.origin()}/apps/github-actions`,
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2024-04-10T20:33:16Z',
    permissions: { checks: 'write', contents: 'write', metadata: 'read' },
    events: ['push', 'pull_request'],
  };
}
