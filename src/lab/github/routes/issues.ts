import { notAccessible, notFound } from '../api-error.ts';
import { optionalText, optionalTexts, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { issueEvent } from '../issues.ts';
import { ensureLabels } from '../labels.ts';
import { putNew, reopenPull } from '../open-pull.ts';
import { pageOf } from '../pagination.ts';
import { isGranted } from '../permissions.ts';
import { closePull, isPull, pullEvent, putIssue } from '../pulls.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { IssueState, Permissions } from '../state.ts';
import { fullName } from '../state.ts';
import { userView } from '../views/account.ts';
import { issueView } from '../views/issue.ts';

/** GitHub takes either permission for what pull requests share with issues. */
export const reading: readonly Permissions[] = [{ issues: 'read' }, { pull_requests: 'read' }];
export const writing: readonly Permissions[] = [{ issues: 'write' }, { pull_requests: 'write' }];

/** Issues, and pull requests seen as issues. */
export const issueRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues',
    permission: reading,
    handle: (context) =>
      pageOf(context, selected(context), (issue) =>
        issueView(context.world, context.repository, issue),
      ),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues',
    permission: { issues: 'write' },
    handle: create,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{number}',
    permission: reading,
    handle: (context) => shown(context, issueOf(context)),
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/{number}',
    permission: writing,
    handle: edit,
  },
];

/** The issue or pull request named in the path. Throws 404. */
export function issueOf(context: Context): IssueState {
  const issue = context.repository.issues[numberParam(context, 'number') ?? 0];
  if (!issue) throw notFound();
  return issue;
}

/** Throws 403 when an issue that is no pull request is touched with the permission for pull requests only. */
export function demandIssueAccess({ token, method }: Context, issue: IssueState): void {
  const access = method === 'GET' ? 'read' : 'write';
  if (!issue.pull && !isGranted(token, { issues: access })) throw notAccessible();
}

function shown(context: Context, issue: IssueState, status = 200): Answer {
  const { world, repository } = context;
  demandIssueAccess(context, issue);
  const closed = issue.state === 'closed' && issue.closedBy !== undefined;
  const body = {
    ...issueView(world, repository, issue),
    closed_by: closed ? userView(world, issue.closedBy ?? '') : null,
  };
  return { status, body };
}

function selected({ query, repository, token }: Context): IssueState[] {
  const state = query.get('state') ?? 'open';
  const labels = query.get('labels')?.split(',').filter(Boolean) ?? [];
  const since = query.get('since');
  const sort = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  return Object.values(repository.issues)
    .filter((issue) => issue.pull || isGranted(token, { issues: 'read' }))
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => !since || issue.updatedAt >= since)
    .filter((issue) => labels.every((label) => issue.labels.includes(label)))
    .sort((a, b) => sign * (a[sort].localeCompare(b[sort]) || a.number - b.number));
}

async function create(context: Context): Promise<Answer> {
  const now = timestamp(context.world.clock);
  const labels = ensureLabels(context, optionalTexts(context, 'labels') ?? []);
  const number = putNew(context, {
    id: context.world.store.nextId(),
    title: requiredText(context, 'title'),
    body: optionalText(context, 'body') ?? null,
    state: 'open',
    user: context.token.login,
    labels,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  });
  issueEvent(context, number, 'opened');
  return { ...shown(context, current(context, number)), status: 201 };
}

async function edit(context: Context): Promise<Answer> {
  const issue = issueOf(context);
  demandIssueAccess(context, issue);
  const labels = optionalTexts(context, 'labels');
  const next: IssueState = {
    ...issue,
    title: optionalText(context, 'title') ?? issue.title,
    body: optionalText(context, 'body') ?? issue.body,
    ...(labels && { labels: ensureLabels(context, labels) }),
  };
  const edited = next.title !== issue.title || next.body !== issue.body;
  if (edited || labels) putIssue(context.world, fullName(context.repository), next);
  if (edited) await announce(context, next, 'edited');
  await changeState(context, issue);
  return shown(context, current(context, issue.number));
}

function current(context: Context, number: number): IssueState {
  const issue = context.world.store.repository(fullName(context.repository)).issues[number];
  if (!issue) throw notFound();
  return issue;
}

async function announce(context: Context, issue: IssueState, action: string): Promise<void> {
  const { world, repository, token } = context;
  if (!isPull(issue)) return issueEvent(context, issue.number, action);
  await pullEvent(world, fullName(repository), issue.number, action, token, { changes: {} });
}

async function changeState(context: Context, issue: IssueState): Promise<void> {
  const { world, repository, token } = context;
  const state = optionalText(context, 'state') ?? issue.state;
  const name = fullName(repository);
  if (state === issue.state) return;
  if (isPull(issue)) {
    const closing = state === 'closed';
    return closing
      ? closePull(world, name, issue.number, token)
      : reopenPull(context, issue.number);
  }
  const closedAt = state === 'closed' ? timestamp(world.clock) : null;
  const now = current(context, issue.number);
  const next = { ...now, state: state as 'open' | 'closed', closedAt, closedBy: token.login };
  putIssue(world, name, next);
  issueEvent(context, issue.number, state === 'closed' ? 'closed' : 'reopened');
}
