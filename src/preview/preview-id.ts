import { sha256Hex } from '../core/sha256.ts';

/** How the identifier is made: from the branch's name, or from the pull request's number. */
export type IdScheme = 'branch-hash' | 'pull-request';

/** What the identifier of a preview is made from. */
export interface IdSource {
  readonly scheme: IdScheme;
  /** Raw name of the head branch, without `refs/heads/`. */
  readonly branch: string;
  /** Needed by `pull-request` only. */
  readonly pullRequest: number | undefined;
  /** Hex digits of a branch hash, 4 to 16. */
  readonly length: number;
}

/** Hex digits of a branch hash unless told otherwise: Kayron's choice, 32 bits. */
export const defaultIdLength = 8;

/**
 * The stable identifier of a preview. `branch-hash`: the first hex digits of the SHA-256 of the raw branch
 * name's UTF-8 bytes, nothing trimmed or folded, equal to 0xSplits/kayron's `pkg/hash`. `pull-request`:
 * `pr-7`. Throws a `RangeError` for `pull-request` without a number.
 */
export function previewId({ scheme, branch, pullRequest, length }: IdSource): string {
  if (scheme === 'branch-hash') return sha256Hex(branch).slice(0, length);
  if (pullRequest === undefined) throw new RangeError('the scheme pull-request needs a number');
  return `pr-${pullRequest}`;
}
