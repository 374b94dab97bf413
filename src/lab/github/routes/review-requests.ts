import { ApiError } from '../api-error.ts';
import { optionalTexts } from '../body.ts';
import { currentPull, pullEvent, putIssue } from '../pulls.ts';
import type { Answer, Context, Route } from '../route.ts';
import { fullName } from '../state.ts';
import { findTeam } from '../teams.ts';
import { userView } from '../views/account.ts';
import { type PullIssue, pullListView } from '../views/pull.ts';
import { pullOf } from './pulls.ts';

/** Asking people and teams for reviews. */
export const reviewRequestRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/pulls/{number}/requested_reviewers',
    permission: { pull_requests: 'write' },
    handle: ask,
  },
];

async function ask(context: Context): Promise<Answer> {
  const { world, repository, token } = context;
  const issue = pullOf(context);
  const people = optionalTexts(context, 'reviewers') ?? [];
  const teams = optionalTexts(context, 'team_reviewers') ?? [];
  refuse(context, issue, people, teams);
  const { reviewers = [], reviewTeams = [] } = issue.pull;
  const pull = {
    ...issue.pull,
    reviewers: [...new Set([...reviewers, ...people])],
    reviewTeams: [...new Set([...reviewTeams, ...teams])],
  };
  const name = fullName(repository);
  putIssue(world, name, { ...issue, pull });
  for (const login of people) {
    const extra = { requested_reviewer: userView(world, login) };
    await pullEvent(world, name, issue.number, 'review_requested', token, extra);
  }
  const present = world.store.repository(name);
  return {
    status: 201,
    body: pullListView(world, present, currentPull(world, name, issue.number)),
  };
}

/** One that cannot be asked refuses all, as on GitHub. */
function refuse(
  { world, repository }: Context,
  issue: PullIssue,
  people: readonly string[],
  teams: readonly string[],
): void {
  if (people.includes(issue.user))
    throw new ApiError(422, 'Review cannot be requested from pull request author.');
  const known = (slug: string) => findTeam(world, repository.owner, slug);
  const strangers = people.filter((login) => !repository.collaborators[login.toLowerCase()]);
  if (strangers.length === 0 && teams.every(known)) return;
  throw new ApiError(
    422,
    `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${fullName(repository)} repository.`,
  );
}
