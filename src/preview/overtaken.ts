import type { PullRequest } from './pull-request.ts';

/**
 * The commit of this run is no longer what its pull request should have. Thrown by `all()` of the desired previews,
 * before an older commit gets into what previews share; ends the run as superseded.
 */
export class Overtaken extends Error {
  /** The pull request as it is now: closed, or with another head; `undefined` = there is none. */
  readonly current: PullRequest | undefined;

  constructor(current: PullRequest | undefined) {
    super('a newer run has the word');
    this.name = 'Overtaken';
    this.current = current;
  }
}
