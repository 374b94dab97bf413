import { notFound, validationFailed } from '../api-error.ts';
import { requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { commentEvent } from '../issues.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { CommentState, ReactionState } from '../state.ts';
import { fullName } from '../state.ts';
import { nodeId, userView } from '../views/account.ts';
import { commentView } from '../views/issue.ts';
import { demandIssueAccess, issueOf, reading, writing } from './issues.ts';

/** GitHub's longest comment, in characters. */
const longest = 65_536;

/** Comments on issues and pull requests, and reactions to them. */
export const commentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/comments',
    permission: reading,
    handle: (context) => list(context, Object.values(context.repository.comments)),
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{number}/comments',
    permission: reading,
    handle: (context) => {
      const { number } = issueOf(context);
      const all = Object.values(context.repository.comments);
      return list(
        context,
        all.filter((comment) => comment.issue === number),
      );
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues/{number}/comments',
    permission: writing,
    handle: create,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/comments/{id}',
    permission: reading,
    handle: (context) => shown(context, commentOf(context)),
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/comments/{id}',
    permission: writing,
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/issues/comments/{id}',
    permission: writing,
    handle: remove,
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues/comments/{id}/reactions',
    permission: writing,
    handle: react,
  },
];

function commentOf(context: Context): CommentState {
  const comment = context.repository.comments[numberParam(context, 'id') ?? 0];
  if (!comment) throw notFound();
  return comment;
}

function shown(context: Context, comment: CommentState, status = 200): Answer {
  return { status, body: commentView(context.world, context.repository, comment) };
}

function list(context: Context, comments: readonly CommentState[]): Answer {
  const since = context.query.get('since');
  const some = comments.filter((comment) => !since || comment.updatedAt >= since);
  return pageOf(context, some, (one) => commentView(context.world, context.repository, one));
}

function put(context: Context, comment: CommentState): void {
  context.world.store.changeRepository(fullName(context.repository), (before) => ({
    ...before,
    comments: { ...before.comments, [comment.id]: comment },
  }));
}

function bodyOf(context: Context): string {
  const body = requiredText(context, 'body');
  const error = { resource: 'IssueComment', field: 'body' };
  if (body.trim() === '') throw validationFailed({ ...error, code: 'missing_field' });
  if (body.length > longest) {
    const message = `body is too long (maximum is ${longest} characters)`;
    throw validationFailed({ ...error, code: 'custom', message });
  }
  return body;
}

function create(context: Context): Answer {
  const issue = issueOf(context);
  demandIssueAccess(context, issue);
  const now = timestamp(context.world.clock);
  const comment: CommentState = {
    id: context.world.store.nextId(),
    issue: issue.number,
    user: context.token.login,
    body: bodyOf(context),
    createdAt: now,
    updatedAt: now,
    reactions: [],
  };
  put(context, comment);
  commentEvent(context, comment, 'created');
  return shown(context, comment, 201);
}

function update(context: Context): Answer {
  const comment = commentOf(context);
  const body = bodyOf(context);
  const next = { ...comment, body, updatedAt: timestamp(context.world.clock) };
  put(context, next);
  commentEvent(context, next, 'edited', { changes: { body: { from: comment.body } } });
  return shown(context, next);
}

function remove(context: Context): Answer {
  const comment = commentOf(context);
  context.world.store.changeRepository(fullName(context.repository), (before) => {
    const { [comment.id]: _gone, ...comments } = before.comments;
    return { ...before, comments };
  });
  commentEvent(context, comment, 'deleted');
  return { status: 204 };
}

function react(context: Context): Answer {
  const comment = commentOf(context);
  const content = requiredText(context, 'content');
  const { login } = context.token;
  const known = comment.reactions.find((one) => one.user === login && one.content === content);
  const reaction: ReactionState = known ?? {
    id: context.world.store.nextId(),
    user: login,
    content,
    createdAt: timestamp(context.world.clock),
  };
  if (!known) put(context, { ...comment, reactions: [...comment.reactions, reaction] });
  const body = {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: userView(context.world, reaction.user),
    content,
    created_at: reaction.createdAt,
  };
  return { status: known ? 200 : 201, body };
}
