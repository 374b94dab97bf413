import { notFound, validationFailed } from '../api-error.ts';
import { isObject, optionalList, optionalText, requiredText } from '../body.ts';
import { issueEvent } from '../issues.ts';
import { ensureLabels, putLabel } from '../labels.ts';
import { pageOf } from '../pagination.ts';
import { isPull, pullEvent, putIssue } from '../pulls.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { IssueState, Label } from '../state.ts';
import { fullName } from '../state.ts';
import { labelsOf, labelView } from '../views/issue.ts';
import { demandIssueAccess, issueOf, reading, writing } from './issues.ts';

const onIssue = '/repos/{owner}/{repo}/issues/{number}/labels';

/** Labels of a repository, and those an issue or pull request carries. */
export const labelRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/labels',
    permission: reading,
    handle: (context) =>
      pageOf(context, Object.values(context.repository.labels), (label) =>
        labelView(context.world, context.repository, label),
      ),
  },
  { method: 'POST', path: '/repos/{owner}/{repo}/labels', permission: writing, handle: create },
  { method: 'GET', path: onIssue, permission: reading, handle: listed },
  { method: 'POST', path: onIssue, permission: writing, handle: (c) => set(c, keepAnd(c)) },
  { method: 'PUT', path: onIssue, permission: writing, handle: (c) => set(c, () => namesIn(c)) },
  {
    method: 'DELETE',
    path: onIssue,
    permission: writing,
    handle: async (context) => {
      await set(context, () => []);
      return { status: 204 };
    },
  },
  { method: 'DELETE', path: `${onIssue}/{name}`, permission: writing, handle: removeOne },
];

function create(context: Context): Answer {
  const name = requiredText(context, 'name');
  if (context.repository.labels[name.toLowerCase()]) {
    throw validationFailed({ resource: 'Label', code: 'already_exists', field: 'name' });
  }
  const label: Label = {
    id: context.world.store.nextId(),
    name,
    color: optionalText(context, 'color') ?? 'ededed',
    description: optionalText(context, 'description') ?? null,
  };
  putLabel(context, label);
  return { status: 201, body: labelView(context.world, context.repository, label) };
}

function listed(context: Context): Answer {
  const labels = labelsOf(context.world, context.repository, issueOf(context));
  return pageOf(context, labels, (label) => label);
}

/** Labels may come as a list of names or of objects with a name. */
function namesIn(context: Context): string[] {
  const entries = optionalList(context, 'labels') ?? [];
  return entries.map((entry) => String(isObject(entry) ? entry.name : entry));
}

function keepAnd(context: Context): (before: readonly string[]) => string[] {
  return (before) => [...before, ...namesIn(context)];
}

async function removeOne(context: Context): Promise<Answer> {
  const wanted = context.params.name?.toLowerCase();
  const { labels } = issueOf(context);
  if (!labels.some((label) => label.toLowerCase() === wanted)) {
    throw Object.assign(notFound(), { body: { message: 'Label does not exist', status: '404' } });
  }
  return set(context, (before) => before.filter((label) => label.toLowerCase() !== wanted));
}

async function set(
  context: Context,
  change: (before: readonly string[]) => readonly string[],
): Promise<Answer> {
  const issue = issueOf(context);
  demandIssueAccess(context, issue);
  const labels = ensureLabels(context, [...change(issue.labels)]);
  const { world } = context;
  const name = fullName(context.repository);
  putIssue(world, name, { ...issue, labels });
  await announce(context, issue, labels);
  const repository = world.store.repository(name);
  return { status: 200, body: labelsOf(world, repository, { ...issue, labels }) };
}

/** One event for each label that came or went. */
async function announce(
  context: Context,
  issue: IssueState,
  labels: readonly string[],
): Promise<void> {
  const { world, token } = context;
  const repository = world.store.repository(fullName(context.repository));
  const report = async (name: string, action: string): Promise<void> => {
    const label = repository.labels[name.toLowerCase()];
    if (!label) return;
    const extra = { label: labelView(world, repository, label) };
    if (!isPull(issue)) return issueEvent(context, issue.number, action);
    await pullEvent(world, fullName(repository), issue.number, action, token, extra);
  };
  for (const name of labels.filter((one) => !issue.labels.includes(one))) {
    await report(name, 'labeled');
  }
  for (const name of issue.labels.filter((one) => !labels.includes(one))) {
    await report(name, 'unlabeled');
  }
}
