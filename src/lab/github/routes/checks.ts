import { notFound } from '../api-error.ts';
import { optionalObject, optionalText, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { countedPage } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { CheckRunState } from '../state.ts';
import { fullName } from '../state.ts';
import { checkRunView } from '../views/check.ts';
import { commitNamed } from './commits.ts';

const base = '/repos/{owner}/{repo}';

/** Check runs. */
export const checkRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${base}/check-runs`,
    permission: { checks: 'write' },
    handle: create,
  },
  {
    method: 'GET',
    path: `${base}/check-runs/{id}`,
    permission: { checks: 'read' },
    handle: (context) => shown(context, checkOf(context)),
  },
  {
    method: 'PATCH',
    path: `${base}/check-runs/{id}`,
    permission: { checks: 'write' },
    handle: (context) => keep(context, change(context, checkOf(context)), 200),
  },
  {
    method: 'GET',
    path: `${base}/commits/{ref+}/check-runs`,
    permission: { checks: 'read' },
    handle: list,
  },
];

function checkOf(context: Context): CheckRunState {
  const id = numberParam(context, 'id');
  const found = context.repository.checkRuns.find((run) => run.id === id);
  if (!found) throw notFound();
  return found;
}

function shown({ world, repository }: Context, run: CheckRunState, status = 200): Answer {
  return { status, body: checkRunView(world, repository, run) };
}

function keep(context: Context, run: CheckRunState, status: number): Answer {
  context.world.store.changeRepository(fullName(context.repository), (before) => ({
    ...before,
    checkRuns: [...before.checkRuns.filter(({ id }) => id !== run.id), run],
  }));
  return shown(context, run, status);
}

async function create(context: Context): Promise<Answer> {
  const { world } = context;
  const headSha = await commitNamed(context, requiredText(context, 'head_sha'));
  const fresh: CheckRunState = {
    id: world.store.nextId(),
    suite: world.store.nextId(),
    headSha,
    name: requiredText(context, 'name'),
    status: 'queued',
    conclusion: null,
    externalId: '',
    detailsUrl: null,
    startedAt: timestamp(world.clock),
    completedAt: null,
    output: { title: null, summary: null, text: null },
  };
  return keep(context, change(context, fresh), 201);
}

/** What the body says over what there was; a conclusion completes the run (docs: create a check run). */
function change(context: Context, run: CheckRunState): CheckRunState {
  const conclusion = optionalText(context, 'conclusion') ?? run.conclusion;
  const done = conclusion !== null;
  const output = optionalObject(context, 'output') ?? {};
  const text = (key: 'title' | 'summary' | 'text') =>
    typeof output[key] === 'string' ? output[key] : run.output[key];
  const ended = done ? timestamp(context.world.clock) : null;
  return {
    ...run,
    name: optionalText(context, 'name') ?? run.name,
    status: done ? 'completed' : (optionalText(context, 'status') ?? run.status),
    conclusion,
    externalId: optionalText(context, 'external_id') ?? run.externalId,
    detailsUrl: optionalText(context, 'details_url') ?? run.detailsUrl,
    startedAt: optionalText(context, 'started_at') ?? run.startedAt,
    completedAt: optionalText(context, 'completed_at') ?? run.completedAt ?? ended,
    output: { title: text('title'), summary: text('summary'), text: text('text') },
  };
}

async function list(context: Context): Promise<Answer> {
  const { world, repository, query, params } = context;
  const sha = await commitNamed(context, params.ref ?? '');
  const name = query.get('check_name');
  const status = query.get('status');
  const all = repository.checkRuns
    .filter((run) => run.headSha === sha)
    .filter((run) => name === null || run.name === name)
    .filter((run) => status === null || run.status === status);
  const latest = all.filter((run) => !all.some((o) => o.name === run.name && o.id > run.id));
  const wanted = query.get('filter') === 'all' ? all : latest;
  return countedPage(context, 'check_runs', wanted, (run) => checkRunView(world, repository, run));
}
