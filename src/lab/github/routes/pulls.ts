import { invalidRequest, notFound, validationFailed } from '../api-error.ts';
import { optionalFlag, optionalText, requiredText } from '../body.ts';
import { openPull, reopenPull } from '../open-pull.ts';
import { page } from '../pagination.ts';
import { pullFacts } from '../pull-facts.ts';
import { closePull, currentPull, isPull, pullEvent, putIssue } from '../pulls.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import { fullName } from '../state.ts';
import type { Json } from '../views/account.ts';
import type { PullIssue } from '../views/pull.ts';
import { pullListViews, pullView } from '../views/pull.ts';

/** Pull requests: list, open, read, change. */
export const pullRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls',
    permission: { pull_requests: 'read' },
    handle: (context) =>
      page(context, selected(context), (some) =>
        pullListViews(context.world, context.repository, some),
      ),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/pulls',
    permission: { pull_requests: 'write' },
    handle: async (context) => {
      const number = await openPull(context);
      return { ...(await onePull(context, number)), status: 201 };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{number}',
    permission: { pull_requests: 'read' },
    handle: (context) => shownPull(context, pullOf(context)),
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/pulls/{number}',
    permission: { pull_requests: 'write' },
    handle: async (context) => {
      const { number } = pullOf(context);
      await edit(context, number);
      return onePull(context, number);
    },
  },
];

/** The pull request named in the path. Throws 404. */
export function pullOf(context: Context): PullIssue {
  const issue = context.repository.issues[numberParam(context, 'number') ?? 0];
  if (!isPull(issue)) throw notFound();
  return issue;
}

/** A pull request with everything, as it stands now. */
async function onePull(context: Context, number: number): Promise<Answer> {
  return shownPull(context, currentPull(context.world, fullName(context.repository), number));
}

async function shownPull(context: Context, issue: PullIssue): Promise<Answer> {
  const { world, repository } = context;
  const facts = await pullFacts(world, repository, issue.pull);
  return { status: 200, body: pullView(world, repository, issue, facts) };
}

function selected(context: Context): PullIssue[] {
  const { query, repository } = context;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const pulls = Object.values(repository.issues)
    .filter(isPull)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter(({ pull }) => base === null || pull.baseRef === base)
    .filter((issue) => !head || headLabel(issue).toLowerCase() === head.toLowerCase());
  return ordered(context, pulls);
}

function headLabel({ pull }: PullIssue): string {
  return `${pull.headRepository.split('/')[0]}:${pull.headRef}`;
}

/** Newest first unless asked; by `updated` the oldest first when sorted, as GitHub's defaults are. */
function ordered({ query }: Context, pulls: PullIssue[]): PullIssue[] {
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc');
  const sign = direction === 'asc' ? 1 : -1;
  const key = (issue: PullIssue) => (sort === 'created' ? issue.createdAt : issue.updatedAt);
  return pulls.sort((a, b) => sign * (key(a).localeCompare(key(b)) || a.number - b.number));
}

async function edit(context: Context, number: number): Promise<void> {
  const { world, repository, token } = context;
  const name = fullName(repository);
  const state = optionalText(context, 'state');
  if (state !== undefined && state !== 'open' && state !== 'closed') {
    throw invalidRequest(`For 'properties/state', ${state} is not a member of ["open", "closed"].`);
  }
  await editText(context, number);
  const issue = currentPull(world, name, number);
  if (state === 'closed' && issue.state === 'open') await closePull(world, name, number, token);
  if (state === 'open' && issue.state === 'closed') await reopenPull(context, number);
}

async function editText(context: Context, number: number): Promise<void> {
  const { world, repository, token } = context;
  const name = fullName(repository);
  const issue = currentPull(world, name, number);
  const title = context.body.title === undefined ? issue.title : requiredText(context, 'title');
  const body = optionalText(context, 'body') ?? issue.body;
  const base = optionalText(context, 'base') ?? issue.pull.baseRef;
  const baseSha = repository.refs[`refs/heads/${base}`];
  if (base !== issue.pull.baseRef && !baseSha) {
    throw validationFailed({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  }
  const changes = changesOf(issue, { title, body, base });
  const draft = optionalFlag(context, 'draft') ?? issue.pull.draft;
  const rebased = base === issue.pull.baseRef ? {} : { baseRef: base, ...(baseSha && { baseSha }) };
  if (Object.keys(changes).length === 0 && draft === issue.pull.draft) return;
  putIssue(world, name, { ...issue, title, body, pull: { ...issue.pull, draft, ...rebased } });
  if (Object.keys(changes).length > 0) {
    await pullEvent(world, name, number, 'edited', token, { changes });
  }
  if (draft !== issue.pull.draft) {
    const action = draft ? 'converted_to_draft' : 'ready_for_review';
    await pullEvent(world, name, number, action, token);
  }
}

function changesOf(
  issue: PullIssue,
  next: { readonly title: string; readonly body: string | null; readonly base: string },
): Json {
  const { baseRef, baseSha } = issue.pull;
  return {
    ...(next.title !== issue.title && { title: { from: issue.title } }),
    ...(next.body !== issue.body && { body: { from: issue.body ?? '' } }),
    ...(next.base !== baseRef && { base: { ref: { from: baseRef }, sha: { from: baseSha } } }),
  };
}
