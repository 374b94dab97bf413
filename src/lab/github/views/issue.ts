import type { CommentState, IssueState, Label, RepositoryState } from '../state.ts';
import type { World } from '../world.ts';
import type { Json } from './account.ts';
import { association, nodeId, userView } from './account.ts';
import { apiOf, htmlOf } from './repository.ts';

/** `label` of the published schema. */
export function labelView(world: World, repository: RepositoryState, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${apiOf(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

/** The labels an issue or pull request carries. */
export function labelsOf(world: World, repository: RepositoryState, issue: IssueState): Json[] {
  return issue.labels.flatMap((name) => {
    const label = repository.labels[name.toLowerCase()];
    return label ? [labelView(world, repository, label)] : [];
  });
}

/** How many comments an issue has. */
export function commentCount(repository: RepositoryState, number: number): number {
  return Object.values(repository.comments).filter(({ issue }) => issue === number).length;
}

/** `issue` of the published schema. */
export function issueView(world: World, repository: RepositoryState, issue: IssueState): Json {
  const api = `${apiOf(world, repository)}/issues/${issue.number}`;
  const html = `${htmlOf(world, repository)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`;
  return {
    url: api,
    repository_url: apiOf(world, repository),
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: html,
    id: issue.id,
    node_id: nodeId(issue.pull ? 'PullRequest' : 'Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: userView(world, issue.user),
    labels: labelsOf(world, repository, issue),
    state: issue.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: commentCount(repository, issue.number),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: association(world, repository, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: reactionCounts(`${api}/reactions`, []),
    timeline_url: `${api}/timeline`,
    performed_via_github_app: null,
    state_reason: issue.state === 'closed' && !issue.pull ? 'completed' : null,
    ...(issue.pull && pullPart(world, repository, issue, html)),
  };
}

function pullPart(world: World, repository: RepositoryState, issue: IssueState, html: string) {
  return {
    draft: issue.pull?.draft ?? false,
    pull_request: {
      url: `${apiOf(world, repository)}/pulls/${issue.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: issue.pull?.mergedAt ?? null,
    },
  };
}

/** `issue-comment` of the published schema. */
export function commentView(
  world: World,
  repository: RepositoryState,
  comment: CommentState,
): Json {
  const issue = repository.issues[comment.issue];
  const api = `${apiOf(world, repository)}/issues`;
  const page = `${issue?.pull ? 'pull' : 'issues'}/${comment.issue}`;
  return {
    url: `${api}/comments/${comment.id}`,
    html_url: `${htmlOf(world, repository)}/${page}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.issue}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: userView(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(world, repository, comment.user),
    body: comment.body,
    reactions: reactionCounts(
      `${api}/comments/${comment.id}/reactions`,
      comment.reactions.map(({ content }) => content),
    ),
    performed_via_github_app: null,
  };
}

const reactionNames = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];

function reactionCounts(url: string, contents: readonly string[]): Json {
  const count = (name: string) => contents.filter((content) => content === name).length;
  return {
    url,
    total_count: contents.length,
    ...Object.fromEntries(reactionNames.map((name) => [name, count(name)])),
  };
}
