import { ApiError, notFound } from '../api-error.ts';
import { objectType, resolveCommit } from '../commits.ts';
import { gitBytes, tryGit } from '../git.ts';
import type { TreeEntry } from '../git-trees.ts';
import { listTree } from '../git-trees.ts';
import { readLoose } from '../loose-objects.ts';
import { findLoose } from '../loose-trees.ts';
import type { Answer, Context, Route } from '../route.ts';
import { apiOf, htmlOf } from '../views/repository.ts';
import { gitDirectory } from '../world.ts';
import { wrapped } from './git-objects.ts';

const path = '/repos/{owner}/{repo}/contents';

/** Files and directories at a commit. */
export const contentRoutes: readonly Route[] = [
  { method: 'GET', path: `${path}/{path+}`, permission: { contents: 'read' }, handle: contents },
  { method: 'GET', path, permission: { contents: 'read' }, handle: contents },
  { method: 'GET', path: `${path}/`, permission: { contents: 'read' }, handle: contents },
];

async function contents(context: Context): Promise<Answer> {
  const { world, repository, params, query } = context;
  const directory = gitDirectory(world, repository);
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await resolveCommit(directory, ref);
  if (!commit) throw missing(query.get('ref'));
  const wanted = (params.path ?? '').replace(/^\/+|\/+$/g, '');
  const sha = await objectAt(directory, commit, wanted);
  if (!sha) throw notFound();
  const kind = await objectType(directory, sha);
  return kind === 'tree'
    ? listing(context, ref, wanted, await listTree(directory, sha, false))
    : file(context, ref, wanted, sha);
}

async function objectAt(
  directory: string,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const loose = path === '' ? undefined : findLoose(directory, commit, path);
  if (loose !== undefined) return loose?.sha;
  const args = ['rev-parse', '--verify', '--quiet', `${commit}:${path}`];
  return (await tryGit(directory, args))?.trim();
}

function missing(ref: string | null): ApiError {
  return ref === null ? notFound() : new ApiError(404, `No commit found for the ref ${ref}`);
}

async function file(context: Context, ref: string, path: string, sha: string): Promise<Answer> {
  const directory = gitDirectory(context.world, context.repository);
  const loose = readLoose(directory, sha)?.content;
  const bytes = loose ?? (await gitBytes(directory, ['cat-file', 'blob', sha]));
  if (/\braw\b/.test(context.accept)) {
    return {
      status: 200,
      body: bytes,
      headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' },
    };
  }
  const entry = { path, sha, mode: '100644', type: 'blob', size: bytes.length };
  const body = { ...entryView(context, ref, entry), content: wrapped(bytes), encoding: 'base64' };
  return { status: 200, body };
}

function listing(
  context: Context,
  ref: string,
  folder: string,
  entries: readonly TreeEntry[],
): Answer {
  const inside = (path: string) => (folder === '' ? path : `${folder}/${path}`);
  const views = entries.map((entry) =>
    entryView(context, ref, { ...entry, path: inside(entry.path) }),
  );
  return { status: 200, body: views };
}

/** A file as answers to its writers show it. */
export function fileView(context: Context, ref: string, entry: { path: string; sha: string }) {
  return entryView(context, ref, { ...entry, mode: '100644', type: 'blob' });
}

const types: Readonly<Record<string, string>> = { blob: 'file', tree: 'dir', commit: 'submodule' };

function entryView(context: Context, ref: string, entry: TreeEntry) {
  const { world, repository } = context;
  const type = types[entry.type] ?? 'file';
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const self = `${apiOf(world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiOf(world, repository)}/git/${entry.type}s/${entry.sha}`;
  const html = `${htmlOf(world, repository)}/${type === 'dir' ? 'tree' : 'blob'}/${ref}/${path}`;
  return {
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: type === 'file' ? `${htmlOf(world, repository)}/raw/${ref}/${path}` : null,
    type,
    _links: { self, git, html },
  };
}
