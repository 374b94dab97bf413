import { readPullRequest } from '../github/pull-request-shape.ts';
import type { PullRequest } from '../preview/pull-request.ts';
import type { EventPayload } from '../runner/read-event.ts';

/** The pull request in the payload of a pull request event. Throws a `UserError` when it has another shape. */
export function pullRequestOfEvent(payload: EventPayload): PullRequest | undefined {
  return payload.pull_request === undefined
    ? undefined
    : readPullRequest(payload.pull_request, 'the event’s pull_request');
}

/** A text at a path of the payload; `undefined` where there is something else. */
export function textAt(payload: EventPayload, ...path: readonly string[]): string | undefined {
  const found = valueAt(payload, path);
  return typeof found === 'string' ? found : undefined;
}

/** A number at a path of the payload; `undefined` where there is something else. */
export function numberAt(payload: EventPayload, ...path: readonly string[]): number | undefined {
  const found = valueAt(payload, path);
  return typeof found === 'number' ? found : undefined;
}

/** The value at a path of the payload. */
export function valueAt(payload: EventPayload, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[key]
        : undefined,
    payload,
  );
}
