import { explained } from './api-error.ts';
import type { GitHubClient } from './client.ts';

/** GitHub's names of the reactions that answer a command. */
export type Reaction = 'eyes' | '+1' | 'confused';

/** Reacts to a comment on a pull request; a second time is not a second reaction. */
export async function addReaction(
  { octokit, owner, repo }: GitHubClient,
  comment: number,
  content: Reaction,
): Promise<void> {
  const purpose = { act: 'react to the comment', permission: 'pull-requests: write' };
  await explained(purpose, () =>
    octokit.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
      owner,
      repo,
      comment_id: comment,
      content,
    }),
  );
}
