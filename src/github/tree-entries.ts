import type { GitHubClient } from './client.ts';

/** What a tree has at a path. `mode` is git's: `100644`, `100755`, `120000` a link, `160000` another repository. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly sha: string;
}

/**
 * The entries at these paths of a commit; what is not there is absent. One request, unless the tree is too big for
 * GitHub to list (100,000 entries or 7 MB): then folder by folder.
 */
export async function findEntries(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
): Promise<readonly TreeEntry[]> {
  const whole = await listTree(client, commit, true);
  if (!whole.truncated) return whole.entries.filter(({ path }) => paths.includes(path));
  const folders = new Map<string, readonly TreeEntry[]>();
  const found: TreeEntry[] = [];
  for (const path of paths) {
    const entry = await walk(client, commit, path, folders);
    if (entry) found.push(entry);
  }
  return found;
}

async function walk(
  client: GitHubClient,
  commit: string,
  path: string,
  folders: Map<string, readonly TreeEntry[]>,
): Promise<TreeEntry | undefined> {
  let entry: TreeEntry | undefined;
  let folder = '';
  for (const name of path.split('/')) {
    if (entry && entry.mode !== '040000') return undefined;
    const known = folders.get(folder);
    const entries = known ?? (await listTree(client, entry?.sha ?? commit, false)).entries;
    folders.set(folder, entries);
    entry = entries.find((each) => each.path === name);
    if (!entry) return undefined;
    folder = `${folder}${name}/`;
  }
  return entry && { ...entry, path };
}

async function listTree({ octokit, owner, repo }: GitHubClient, sha: string, recursive: boolean) {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    owner,
    repo,
    tree_sha: sha,
    ...(recursive && { recursive: '1' }),
  });
  const entries = data.tree.map((entry) => ({
    path: entry.path ?? '',
    mode: entry.mode ?? '',
    sha: entry.sha ?? '',
  }));
  return { truncated: data.truncated, entries };
}
