import { notFound } from '../api-error.ts';
import { countedPage } from '../pagination.ts';
import type { Context, Route } from '../route.ts';
import type { EnvironmentState } from '../state.ts';
import { nodeId } from '../views/account.ts';
import { apiOf, htmlOf } from '../views/repository.ts';

const path = '/repos/{owner}/{repo}/environments';

/** Environments: made by deployments, never deleted by a workflow's token. */
export const environmentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    permission: { actions: 'read' },
    handle: (context) =>
      countedPage(context, 'environments', Object.values(context.repository.environments), (one) =>
        environmentView(context, one),
      ),
  },
  {
    method: 'GET',
    path: `${path}/{name}`,
    permission: { actions: 'read' },
    handle: (context) => {
      const found = context.repository.environments[context.params.name ?? ''];
      if (!found) throw notFound();
      return { status: 200, body: environmentView(context, found) };
    },
  },
];

function environmentView({ world, repository }: Context, environment: EnvironmentState) {
  const name = encodeURIComponent(environment.name);
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name: environment.name,
    url: `${apiOf(world, repository)}/environments/${name}`,
    html_url: `${htmlOf(world, repository)}/deployments/activity_log?environments_filter=${name}`,
    created_at: environment.createdAt,
    updated_at: environment.createdAt,
    protection_rules: [],
    deployment_branch_policy: null,
  };
}
