import { invalidRequest, notFound } from '../api-error.ts';
import { optionalFlag, optionalText, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { deploymentStatusEvent, putDeployment } from '../deployments.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { DeploymentState, DeploymentStatusState } from '../state.ts';
import { fullName } from '../state.ts';
import { deploymentStatusView } from '../views/deployment.ts';
import { deploymentOf } from './deployments.ts';

const path = '/repos/{owner}/{repo}/deployments/{id}/statuses';

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];

/** What became of deployments. */
export const deploymentStatusRoutes: readonly Route[] = [
  { method: 'GET', path, permission: { deployments: 'read' }, handle: list },
  { method: 'POST', path, permission: { deployments: 'write' }, handle: create },
  { method: 'GET', path: `${path}/{status}`, permission: { deployments: 'read' }, handle: one },
];

function list(context: Context): Answer {
  const deployment = deploymentOf(context);
  return pageOf(context, [...deployment.statuses].reverse(), (status) =>
    deploymentStatusView(context.world, context.repository, deployment, status),
  );
}

function one(context: Context): Answer {
  const deployment = deploymentOf(context);
  const id = numberParam(context, 'status');
  const status = deployment.statuses.find((entry) => entry.id === id);
  if (!status) throw notFound();
  return shown(context, deployment, status, 200);
}

function shown(
  context: Context,
  deployment: DeploymentState,
  status: DeploymentStatusState,
  code: number,
): Answer {
  const body = deploymentStatusView(context.world, context.repository, deployment, status);
  return { status: code, body };
}

function create(context: Context): Answer {
  const deployment = deploymentOf(context);
  const status = newStatus(context, deployment);
  add(context, deployment, status);
  if (status.state === 'success' && (optionalFlag(context, 'auto_inactive') ?? true)) {
    for (const earlier of replacedBy(context, deployment, status.environment)) {
      add(context, earlier, { ...inactive(context, earlier) });
    }
  }
  deploymentStatusEvent(context, deployment, status);
  return shown(context, deployment, status, 201);
}

function newStatus(context: Context, deployment: DeploymentState): DeploymentStatusState {
  const state = requiredText(context, 'state');
  if (!states.includes(state)) {
    throw invalidRequest(`For 'properties/state', ${state} is not one of ${states.join(', ')}.`);
  }
  return {
    id: context.world.store.nextId(),
    state,
    description: optionalText(context, 'description') ?? '',
    environment: optionalText(context, 'environment') ?? deployment.environment,
    environmentUrl: optionalText(context, 'environment_url') ?? '',
    logUrl: optionalText(context, 'log_url') ?? optionalText(context, 'target_url') ?? '',
    creator: context.token.login,
    createdAt: timestamp(context.world.clock),
  };
}

function add(context: Context, deployment: DeploymentState, status: DeploymentStatusState): void {
  const { world } = context;
  putDeployment(world, fullName(context.repository), {
    ...deployment,
    environment: status.environment,
    updatedAt: status.createdAt,
    statuses: [...deployment.statuses, status],
  });
}

/** Earlier successes of the same environment, transient and production ones apart (docs: auto_inactive). */
function replacedBy(
  context: Context,
  deployment: DeploymentState,
  environment: string,
): DeploymentState[] {
  return Object.values(context.repository.deployments)
    .filter((one) => one.id < deployment.id && one.environment === environment)
    .filter((one) => !one.transient && !one.production)
    .filter((one) => one.statuses.at(-1)?.state === 'success');
}

function inactive(context: Context, deployment: DeploymentState): DeploymentStatusState {
  return {
    id: context.world.store.nextId(),
    state: 'inactive',
    description: '',
    environment: deployment.environment,
    environmentUrl: '',
    logUrl: '',
    creator: context.token.login,
    createdAt: timestamp(context.world.clock),
  };
}
