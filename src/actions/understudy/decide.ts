import { type Command, parseCommand } from '../../preview/command.ts';
import type { EventPayload } from '../../runner/read-event.ts';
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
  const pullRequest = numberAt(payload, 'issue', 'number');
  const comment = numberAt(payload, 'comment', 'id');
  const author = textAt(payload, 'comment', 'user', 'login');
  if (valueAt(payload, ['issue', 'pull_request']) == null) {
    return none('event: the comment is on an issue, not on a pull request');
  }
  if (textAt(payload, 'action') !== 'created') return none('event: only new comments are commands');
  if (textAt(payload, 'comment', 'user', 'type') === 'Bot')
    return none('author: bots give no commands');
  const command = parseCommand(textAt(payload, 'comment', 'body') ?? '');
  return command && pullRequest !== undefined && comment !== undefined && author !== undefined
    ? { kind: 'command', command, pullRequest, comment, author }
    : none('command: the comment holds no /preview command');
}

function none(reason: string): RootDecision {
  return { kind: 'none', reason };
}
