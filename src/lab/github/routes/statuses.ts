import { ApiError, invalidRequest } from '../api-error.ts';
import { optionalText, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { page, pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { CommitStatusState } from '../state.ts';
import { fullName } from '../state.ts';
import { statusEvent } from '../status-event.ts';
import { apiOf, minimalRepositoryView } from '../views/repository.ts';
import { statusView } from '../views/status.ts';
import { commitNamed } from './commits.ts';

const base = '/repos/{owner}/{repo}';

/** Commit statuses. */
export const statusRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${base}/statuses/{sha}`,
    permission: { statuses: 'write' },
    handle: create,
  },
  {
    method: 'GET',
    path: `${base}/commits/{ref+}/statuses`,
    permission: { statuses: 'read' },
    handle: list,
  },
  {
    method: 'GET',
    path: `${base}/commits/{ref+}/status`,
    permission: { statuses: 'read' },
    handle: combined,
  },
];

async function create(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const sha = context.params.sha ?? '';
  const state = requiredText(context, 'state');
  if (!['error', 'failure', 'pending', 'success'].includes(state)) {
    throw invalidRequest(`For 'properties/state', ${state} is not a known state.`);
  }
  const known = await commitNamed(context, sha);
  if (known !== sha) throw new ApiError(422, `No commit found for SHA: ${sha}`);
  const status: CommitStatusState = {
    id: world.store.nextId(),
    sha,
    state,
    context: optionalText(context, 'context') ?? 'default',
    description: optionalText(context, 'description') ?? null,
    targetUrl: optionalText(context, 'target_url') ?? null,
    creator: context.token.login,
    createdAt: timestamp(world.clock),
  };
  world.store.changeRepository(fullName(repository), (before) => ({
    ...before,
    statuses: [...before.statuses, status],
  }));
  await statusEvent(context, status);
  return { status: 201, body: statusView(world, repository, status) };
}

async function statusesOf(context: Context): Promise<[string, CommitStatusState[]]> {
  const sha = await commitNamed(context, context.params.ref ?? '');
  return [sha, context.repository.statuses.filter((status) => status.sha === sha).reverse()];
}

async function list(context: Context): Promise<Answer> {
  const [, statuses] = await statusesOf(context);
  return pageOf(context, statuses, (one) => statusView(context.world, context.repository, one));
}

/** The newest status of each context, and what they come to together. */
async function combined(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const [sha, statuses] = await statusesOf(context);
  const newest = statuses.filter(
    (one, index) => statuses.findIndex((other) => other.context === one.context) === index,
  );
  const url = `${apiOf(world, repository)}/commits/${sha}`;
  return page(context, newest, (some) => ({
    state: together(newest.map(({ state }) => state)),
    statuses: some.map((one) => statusView(world, repository, one)),
    sha,
    total_count: newest.length,
    repository: minimalRepositoryView(world, repository),
    commit_url: url,
    url: `${url}/status`,
  }));
}

function together(states: readonly string[]): string {
  if (states.some((state) => state === 'error' || state === 'failure')) return 'failure';
  return states.length === 0 || states.includes('pending') ? 'pending' : 'success';
}
