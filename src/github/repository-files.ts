import { UserError } from '../core/user-error.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
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
      .catch(undefinedIfAbsent);
    return answer && String(answer.data);
  });
}

/** Paths of all files below a folder at a ref, relative to the folder. Throws a `UserError` without access. */
export async function listRepositoryFolder(
  { octokit, owner, repo }: GitHubClient,
  folder: string,
  ref: string,
): Promise<readonly string[]> {
  const purpose = { act: `list ${folder} at ${ref}`, permission: 'contents: read' };
  const { data } = await explained(purpose, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      owner,
      repo,
      tree_sha: ref,
      recursive: '1',
    }),
  );
  if (data.truncated) {
    throw new UserError(
      `the repository has too many files for GitHub to list ${folder}`,
      `Check the folder out in the workflow: \`actions/checkout\` with \`path: ${folder}\`.`,
    );
  }
  const prefix = folder === '' ? '' : `${folder}/`;
  return data.tree
    .filter(({ type, path }) => type === 'blob' && path?.startsWith(prefix))
    .map(({ path = '' }) => path.slice(prefix.length));
}
