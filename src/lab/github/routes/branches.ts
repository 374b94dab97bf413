import { ApiError } from '../api-error.ts';
import { readCommits } from '../commits.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { commitView } from '../views/commit.ts';
import { apiOf, htmlOf } from '../views/repository.ts';
import { gitDirectory } from '../world.ts';

const path = '/repos/{owner}/{repo}/branches';

/** Branches. */
export const branchRoutes: readonly Route[] = [
  { method: 'GET', path, permission: { contents: 'read' }, handle: list },
  { method: 'GET', path: `${path}/{branch+}`, permission: { contents: 'read' }, handle: one },
];

function list(context: Context): Answer {
  const { world, repository } = context;
  const heads = Object.entries(repository.refs).filter(([ref]) => ref.startsWith('refs/heads/'));
  return pageOf(context, heads, ([ref, sha]) => ({
    name: ref.slice('refs/heads/'.length),
    commit: { sha, url: `${apiOf(world, repository)}/commits/${sha}` },
    protected: Object.hasOwn(repository.protections ?? {}, ref),
  }));
}

async function one(context: Context): Promise<Answer> {
  const { world, repository, params } = context;
  const name = params.branch ?? '';
  const sha = repository.refs[`refs/heads/${name}`];
  const [commit] = sha ? await readCommits(gitDirectory(world, repository), [sha]) : [];
  if (!commit) throw new ApiError(404, 'Branch not found');
  const self = `${apiOf(world, repository)}/branches/${encodeURIComponent(name)}`;
  const body = {
    name,
    commit: commitView(world, repository, commit),
    _links: { self, html: `${htmlOf(world, repository)}/tree/${name}` },
    protected: Object.hasOwn(repository.protections ?? {}, `refs/heads/${name}`),
    protection: { enabled: false, required_status_checks: offChecks },
    protection_url: `${self}/protection`,
  };
  return { status: 200, body };
}

const offChecks = { enforcement_level: 'off', contexts: [], checks: [] };
