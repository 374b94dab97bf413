import { notFound } from '../api-error.ts';
import { archiveAddress } from '../archives.ts';
import { resolveCommit } from '../commits.ts';
import type { Answer, Context, Route } from '../route.ts';
import { gitDirectory } from '../world.ts';

const path = '/repos/{owner}/{repo}/tarball/{ref+}';
const permission = { contents: 'read' } as const;

/** Archives of a commit. https://docs.github.com/rest/repos/contents#download-a-repository-archive-tar */
export const archiveRoutes: readonly Route[] = [
  { method: 'GET', path, permission, handle: archive },
];

/** GitHub sends callers on to a host of its own, with a short-lived token in the address. */
async function archive({ world, repository, params, host }: Context): Promise<Answer> {
  const commit = await resolveCommit(gitDirectory(world, repository), params.ref ?? '');
  if (!commit) throw notFound();
  const location = `http://${host}${archiveAddress(world, repository, commit)}`;
  return { status: 302, headers: { location } };
}
