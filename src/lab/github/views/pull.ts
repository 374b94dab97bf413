import { hasUnpassed } from '../commit-health.ts';
import type { PullFacts } from '../pull-facts.ts';
import type { IssueState, PullState, RepositoryState } from '../state.ts';
import { findTeam } from '../teams.ts';
import type { World } from '../world.ts';
import type { Json } from './account.ts';
import { association, nodeId, userView } from './account.ts';
import { commentCount, labelsOf } from './issue.ts';
import { apiOf, htmlOf, repositoryView } from './repository.ts';
import { teamView } from './team.ts';

/** Issue that is known to be a pull request. */
export type PullIssue = IssueState & { readonly pull: PullState };

/** `pull-request-simple`: one entry of the list of pull requests. */
export function pullListView(
  world: World,
  repository: RepositoryState,
  issue: PullIssue,
  repositories: (name: string) => Json | null = (name) => viewByName(world, name),
): Json {
  const { pull } = issue;
  return {
    ...addresses(world, repository, issue),
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: userView(world, issue.user),
    body: issue.body,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    assignees: [],
    requested_reviewers: (pull.reviewers ?? []).map((login) => userView(world, login)),
    requested_teams: (pull.reviewTeams ?? [])
      .flatMap((slug) => findTeam(world, repository.owner, slug) ?? [])
      .map((team) => teamView(world, team)),
    labels: labelsOf(world, repository, issue),
    milestone: null,
    draft: pull.draft,
    head: side(world, pull.headRepository, pull.headRef, pull.headSha, repositories),
    base: side(
      world,
      `${repository.owner}/${repository.name}`,
      pull.baseRef,
      pull.baseSha,
      repositories,
    ),
    _links: links(world, repository, issue),
    author_association: association(world, repository, issue.user),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** `pull-request`: one pull request with everything; `facts` absent = not worked out yet, as in events. */
export function pullView(
  world: World,
  repository: RepositoryState,
  issue: PullIssue,
  facts: PullFacts,
): Json {
  const { pull } = issue;
  return {
    ...pullListView(world, repository, issue),
    merged: pull.mergedAt !== null,
    mergeable: facts.mergeable,
    rebaseable: facts.mergeable,
    mergeable_state: mergeableState(repository, pull, facts),
    merged_by: pull.mergedBy ? userView(world, pull.mergedBy) : null,
    comments: commentCount(repository, issue.number),
    review_comments: 0,
    maintainer_can_modify: pull.maintainerCanModify,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
  };
}

/** Without rules for branches, nothing is `blocked` or `behind`. */
function mergeableState(repository: RepositoryState, pull: PullState, facts: PullFacts): string {
  if (facts.mergeable === null) return 'unknown';
  if (!facts.mergeable) return 'dirty';
  if (pull.draft) return 'draft';
  return hasUnpassed(repository, pull.headSha) ? 'unstable' : 'clean';
}

/** The view of a repository, `null` when it was deleted. */
function viewByName(world: World, name: string): Json | null {
  const repository = world.store.find(name);
  return repository ? repositoryView(world, repository) : null;
}

function side(
  world: World,
  name: string,
  ref: string,
  sha: string,
  repositories: (name: string) => Json | null,
): Json {
  const [owner = ''] = name.split('/');
  return {
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userView(world, owner),
    repo: repositories(name),
  };
}

function addresses(world: World, repository: RepositoryState, issue: PullIssue): Json {
  const api = apiOf(world, repository);
  const html = `${htmlOf(world, repository)}/pull/${issue.number}`;
  return {
    url: `${api}/pulls/${issue.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `${api}/issues/${issue.number}`,
    commits_url: `${api}/pulls/${issue.number}/commits`,
    review_comments_url: `${api}/pulls/${issue.number}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${issue.number}/comments`,
    statuses_url: `${api}/statuses/${issue.pull.headSha}`,
  };
}

function links(world: World, repository: RepositoryState, issue: PullIssue): Json {
  const all = addresses(world, repository, issue);
  const keys = ['issue', 'comments', 'review_comments', 'review_comment', 'commits', 'statuses'];
  return {
    self: { href: all.url },
    html: { href: all.html_url },
    ...Object.fromEntries(keys.map((key) => [key, { href: all[`${key}_url`] }])),
  };
}

/** The entries of a list, with each repository's view made once. */
export function pullListViews(
  world: World,
  repository: RepositoryState,
  issues: readonly PullIssue[],
): Json[] {
  const made = new Map<string, Json | null>();
  const repositories = (name: string): Json | null => {
    if (!made.has(name)) made.set(name, viewByName(world, name));
    return made.get(name) ?? null;
  };
  return issues.map((issue) => pullListView(world, repository, issue, repositories));
}
