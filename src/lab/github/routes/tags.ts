import { git } from '../git.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { RepositoryState } from '../state.ts';
import { nodeId } from '../views/account.ts';
import { apiOf } from '../views/repository.ts';
import { gitDirectory } from '../world.ts';

const prefix = 'refs/tags/';

/** Tags with the commits that they stand for. */
export const tagRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/tags',
    permission: { contents: 'read' },
    handle: list,
  },
];

/** In the reverse order of their names, as GitHub lists them: the newest is not the first. */
async function list(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const commits = await peeled(gitDirectory(world, repository), repository);
  const tags = [...commits].sort(([a], [b]) => (a < b ? 1 : -1));
  const api = apiOf(world, repository);
  return pageOf(context, tags, ([name, sha]) => ({
    name,
    zipball_url: `${api}/zipball/${prefix}${name}`,
    tarball_url: `${api}/tarball/${prefix}${name}`,
    commit: { sha, url: `${api}/commits/${sha}` },
    node_id: nodeId('Ref', name),
  }));
}

/** Commits by the name of the tag; of an annotated one, the commit that it is about. */
async function peeled(
  directory: string,
  { refs }: RepositoryState,
): Promise<ReadonlyMap<string, string>> {
  const format = '--format=%(objectname) %(*objectname)';
  const text = await git(directory, ['for-each-ref', format, prefix]);
  const lines = text.split('\n').map((line) => line.split(' '));
  const about = new Map(lines.flatMap(([tag = '', commit]) => (commit ? [[tag, commit]] : [])));
  const tags = Object.entries(refs).filter(([ref]) => ref.startsWith(prefix));
  return new Map(tags.map(([ref, sha]) => [ref.slice(prefix.length), about.get(sha) ?? sha]));
}
