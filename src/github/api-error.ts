import { RequestError } from '@octokit/request-error';
import { UserError } from '../core/user-error.ts';

/** What a call was for, and the permission it needs. */
export interface Purpose {
  /** Continues "GitHub refused to …": `write the comment`. */
  readonly act: string;
  /** As under `permissions:`: `pull-requests: write`. */
  readonly permission: string;
}

/** Runs a call; what the user can mend about its failure becomes a `UserError` that says how. */
export async function explained<Answer>(
  purpose: Purpose,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (cause) {
    throw cause instanceof RequestError ? (explain(cause, purpose) ?? cause) : cause;
  }
}

/** Whether the answer to a write is unknown: it may have happened. 4xx answers are known. */
export function isUnknownOutcome(cause: unknown): boolean {
  return !(cause instanceof RequestError) || cause.status >= 500;
}

/** Whether what failed may go well the next time: GitHub or the network was out of order, or it was too much at once. */
export function mayPass(cause: unknown): boolean {
  if (cause instanceof RequestError) return cause.status >= 500 || isRateLimit(cause);
  return cause instanceof UserError && cause.cause !== undefined && mayPass(cause.cause);
}

/** Whether GitHub said that there is no such thing. */
export function isNotFound(cause: unknown): boolean {
  return cause instanceof RequestError && cause.status === 404;
}

/** For `catch`: nothing where GitHub said that there is no such thing, all else thrown on. */
export function undefinedIfAbsent(cause: unknown): undefined {
  if (!isNotFound(cause)) throw cause;
  return undefined;
}

function explain(cause: RequestError, { act, permission }: Purpose): UserError | undefined {
  if (cause.status === 401) {
    return new UserError(
      `GitHub refused to ${act}: the token is not valid (401)`,
      'Leave `github-token` out to use the run’s own token, or pass one that has not expired.',
      { cause },
    );
  }
  if (isRateLimit(cause)) {
    return new UserError(
      `GitHub refused to ${act}: the rate limit of this token is used up until ${resetOf(cause)}`,
      'Run again later, or pass a GitHub App token as `github-token`, which has a limit of its own.',
      { cause },
    );
  }
  if (cause.status >= 500) return unanswered(cause, act);
  if (cause.status !== 403 && cause.status !== 404) return undefined;
  return new UserError(
    `GitHub refused to ${act}: ${firstLine(cause.message)} (${cause.status})`,
    `Add \`${permission}\` under \`permissions:\` of the job. Runs for pull requests from forks and by Dependabot get a read-only token whatever stands there.`,
    { cause },
  );
}

/** octokit gives a request that got no answer the status 500. */
function unanswered(cause: RequestError, act: string): UserError {
  const { origin } = new URL(cause.request.url);
  return cause.response === undefined
    ? new UserError(
        `GitHub could not be reached at ${origin} to ${act}: ${firstLine(cause.message)}`,
        'Check the network, the proxy and GITHUB_API_URL of the runner, then run again.',
        { cause },
      )
    : new UserError(
        `GitHub failed to ${act}: it answered ${cause.status}`,
        'Run again; whether GitHub has an incident is at https://www.githubstatus.com.',
        { cause },
      );
}

function isRateLimit({ status, message, response }: RequestError): boolean {
  const spent = response?.headers['x-ratelimit-remaining'] === '0';
  return status === 429 || (status === 403 && (spent || /rate limit/i.test(message)));
}

function resetOf({ response }: RequestError): string {
  const reset = Number(response?.headers['x-ratelimit-reset']);
  return Number.isFinite(reset)
    ? new Date(reset * 1000).toISOString()
    : 'a time GitHub did not say';
}

function firstLine(message: string): string {
  return message.split(/\n| - https?:/)[0] ?? '';
}
