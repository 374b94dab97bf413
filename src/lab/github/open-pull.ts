import { validationFailed } from './api-error.ts';
import { optionalFlag, optionalText, requiredText } from './body.ts';
import { timestamp } from './clock.ts';
import { tryGit } from './git.ts';
import { writePullRefs } from './pull-facts.ts';
import { currentPull, isPull, pullEvent, putIssue } from './pulls.ts';
import { moveRefs } from './pushes.ts';
import type { Context } from './route.ts';
import type { IssueState, PullState, RepositoryState } from './state.ts';
import { fullName } from './state.ts';
import { gitDirectory } from './world.ts';

interface Head {
  readonly repository: RepositoryState;
  readonly ref: string;
  readonly sha: string;
}

/** Opens a pull request from the body of the call; answers its number. Throws GitHub's 422s. */
export async function openPull(context: Context): Promise<number> {
  const { world, repository } = context;
  const name = fullName(repository);
  const base = requiredText(context, 'base');
  const baseSha = repository.refs[`refs/heads/${base}`];
  const head = headOf(context, requiredText(context, 'head'));
  if (!baseSha) throw validationFailed({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  await refuseUseless(context, head, base, baseSha);
  const pull: PullState = {
    id: world.store.nextId(),
    draft: optionalFlag(context, 'draft') ?? false,
    headRepository: fullName(head.repository),
    headRef: head.ref,
    headSha: head.sha,
    baseRef: base,
    baseSha,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    maintainerCanModify: optionalFlag(context, 'maintainer_can_modify') ?? false,
  };
  const number = putNew(context, newIssue(context, pull));
  await moveRefs(world, name, context.token, () => writePullRefs(world, repository, number, pull));
  await pullEvent(world, name, number, 'opened', context.token);
  return number;
}

/** Opens a closed pull request again, at where its branch is now. */
export async function reopenPull(context: Context, number: number): Promise<void> {
  const { world } = context;
  const name = fullName(context.repository);
  const issue = currentPull(world, name, number);
  const source = world.store.find(issue.pull.headRepository);
  const headSha = source?.refs[`refs/heads/${issue.pull.headRef}`];
  if (!headSha || issue.pull.mergedAt !== null) {
    const message = `state cannot be changed. The ${issue.pull.headRef} branch has been deleted.`;
    throw validationFailed({ resource: 'PullRequest', code: 'custom', field: 'state', message });
  }
  const pull = { ...issue.pull, headSha };
  putIssue(world, name, { ...issue, state: 'open', closedAt: null, pull });
  await moveRefs(world, name, context.token, () =>
    writePullRefs(world, context.repository, number, pull),
  );
  await pullEvent(world, name, number, 'reopened', context.token);
}

/** Gives a new issue its number and keeps it. */
export function putNew(context: Context, issue: Omit<IssueState, 'number'>): number {
  const { world } = context;
  const name = fullName(context.repository);
  world.store.changeRepository(name, (before) => {
    const number = before.lastNumber + 1;
    return {
      ...before,
      lastNumber: number,
      issues: { ...before.issues, [number]: { ...issue, number } },
    };
  });
  return world.store.repository(name).lastNumber;
}

function newIssue(context: Context, pull: PullState): Omit<IssueState, 'number'> {
  const now = timestamp(context.world.clock);
  return {
    id: context.world.store.nextId(),
    title: requiredText(context, 'title'),
    body: optionalText(context, 'body') ?? null,
    state: 'open',
    user: context.token.login,
    labels: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    pull,
  };
}

/** `branch`, `owner:branch`, or with `head_repo` a repository of the same owner. */
function headOf(context: Context, text: string): Head {
  const { world, repository } = context;
  const [owner, ref] = text.includes(':') ? text.split(':', 2) : [repository.owner, text];
  const named = optionalText(context, 'head_repo');
  const candidates = Object.values(world.store.state().repositories)
    .filter((one) => one.owner.toLowerCase() === owner?.toLowerCase())
    .filter((one) => !named || one.name === named || fullName(one) === named)
    .filter((one) => fullName(one) === fullName(repository) || isRelative(one, repository));
  const source = candidates.find((one) => fullName(one) === fullName(repository)) ?? candidates[0];
  const sha = source?.refs[`refs/heads/${ref}`];
  if (!source || !ref || !sha) {
    throw validationFailed({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  }
  return { repository: source, ref, sha };
}

function isRelative(one: RepositoryState, other: RepositoryState): boolean {
  const names = [fullName(one), one.parent ?? '', fullName(other), other.parent ?? ''];
  return one.parent === fullName(other) || other.parent === fullName(one) || names[1] === names[3];
}

async function refuseUseless(
  context: Context,
  head: Head,
  base: string,
  baseSha: string,
): Promise<void> {
  const { world, repository } = context;
  const label = `${head.repository.owner}:${head.ref}`;
  const twin = Object.values(repository.issues)
    .filter(isPull)
    .filter(({ state, pull }) => state === 'open' && pull.baseRef === base)
    .find(
      ({ pull }) => pull.headRepository === fullName(head.repository) && pull.headRef === head.ref,
    );
  if (twin) throw useless(`A pull request already exists for ${label}.`);
  const directory = gitDirectory(world, head.repository);
  const ahead = await tryGit(directory, ['rev-list', '--count', `${baseSha}..${head.sha}`]);
  const nothing = head.sha === baseSha || ahead?.trim() === '0';
  if (nothing) throw useless(`No commits between ${base} and ${head.ref}`);
}

function useless(message: string) {
  return validationFailed({ resource: 'PullRequest', code: 'custom', message });
}
