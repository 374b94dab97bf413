import { timestamp } from './clock.ts';
import type { NewEvent } from './event-log.ts';
import { git } from './git.ts';
import { pullSizes, writePullRefs } from './pull-facts.ts';
import type { IssueState, PullState, Token } from './state.ts';
import { fullName } from './state.ts';
import type { Json } from './views/account.ts';
import { userView } from './views/account.ts';
import type { PullIssue } from './views/pull.ts';
import { pullView } from './views/pull.ts';
import { eventRepository } from './views/repository.ts';
import type { World } from './world.ts';

/** Whether an issue is a pull request. */
export function isPull(issue: IssueState | undefined): issue is PullIssue {
  return issue?.pull !== undefined;
}

/** Replaces an issue or pull request and stamps the time. */
export function putIssue(world: World, name: string, issue: IssueState): void {
  const updated = { ...issue, updatedAt: timestamp(world.clock) };
  world.store.changeRepository(name, (repository) => ({
    ...repository,
    issues: { ...repository.issues, [issue.number]: updated },
  }));
}

/** A pull request as it stands now. Throws when it is not there: a fault of ours. */
export function currentPull(world: World, name: string, number: number): PullIssue {
  const issue = world.store.repository(name).issues[number];
  if (!isPull(issue)) throw new Error(`${name} has no pull request ${number}`);
  return issue;
}

/** Reports a `pull_request` event; `extra` is what this action adds to the payload. */
export async function pullEvent(
  world: World,
  name: string,
  number: number,
  action: string,
  by: Token,
  extra: Json = {},
): Promise<void> {
  const repository = world.store.repository(name);
  const issue = currentPull(world, name, number);
  const facts = { ...(await pullSizes(world, repository, issue.pull)), mergeable: null };
  const event: NewEvent = {
    event: 'pull_request',
    repository: fullName(repository),
    payload: {
      action,
      number,
      pull_request: pullView(world, repository, issue, facts),
      ...extra,
      ...eventRepository(world, repository),
      sender: userView(world, by.login),
    },
  };
  world.events.add(event, by);
}

/** Moves the head of an open pull request to where its branch is now. */
export async function synchronize(
  world: World,
  name: string,
  number: number,
  head: string,
  by: Token,
): Promise<void> {
  const issue = currentPull(world, name, number);
  const before = issue.pull.headSha;
  putIssue(world, name, { ...issue, pull: { ...issue.pull, headSha: head } });
  await writePullRefs(world, world.store.repository(name), number, {
    ...issue.pull,
    headSha: head,
  });
  await pullEvent(world, name, number, 'synchronize', by, { before, after: head });
}

/** Closes a pull request, merged or not. */
export async function closePull(
  world: World,
  name: string,
  number: number,
  by: Token,
  merged: Pick<PullState, 'mergeCommitSha'> | undefined = undefined,
): Promise<void> {
  const issue = currentPull(world, name, number);
  const now = timestamp(world.clock);
  const pull = merged
    ? { ...issue.pull, ...merged, mergedAt: now, mergedBy: by.login }
    : issue.pull;
  putIssue(world, name, { ...issue, state: 'closed', closedAt: now, closedBy: by.login, pull });
  await pullEvent(world, name, number, 'closed', by);
}

/** What merging needs besides the pull request. */
export interface Merge {
  readonly method: 'merge' | 'squash' | 'rebase';
  readonly message: string;
  readonly tree: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the commit that a merge puts on the base branch; the branch is not moved. */
export async function mergeCommit(
  directory: string,
  base: string,
  head: string,
  merge: Merge,
): Promise<string> {
  const parents = merge.method === 'merge' ? ['-p', base, '-p', head] : ['-p', base];
  const args = ['commit-tree', merge.tree, ...parents, '-m', merge.message];
  return (await git(directory, args, { env: merge.env })).trim();
}
