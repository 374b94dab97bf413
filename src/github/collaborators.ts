import { explained, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';

/**
 * Whether someone may push to the repository. Asked of the API: a comment's `author_association` is coarse and
 * sometimes wrong (members who keep their membership private show as CONTRIBUTOR).
 */
export async function hasWriteAccess(
  { octokit, owner, repo }: GitHubClient,
  login: string,
): Promise<boolean> {
  const purpose = { act: `tell the permission of ${login}`, permission: 'metadata: read' };
  return explained(purpose, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
        owner,
        repo,
        username: login,
      })
      .catch(undefinedIfAbsent);
    return answer !== undefined && ['admin', 'write'].includes(answer.data.permission);
  });
}
