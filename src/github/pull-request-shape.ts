import * as v from 'valibot';
import { instant, parseInstant } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';
import type { PullRequest } from '../preview/pull-request.ts';

const repository = v.object({ full_name: v.string() });
const sha = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, 'is not a commit of 40 hex digits'));

/** The part of GitHub's pull request (REST and webhook alike) that Understudy reads. */
const shape = v.object({
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  state: v.picklist(['open', 'closed']),
  merged: v.optional(v.nullable(v.boolean())),
  merged_at: v.optional(v.nullable(v.string())),
  draft: v.optional(v.boolean()),
  title: v.optional(v.string()),
  user: v.optional(v.nullable(v.object({ login: v.string() }))),
  labels: v.optional(v.array(v.object({ name: v.string() }))),
  updated_at: v.optional(v.string()),
  head: v.object({ ref: v.pipe(v.string(), v.minLength(1)), sha, repo: v.nullish(repository) }),
  base: v.object({ ref: v.pipe(v.string(), v.minLength(1)), sha }),
});

/**
 * Reads a pull request as GitHub sends it, in a webhook's payload or by REST. `where` names the source in the
 * `UserError` that is thrown when it has another shape.
 */
export function readPullRequest(raw: unknown, where: string): PullRequest {
  const result = v.safeParse(shape, raw);
  if (!result.success) throw shapeError(result.issues, where);
  const found = result.output;
  return {
    number: found.number,
    state: found.state,
    merged: found.merged ?? (found.merged_at ?? null) !== null,
    draft: found.draft ?? false,
    author: found.user?.login ?? 'ghost',
    labels: (found.labels ?? []).map(({ name }) => name),
    title: found.title ?? '',
    updatedAt: parseInstant(found.updated_at ?? '') ?? instant(0),
    head: {
      branch: found.head.ref,
      sha: found.head.sha,
      repository: found.head.repo?.full_name,
    },
    base: { branch: found.base.ref, sha: found.base.sha },
  };
}

function shapeError(issues: readonly v.BaseIssue<unknown>[], where: string): UserError {
  return UserError.all(
    issues.map((issue) => ({
      message: `${where}: ${v.getDotPath(issue) ?? 'pull_request'}: ${wording(issue)}`,
      hint: 'This is not a pull request as GitHub sends it; check what made the event or the answer.',
    })),
  );
}

function wording({ received, message }: v.BaseIssue<unknown>): string {
  return received === 'undefined' ? 'is missing' : message;
}
