import type { Context } from './route.ts';
import type { CommentState } from './state.ts';
import { fullName } from './state.ts';
import type { Json } from './views/account.ts';
import { userView } from './views/account.ts';
import { commentView, issueView } from './views/issue.ts';
import { eventRepository } from './views/repository.ts';

/** Reports an `issues` event. */
export function issueEvent(context: Context, number: number, action: string): void {
  context.world.events.add(
    {
      event: 'issues',
      repository: fullName(context.repository),
      payload: { action, ...issuePart(context, number) },
    },
    context.token,
  );
}

/** Reports an `issue_comment` event; `extra` is what this action adds to the payload. */
export function commentEvent(
  context: Context,
  comment: CommentState,
  action: string,
  extra: Json = {},
): void {
  const { world } = context;
  const repository = world.store.repository(fullName(context.repository));
  const payload = {
    action,
    ...extra,
    ...issuePart(context, comment.issue),
    comment: commentView(world, repository, comment),
  };
  const event = { event: 'issue_comment', repository: fullName(repository), payload };
  world.events.add(event, context.token);
}

function issuePart(context: Context, number: number): Json {
  const { world } = context;
  const repository = world.store.repository(fullName(context.repository));
  const issue = repository.issues[number];
  return {
    issue: issue ? issueView(world, repository, issue) : null,
    ...eventRepository(world, repository),
    sender: userView(world, context.token.login),
  };
}
