import { timestamp } from './clock.ts';
import type { Context } from './route.ts';
import type { DeploymentState, DeploymentStatusState } from './state.ts';
import { fullName } from './state.ts';
import { userView } from './views/account.ts';
import { deploymentStatusView, deploymentView } from './views/deployment.ts';
import { eventRepository } from './views/repository.ts';
import type { World } from './world.ts';

/** Keeps a deployment; its environment is made when it is new, as on GitHub. */
export function putDeployment(world: World, name: string, deployment: DeploymentState): void {
  const { environment } = deployment;
  const known = world.store.repository(name).environments[environment];
  const made = known ?? {
    id: world.store.nextId(),
    name: environment,
    createdAt: timestamp(world.clock),
  };
  world.store.changeRepository(name, (before) => ({
    ...before,
    environments: { ...before.environments, [environment]: made },
    deployments: { ...before.deployments, [deployment.id]: deployment },
  }));
}

/** Reports a `deployment` event. */
export function deploymentEvent(context: Context, deployment: DeploymentState): void {
  report(context, 'deployment', deployment, {});
}

/** Reports a `deployment_status` event. */
export function deploymentStatusEvent(
  context: Context,
  deployment: DeploymentState,
  status: DeploymentStatusState,
): void {
  const { world, repository } = context;
  const view = deploymentStatusView(world, repository, deployment, status);
  report(context, 'deployment_status', deployment, { deployment_status: view });
}

function report(
  context: Context,
  event: string,
  deployment: DeploymentState,
  extra: Record<string, unknown>,
): void {
  const { world, repository, token } = context;
  const payload = {
    action: 'created',
    ...extra,
    deployment: deploymentView(world, repository, deployment),
    workflow: null,
    workflow_run: null,
    ...eventRepository(world, repository),
    sender: userView(world, token.login),
  };
  world.events.add({ event, repository: fullName(repository), payload }, token);
}
