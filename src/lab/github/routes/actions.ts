import { ApiError, invalidRequest, notFound } from '../api-error.ts';
import { optionalFlag, optionalObject, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { resolveCommit } from '../commits.ts';
import { fitsCreated } from '../created.ts';
import { tryGit } from '../git.ts';
import { countedPage } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { RunState } from '../state.ts';
import { fullName } from '../state.ts';
import { userView } from '../views/account.ts';
import { apiOf, eventRepository, htmlOf } from '../views/repository.ts';
import { runView } from '../views/run.ts';
import { acceptInputs, readWorkflow, titleOf } from '../workflow-file.ts';
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
    handle: workflowRuns,
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
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const commit = await resolveCommit(directory, name);
  if (!commit) throw new ApiError(422, `No ref found for: ${ref}`);
  const text = await tryGit(directory, ['cat-file', 'blob', `${commit}:${workflow}`]);
  if (text === undefined) throw notFound();
  const file = readWorkflow(text);
  if (repository.disabledWorkflows?.includes(workflow)) {
    throw new ApiError(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  }
  const given = optionalObject(context, 'inputs');
  const accepted = acceptInputs(file, given ?? {});
  const inputs = given || Object.keys(accepted).length > 0 ? accepted : null;
  const full = ref.startsWith('refs/') ? ref : fullRef(context, ref);
  announce(context, 'workflow_dispatch', { ref: full, inputs, workflow });
  const title = titleOf(file, workflow, accepted);
  return started(
    context,
    addRun(context, { workflow, name: file.name ?? workflow, title, branch: name, commit }),
  );
}

interface NewRun {
  readonly workflow: string;
  readonly name: string;
  readonly title: string;
  readonly branch: string;
  readonly commit: string;
}

/** Queued for ever, unless somebody says by `/_lab/runs` how it goes on. */
function addRun(context: Context, { workflow, name, title, branch, commit }: NewRun): RunState {
  const { world, repository, token } = context;
  const now = timestamp(world.clock);
  const run: RunState = {
    id: world.store.nextId(),
    name,
    title,
    path: workflow,
    event: 'workflow_dispatch',
    headBranch: branch,
    headSha: commit,
    status: 'queued',
    conclusion: null,
    actor: token.login,
    createdAt: now,
    updatedAt: now,
  };
  world.store.changeRepository(fullName(repository), (before) => ({
    ...before,
    runs: [...before.runs, run],
  }));
  return run;
}

/** Which run it is says only the newer form of the answer. */
function started(context: Context, { id }: RunState): Answer {
  if (!optionalFlag(context, 'return_run_details')) return { status: 204 };
  const { world, repository } = context;
  return {
    status: 200,
    body: {
      workflow_run_id: id,
      run_url: `${apiOf(world, repository)}/actions/runs/${id}`,
      html_url: `${htmlOf(world, repository)}/actions/runs/${id}`,
    },
  };
}

function fullRef({ repository }: Context, name: string): string {
  const branch = `refs/heads/${name}`;
  return repository.refs[branch] ? branch : `refs/tags/${name}`;
}

/** Of a workflow that GitHub knows: it is on the default branch, or has run. */
async function workflowRuns(context: Context): Promise<Answer> {
  const { world, repository, params } = context;
  const workflow = `.github/workflows/${params.workflow}`;
  const fits = ({ path }: RunState) => path === workflow;
  const object = `refs/heads/${repository.defaultBranch}:${workflow}`;
  const known =
    repository.runs.some(fits) ||
    (await tryGit(gitDirectory(world, repository), ['cat-file', '-e', object])) !== undefined;
  if (!known) throw notFound();
  return runs(context, fits);
}

async function runs(context: Context, fits: (run: RunState) => boolean): Promise<Answer> {
  const { world, repository, query } = context;
  const wanted = (key: string, ...values: (string | null)[]) =>
    query.get(key) === null || values.includes(query.get(key));
  const some = repository.runs
    .filter(fits)
    .filter((run) => wanted('head_sha', run.headSha) && wanted('branch', run.headBranch))
    .filter((run) => wanted('event', run.event) && wanted('status', run.status, run.conclusion))
    .filter(({ createdAt }) => fitsCreated(query.get('created'), createdAt))
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
