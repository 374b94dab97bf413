import { ApiError, invalidRequest } from '../api-error.ts';
import { optionalText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { pageOf } from '../pagination.ts';
import { putIssue } from '../pulls.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { ReviewState } from '../state.ts';
import { fullName } from '../state.ts';
import { association, nodeId, userView } from '../views/account.ts';
import { pullListView } from '../views/pull.ts';
import { apiOf, eventRepository, htmlOf } from '../views/repository.ts';
import { pullOf } from './pulls.ts';

const path = '/repos/{owner}/{repo}/pulls/{number}/reviews';

const states: Readonly<Record<string, string>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
};

/** Reviews of pull requests. */
export const reviewRoutes: readonly Route[] = [
  { method: 'GET', path, permission: { pull_requests: 'read' }, handle: list },
  { method: 'POST', path, permission: { pull_requests: 'write' }, handle: create },
];

function list(context: Context): Answer {
  const { number } = pullOf(context);
  const reviews = context.repository.reviews.filter(({ pull }) => pull === number);
  return pageOf(context, reviews, (review) => reviewView(context, review));
}

function create(context: Context): Answer {
  const { world, repository, token } = context;
  const issue = pullOf(context);
  const event = optionalText(context, 'event') ?? 'COMMENT';
  const state = states[event];
  if (!state) throw invalidRequest(`For 'properties/event', ${event} is not a known event.`);
  if (state === 'APPROVED' && issue.user === token.login) {
    throw new ApiError(422, 'Unprocessable Entity', {
      errors: ['Can not approve your own pull request'],
    });
  }
  const review: ReviewState = {
    id: world.store.nextId(),
    pull: issue.number,
    user: token.login,
    body: optionalText(context, 'body') ?? '',
    state,
    commit: optionalText(context, 'commit_id') ?? issue.pull.headSha,
    submittedAt: timestamp(world.clock),
  };
  world.store.changeRepository(fullName(repository), (before) => ({
    ...before,
    reviews: [...before.reviews, review],
  }));
  const reviewers = (issue.pull.reviewers ?? []).filter((login) => login !== token.login);
  if (reviewers.length !== (issue.pull.reviewers ?? []).length)
    putIssue(world, fullName(repository), { ...issue, pull: { ...issue.pull, reviewers } });
  const view = reviewView(context, review);
  const payload = {
    action: 'submitted',
    review: { ...view, state: state.toLowerCase() },
    pull_request: pullListView(world, repository, issue),
    ...eventRepository(world, repository),
    sender: userView(world, token.login),
  };
  const name = fullName(repository);
  world.events.add({ event: 'pull_request_review', repository: name, payload }, token);
  return { status: 200, body: view };
}

function reviewView({ world, repository }: Context, review: ReviewState) {
  const html = `${htmlOf(world, repository)}/pull/${review.pull}#pullrequestreview-${review.id}`;
  const pull = `${apiOf(world, repository)}/pulls/${review.pull}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: userView(world, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association(world, repository, review.user),
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  };
}
