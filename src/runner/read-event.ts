import { readFileSync } from 'node:fs';
import { UserError } from '../core/user-error.ts';
import type { Environment } from './environment.ts';

/** The payload of the event that woke this run, as GitHub sent it: only its being an object is checked. */
export type EventPayload = Readonly<Record<string, unknown>>;

/** Reads the file at GITHUB_EVENT_PATH; an absent variable gives an empty payload. Throws a `UserError`. */
export function readEvent(environment: Environment): EventPayload {
  const path = environment.GITHUB_EVENT_PATH;
  if (!path) return {};
  return parseEvent(readEventFile(path), path);
}

function readEventFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw eventError(`the event file ${path} cannot be read: ${code ?? cause}`, cause);
  }
}

/** Reads the text of an event file. Throws a `UserError` when it is not a JSON object. */
function parseEvent(text: string, path: string): EventPayload {
  let payload: unknown;
  try {
    payload = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw eventError(`the event file ${path} is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
    return payload as EventPayload;
  }
  throw eventError(`the event file ${path} holds no JSON object`, undefined);
}

function eventError(message: string, cause: unknown): UserError {
  return new UserError(
    message,
    'GITHUB_EVENT_PATH must name the payload of the event, as the runner writes it.',
    { cause },
  );
}
