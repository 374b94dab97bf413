import { explained, isNotFound } from './api-error.ts';
import type { GitHubClient } from './client.ts';

/** The text of a file at a ref; `undefined` where there is none. Throws a `UserError` without access. */
export async function readRepositoryFile(
  { octokit, owner, repo }: GitHubClient,
  path: string,
  ref: string,
): Promise<string | undefined> {
  const purpose = { act: `show ${path} at ${ref}`, permission: 'contents: read' };
  return explained(purpose, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/contents/{path}', {
        owner,
        repo,
        path,
        ref,
        mediaType: { format: 'raw' },
      })
      .catch((cause) => {
        if (isNotFound(cause)) return undefined;
        throw cause;
      });
    return answer && String(answer.data);
  });
}
