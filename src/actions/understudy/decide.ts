import { spokenCommand } from '../../core/spoken-command.ts';
import { type Command, previewPrefix, readCommand } from '../../preview/command.ts';
import { promotePrefix } from '../../promotion/commands.ts';
import type { EventPayload } from '../../runner/read-event.ts';
import type { SpokenPromotion } from '../promotion/obey-comment.ts';
import { numberAt, textAt, valueAt } from '../pull-request-event.ts';

/** What an event asks for. */
export type RootDecision =
  | { readonly kind: 'deploy' }
  | { readonly kind: 'teardown'; readonly pullRequest: number }
  | { readonly kind: 'sweep' }
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly pullRequest: number;
      readonly comment: number;
      readonly author: string;
    }
  /** About promotions; it may be said on an issue as well. */
  | { readonly kind: 'promote'; readonly spoken: SpokenPromotion }
  | { readonly kind: 'none'; readonly reason: string };

/** Activity types of `pull_request` after which the preview may have to change. */
const deployingActions = [
  'opened',
  'synchronize',
  'reopened',
  'ready_for_review',
  'converted_to_draft',
  'labeled',
  'unlabeled',
  'edited',
];

/** Decides by event what the root action does. Pure. */
export function decideByEvent(eventName: string, payload: EventPayload): RootDecision {
  switch (eventName) {
    case 'pull_request':
    case 'pull_request_target':
      return decidePullRequest(payload);
    case 'pull_request_review':
    case 'workflow_run':
      return { kind: 'deploy' };
    case 'schedule':
    case 'workflow_dispatch':
      return { kind: 'sweep' };
    case 'issue_comment':
      return decideComment(payload);
    default:
      return none(
        `event: ${JSON.stringify(eventName)} starts nothing; use pull_request, issue_comment, schedule, workflow_dispatch or workflow_run`,
      );
  }
}

function decidePullRequest(payload: EventPayload): RootDecision {
  const action = textAt(payload, 'action') ?? '';
  const number = numberAt(payload, 'pull_request', 'number');
  if (action === 'closed' && number !== undefined) return { kind: 'teardown', pullRequest: number };
  return deployingActions.includes(action)
    ? { kind: 'deploy' }
    : none(`event: pull_request ${JSON.stringify(action)} changes no preview`);
}

function decideComment(payload: EventPayload): RootDecision {
  const spoken = spokenCommand(textAt(payload, 'comment', 'body') ?? '', [
    previewPrefix,
    promotePrefix,
  ]);
  const isOnPullRequest = valueAt(payload, ['issue', 'pull_request']) != null;
  if (!isOnPullRequest && spoken?.prefix !== promotePrefix)
    return none('event: the comment is on an issue, not on a pull request');
  if (textAt(payload, 'action') !== 'created') return none('event: only new comments are commands');
  if (textAt(payload, 'comment', 'user', 'type') === 'Bot')
    return none('author: bots give no commands');
  const issue = numberAt(payload, 'issue', 'number');
  const comment = numberAt(payload, 'comment', 'id');
  const author = textAt(payload, 'comment', 'user', 'login');
  if (!spoken || issue === undefined || comment === undefined || author === undefined)
    return none('command: the comment holds no /preview command and no /promote command');
  const { prefix, words } = spoken;
  if (prefix === previewPrefix)
    return { kind: 'command', command: readCommand(words), pullRequest: issue, comment, author };
  const url = textAt(payload, 'comment', 'html_url') ?? '';
  return { kind: 'promote', spoken: { words, issue, comment, author, url } };
}

function none(reason: string): RootDecision {
  return { kind: 'none', reason };
}
