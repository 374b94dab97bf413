import type {
  Comparisons,
  FoundFile,
  GitObjects,
  TextFile,
} from '../promotion/ways/pull-request/ports.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { findEntries } from './tree-entries.ts';

const read = (act: string) => ({ act, permission: 'contents: read' });
const write = (act: string) => ({ act, permission: 'contents: write' });

/** GitHub's git database. What is written is named by its content, so that a repeat changes nothing. */
export function githubGitObjects(client: GitHubClient): GitObjects {
  const { octokit, owner, repo } = client;
  return {
    async commit(sha) {
      const { data } = await explained(read(`show commit ${sha}`), () =>
        octokit.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
          owner,
          repo,
          commit_sha: sha,
        }),
      );
      const parents = data.parents.map((parent) => parent.sha);
      return { message: data.message, tree: data.tree.sha, parents };
    },
    files: (commit, paths) =>
      explained(read(`read files of commit ${commit}`), () => readFiles(client, commit, paths)),
    writeTree: (base, files) =>
      explained(write('write the edited files'), () => writeTree(client, base, files)),
    async writeCommit(message, tree, parent) {
      const { data } = await explained(write('write the commit'), () =>
        octokit.request('POST /repos/{owner}/{repo}/git/commits', {
          owner,
          repo,
          message,
          tree,
          parents: [parent],
        }),
      );
      return data.sha;
    },
  };
}

/** What lies between two commits, by GitHub's comparison. */
export function githubComparisons({ octokit, owner, repo }: GitHubClient): Comparisons {
  return {
    between: (from, to, limit) =>
      explained(read(`compare ${from} and ${to}`), async () => {
        const answer = await octokit
          .request('GET /repos/{owner}/{repo}/compare/{basehead}', {
            owner,
            repo,
            basehead: `${from}...${to}`,
            per_page: limit,
            page: 1,
          })
          .catch(undefinedIfAbsent);
        if (!answer) return undefined;
        const { commits, ahead_by: ahead, behind_by: behind } = answer.data;
        const named = commits.slice(0, limit).map(({ sha, commit }) => ({
          sha,
          subject: commit.message.split('\n')[0] ?? '',
        }));
        return { commits: named, ahead, behind };
      }),
  };
}

async function readFiles(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FoundFile>> {
  const entries = await findEntries(client, commit, paths);
  const found = new Map<string, FoundFile>();
  for (const { path, mode, sha } of entries) {
    const isFile = mode === '100644' || mode === '100755';
    const text = isFile ? await textOf(client, sha) : undefined;
    if (text !== undefined) found.set(path, { path, mode, text });
    else found.set(path, { unfit: isFile ? 'is not UTF-8 text' : 'is no ordinary file' });
  }
  return found;
}

/** By Base64, as a text answer would lose a byte order mark. `undefined` = its bytes are no UTF-8. */
async function textOf(
  { octokit, owner, repo }: GitHubClient,
  sha: string,
): Promise<string | undefined> {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
    owner,
    repo,
    file_sha: sha,
  });
  try {
    const bytes = Buffer.from(data.content, 'base64');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The mode goes along, so that what may be run stays so. */
async function writeTree(
  { octokit, owner, repo }: GitHubClient,
  base: string,
  files: readonly TextFile[],
): Promise<string> {
  const { data } = await octokit.request('POST /repos/{owner}/{repo}/git/trees', {
    owner,
    repo,
    base_tree: base,
    tree: files.map(({ path, mode, text }) => ({
      path,
      mode: mode === '100755' ? '100755' : '100644',
      type: 'blob',
      content: text,
    })),
  });
  return data.sha;
}
