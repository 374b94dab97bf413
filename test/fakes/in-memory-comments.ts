import type { Comments } from '../../src/preview/ports.ts';

/** A comment on a pull request. */
export interface KeptComment {
  readonly pullRequest: number;
  readonly body: string;
}

/** Comments in a list, oldest first, and every body that was ever written. */
export interface InMemoryComments {
  readonly kept: KeptComment[];
  readonly written: string[];
  bodyOf(pullRequest: number): string | undefined;
  readonly port: Comments;
}

/** The sticky comments of a repository. */
export function inMemoryComments(...given: readonly KeptComment[]): InMemoryComments {
  const kept = [...given];
  const written: string[] = [];
  const indexOf = (pullRequest: number, marker: string) =>
    kept.findIndex((one) => one.pullRequest === pullRequest && one.body.startsWith(marker));
  const renew = (index: number, comment: KeptComment) => {
    written.push(comment.body);
    kept.splice(index, 1, comment);
  };
  return {
    kept,
    written,
    bodyOf: (number) => kept.find(({ pullRequest }) => pullRequest === number)?.body,
    port: {
      async upsert(pullRequest, marker, body) {
        const index = indexOf(pullRequest, marker);
        renew(index === -1 ? kept.length : index, { pullRequest, body });
      },
      async update(pullRequest, marker, body) {
        const index = indexOf(pullRequest, marker);
        if (index !== -1) renew(index, { pullRequest, body });
      },
    },
  };
}
