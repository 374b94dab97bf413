import type { DeploymentState, DeploymentStatusState, RepositoryState } from '../state.ts';
import type { World } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, userView } from './account.ts';
import { apiOf } from './repository.ts';

/** `deployment` of the published schema. */
export function deploymentView(
  world: World,
  repository: RepositoryState,
  deployment: DeploymentState,
): Json {
  const api = `${apiOf(world, repository)}/deployments/${deployment.id}`;
  return {
    url: api,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    task: deployment.task,
    original_environment: deployment.originalEnvironment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    statuses_url: `${api}/statuses`,
    repository_url: apiOf(world, repository),
    creator: userView(world, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: null,
  };
}

/** `deployment-status` of the published schema. */
export function deploymentStatusView(
  world: World,
  repository: RepositoryState,
  deployment: DeploymentState,
  status: DeploymentStatusState,
): Json {
  const api = `${apiOf(world, repository)}/deployments/${deployment.id}`;
  return {
    url: `${api}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: userView(world, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: api,
    repository_url: apiOf(world, repository),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: null,
  };
}
