import { tryGit } from './git.ts';
import { findLoose, listLoose } from './loose-trees.ts';

/**
 * Whether a commit holds workflow files that no branch or tag has: what GitHub refuses to a token without
 * `workflows` ("refusing to allow a GitHub App to create or update workflow").
 */
export async function introducesWorkflows(directory: string, sha: string): Promise<boolean> {
  const files = await workflowFiles(directory, sha);
  if (files.length === 0) return false;
  const listed = await tryGit(directory, [
    'for-each-ref',
    '--format=%(objectname)',
    'refs/heads/',
    'refs/tags/',
  ]);
  const known = new Set<string>();
  for (const tip of new Set(listed?.split('\n').filter(Boolean))) {
    for (const file of await workflowFiles(directory, tip)) known.add(file);
    if (files.every((file) => known.has(file))) return false;
  }
  return true;
}

/** The workflow files of a commit, each as git lists it: mode, blob and path. */
async function workflowFiles(directory: string, sha: string): Promise<string[]> {
  const folder = findLoose(directory, sha, '.github/workflows');
  const loose = folder && listLoose(directory, folder.sha, true);
  if (folder === null) return [];
  if (loose) {
    const files = loose.filter(({ type }) => type !== 'tree');
    return files.map(
      ({ mode, type, sha: of, path }) => `${mode} ${type} ${of}\t.github/workflows/${path}`,
    );
  }
  const listed = await tryGit(directory, ['ls-tree', '-r', sha, '.github/workflows/']);
  return listed?.split('\n').filter(Boolean) ?? [];
}
