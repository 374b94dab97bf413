import { ApiError, invalidRequest, notFound } from '../api-error.ts';
import { optionalObject, requiredText } from '../body.ts';
import { resolveCommit } from '../commits.ts';
import { tryGit } from '../git.ts';
import { countedPage } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { RunState } from '../state.ts';
import { fullName } from '../state.ts';
import { userView } from '../views/account.ts';
import { eventRepository } from '../views/repository.ts';
import { runView } from '../views/run.ts';
import { gitDirectory } from '../world.ts';

const base = '/repos/{owner}/{repo}';

/** Dispatches and workflow runs. */
export const actionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${base}/dispatches`,
    permission: { contents: 'write' },
    handle: repositoryDispatch,
  },
  {
    method: 'POST',
    path: `${base}/actions/workflows/{workflow}/dispatches`,
    permission: { actions: 'write' },
    handle: workflowDispatch,
  },
  {
    method: 'GET',
    path: `${base}/actions/workflows/{workflow}/runs`,
    permission: { actions: 'read' },
    handle: (context) => runs(context, ({ path }) => path.endsWith(`/${context.params.workflow}`)),
  },
  {
    method: 'GET',
    path: `${base}/actions/runs`,
    permission: { actions: 'read' },
    handle: (context) => runs(context, () => true),
  },
  {
    method: 'GET',
    path: `${base}/actions/runs/{id}`,
    permission: { actions: 'read' },
    handle: async (context) => ({
      status: 200,
      body: await runView(context.world, context.repository, runOf(context)),
    }),
  },
  {
    method: 'POST',
    path: `${base}/actions/runs/{id}/cancel`,
    permission: { actions: 'write' },
    handle: cancel,
  },
];

function announce(context: Context, event: string, payload: Record<string, unknown>): Answer {
  const { world, repository, token } = context;
  const whole = {
    ...payload,
    ...eventRepository(world, repository),
    sender: userView(world, token.login),
  };
  world.events.add({ event, repository: fullName(repository), payload: whole }, token);
  return { status: 204 };
}

function repositoryDispatch(context: Context): Answer {
  const action = requiredText(context, 'event_type');
  const client = optionalObject(context, 'client_payload') ?? {};
  const keys = Object.keys(client).length;
  if (keys > 10) {
    throw invalidRequest(`No more than 10 properties are allowed; ${keys} were supplied.`);
  }
  const branch = context.repository.defaultBranch;
  return announce(context, 'repository_dispatch', { action, branch, client_payload: client });
}

async function workflowDispatch(context: Context): Promise<Answer> {
  const { world, repository, params } = context;
  const ref = requiredText(context, 'ref');
  const directory = gitDirectory(world, repository);
  const workflow = `.github/workflows/${params.workflow}`;
  const commit = await resolveCommit(directory, ref.replace(/^refs\/(heads|tags)\//, ''));
  if (!commit) throw new ApiError(422, `No ref found for: ${ref}`);
  if ((await tryGit(directory, ['cat-file', '-e', `${commit}:${workflow}`])) === undefined) {
    throw notFound();
  }
  const full = ref.startsWith('refs/') ? ref : fullRef(context, ref);
  const inputs = optionalObject(context, 'inputs') ?? null;
  return announce(context, 'workflow_dispatch', { ref: full, inputs, workflow });
}

function fullRef({ repository }: Context, name: string): string {
  const branch = `refs/heads/${name}`;
  return repository.refs[branch] ? branch : `refs/tags/${name}`;
}

async function runs(context: Context, fits: (run: RunState) => boolean): Promise<Answer> {
  const { world, repository, query } = context;
  const wanted = (key: string, ...values: (string | null)[]) =>
    query.get(key) === null || values.includes(query.get(key));
  const some = repository.runs
    .filter(fits)
    .filter((run) => wanted('head_sha', run.headSha) && wanted('branch', run.headBranch))
    .filter((run) => wanted('event', run.event) && wanted('status', run.status, run.conclusion))
    .sort((a, b) => b.id - a.id);
  const answer = countedPage(context, 'workflow_runs', some, (run) => run);
  const body = answer.body as { total_count: number; workflow_runs: RunState[] };
  const views = body.workflow_runs.map((run) => runView(world, repository, run));
  return { ...answer, body: { ...body, workflow_runs: await Promise.all(views) } };
}

function runOf(context: Context): RunState {
  const id = numberParam(context, 'id');
  const run = context.repository.runs.find((one) => one.id === id);
  if (!run) throw notFound();
  return run;
}

function cancel(context: Context): Answer {
  const run = runOf(context);
  if (run.status === 'completed') {
    throw new ApiError(409, 'Cannot cancel a workflow run that is completed.');
  }
  const ended: RunState = { ...run, status: 'completed', conclusion: 'cancelled' };
  context.world.store.changeRepository(fullName(context.repository), (before) => ({
    ...before,
    runs: before.runs.map((one) => (one.id === run.id ? ended : one)),
  }));
  return { status: 202, body: {} };
}
