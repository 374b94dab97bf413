import { ApiError, notFound, validationFailed } from '../api-error.ts';
import { optionalFlag, optionalText, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { resolveCommit } from '../commits.ts';
import { autoMerge, unmetContexts } from '../deployment-checks.ts';
import { deploymentEvent, putDeployment } from '../deployments.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { DeploymentState } from '../state.ts';
import { fullName } from '../state.ts';
import { deploymentView } from '../views/deployment.ts';
import { gitDirectory } from '../world.ts';

/** GitHub's longest description of a deployment, in characters. */
const longest = 140;

/** Deployments: list, create, read, delete. */
export const deploymentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/deployments',
    permission: { deployments: 'read' },
    handle: (context) =>
      pageOf(context, selected(context), (one) =>
        deploymentView(context.world, context.repository, one),
      ),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/deployments',
    permission: { deployments: 'write' },
    handle: create,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/deployments/{id}',
    permission: { deployments: 'read' },
    handle: (context) => ({
      status: 200,
      body: deploymentView(context.world, context.repository, deploymentOf(context)),
    }),
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/deployments/{id}',
    permission: { deployments: 'write' },
    handle: remove,
  },
];

/** The deployment named in the path. Throws 404. */
export function deploymentOf(context: Context): DeploymentState {
  const deployment = context.repository.deployments[numberParam(context, 'id') ?? 0];
  if (!deployment) throw notFound();
  return deployment;
}

function selected({ query, repository }: Context): DeploymentState[] {
  const fits = (deployment: DeploymentState) =>
    (['sha', 'ref', 'task', 'environment'] as const).every((key) => {
      const wanted = query.get(key);
      return wanted === null || wanted === 'none' || deployment[key] === wanted;
    });
  return Object.values(repository.deployments)
    .filter(fits)
    .sort((a, b) => b.id - a.id);
}

async function create(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const ref = requiredText(context, 'ref');
  const description = optionalText(context, 'description') ?? null;
  if (description !== null && description.length > longest) {
    const message = `description is too long (maximum is ${longest} characters)`;
    throw validationFailed({
      resource: 'Deployment',
      code: 'custom',
      field: 'description',
      message,
    });
  }
  const sha = await resolveCommit(gitDirectory(world, repository), ref);
  if (!sha) throw new ApiError(422, `No ref found for: ${ref}`);
  if (optionalFlag(context, 'auto_merge') ?? true) {
    const merged = await autoMerge(context, ref);
    if (merged) return { status: 202, body: { message: merged } };
  }
  const unmet = unmetContexts(context, sha);
  if (unmet.length > 0) throw notGreen(ref, unmet);
  const deployment = newDeployment(context, { ref, sha, description });
  putDeployment(world, fullName(repository), deployment);
  deploymentEvent(context, deployment);
  return { status: 201, body: deploymentView(world, repository, deployment) };
}

function notGreen(ref: string, contexts: readonly unknown[]): ApiError {
  const field = { resource: 'Deployment', field: 'required_contexts', code: 'invalid' };
  return new ApiError(409, `Conflict: Commit status checks failed for ${ref}.`, {
    errors: [{ contexts, ...field }],
  });
}

function newDeployment(
  context: Context,
  given: Pick<DeploymentState, 'ref' | 'sha' | 'description'>,
): DeploymentState {
  const environment = optionalText(context, 'environment') ?? 'production';
  const now = timestamp(context.world.clock);
  return {
    id: context.world.store.nextId(),
    ...given,
    task: optionalText(context, 'task') ?? 'deploy',
    environment,
    originalEnvironment: environment,
    payload: context.body.payload ?? '',
    transient: optionalFlag(context, 'transient_environment') ?? false,
    production: optionalFlag(context, 'production_environment') ?? environment === 'production',
    creator: context.token.login,
    createdAt: now,
    updatedAt: now,
    statuses: [],
  };
}

/** An active deployment stays, unless it is the only one (docs: delete a deployment). */
function remove(context: Context): Answer {
  const deployment = deploymentOf(context);
  const active = deployment.statuses.at(-1)?.state !== 'inactive';
  const only = Object.keys(context.repository.deployments).length === 1;
  if (active && !only) {
    throw new ApiError(
      422,
      'We cannot delete an active deployment unless it is the only deployment in a given environment.',
    );
  }
  context.world.store.changeRepository(fullName(context.repository), (before) => {
    const { [deployment.id]: _gone, ...deployments } = before.deployments;
    return { ...before, deployments };
  });
  return { status: 204 };
}
