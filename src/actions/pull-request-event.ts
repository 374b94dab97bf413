import { readPullRequest } from '../github/pull-request-shape.ts';
import type { PullRequest } from '../preview/pull-request.ts';
import type { EventPayload } from '../runner/read-event.ts';

/**
 * The pull request in the payload of a pull request event. GitHub leaves nothing out; where an event that was made by
 * hand says nothing of the state or of the base's commit, the pull request is open, and the base is at no commit that
 * is known. Throws a `UserError` when it has another shape.
 */
export function pullRequestOfEvent(payload: EventPayload): PullRequest | undefined {
  const found = payload.pull_request;
  if (found === undefined) return undefined;
  const base = valueAt(payload, ['pull_request', 'base']);
  const raw = isObject(found)
    ? { state: 'open', ...found, base: isObject(base) ? { sha: noCommit, ...base } : base }
    : found;
  return readPullRequest(raw, 'the event’s pull_request');
}

/** Stands for a commit that an event does not tell. */
export const noCommit = '0'.repeat(40);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
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
