import { ApiError, notFound } from '../api-error.ts';
import type { Commit } from '../commits.ts';
import { readCommits, resolveCommit } from '../commits.ts';
import { changedFiles } from '../diff.ts';
import { git, tryGit } from '../git.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import { commitView, fileView } from '../views/commit.ts';
import { apiOf, htmlOf } from '../views/repository.ts';
import { gitDirectory } from '../world.ts';

const base = '/repos/{owner}/{repo}';

/** Commits and comparisons. */
export const commitRoutes: readonly Route[] = [
  { method: 'GET', path: `${base}/commits`, permission: { contents: 'read' }, handle: list },
  { method: 'GET', path: `${base}/commits/{ref+}`, permission: { contents: 'read' }, handle: one },
  {
    method: 'GET',
    path: `${base}/compare/{basehead+}`,
    permission: { contents: 'read' },
    handle: compare,
  },
];

/** The commit that a name in the path stands for. Throws GitHub's 422. */
export async function commitNamed(context: Context, name: string): Promise<string> {
  const sha = await resolveCommit(gitDirectory(context.world, context.repository), name);
  if (!sha) throw new ApiError(422, `No commit found for SHA: ${name}`);
  return sha;
}

async function list(context: Context): Promise<Answer> {
  const { world, repository, query } = context;
  if (Object.keys(repository.refs).length === 0)
    throw new ApiError(409, 'Git Repository is empty.');
  const directory = gitDirectory(world, repository);
  const start = await resolveCommit(directory, query.get('sha') ?? repository.defaultBranch);
  if (!start) throw notFound();
  const limits = ['since', 'until'].flatMap((key) => {
    const value = query.get(key);
    return value ? [`--${key}=${value}`] : [];
  });
  const path = query.get('path');
  const paths = path ? ['--', path] : [];
  const shas = (await git(directory, ['rev-list', ...limits, start, ...paths])).split('\n');
  const paged = pageOf(context, shas.filter(Boolean), (sha) => sha);
  const commits = await readCommits(directory, paged.body as string[]);
  return { ...paged, body: commits.map((commit) => commitView(world, repository, commit)) };
}

async function one(context: Context): Promise<Answer> {
  const { world, repository } = context;
  const directory = gitDirectory(world, repository);
  const sha = await commitNamed(context, context.params.ref ?? '');
  if (/\bsha\b/.test(context.accept)) return { status: 200, body: Buffer.from(sha) };
  const [commit] = await readCommits(directory, [sha]);
  if (!commit) throw notFound();
  const files = await changedFiles(directory, [
    commit.parents[0] ?? (await emptyTree(directory)),
    sha,
  ]);
  const additions = files.reduce((total, file) => total + file.additions, 0);
  const deletions = files.reduce((total, file) => total + file.deletions, 0);
  const body = {
    ...commitView(world, repository, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: files.map((file) => fileView(world, repository, sha, file)),
  };
  return { status: 200, body };
}

async function emptyTree(directory: string): Promise<string> {
  return (await git(directory, ['hash-object', '-t', 'tree', '-w', '--stdin'])).trim();
}

async function compare(context: Context): Promise<Answer> {
  const { world, repository, params } = context;
  const directory = gitDirectory(world, repository);
  const [from = '', to = ''] = (params.basehead ?? '').split('...');
  const side = (name: string) => resolveCommit(directory, name.slice(name.indexOf(':') + 1));
  const [baseSha, headSha] = await Promise.all([side(from), side(to)]);
  const mergeBase =
    baseSha && headSha && (await tryGit(directory, ['merge-base', baseSha, headSha]))?.trim();
  if (!mergeBase) throw notFound();
  const [ahead, behind] = await Promise.all([
    revisions(directory, `${baseSha}..${headSha}`),
    revisions(directory, `${headSha}..${baseSha}`),
  ]);
  const ends = await readCommits(directory, [baseSha, mergeBase]);
  const commits = pageOfCompared(context, ahead.reverse());
  const shown = await readCommits(directory, commits.body as string[]);
  const files = isLaterPage(context)
    ? undefined
    : await changedFiles(directory, [mergeBase, headSha]);
  const view = (commit: Commit | undefined) => commit && commitView(world, repository, commit);
  return {
    ...commits,
    body: {
      ...comparisonLinks(context, from, to),
      base_commit: view(ends[0]),
      merge_base_commit: view(ends[1]),
      status: relation(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: shown.map(view),
      ...(files && {
        files: files.slice(0, 300).map((file) => fileView(world, repository, headSha, file)),
      }),
    },
  };
}

/** 250 commits, or a page of them where one is asked for (docs: compare two commits). */
function pageOfCompared(context: Context, shas: readonly string[]): Answer {
  const { query } = context;
  return query.has('page') || query.has('per_page')
    ? pageOf(context, shas, (sha) => sha)
    : { status: 200, body: shas.slice(0, 250) };
}

/** Files are on the first page alone. */
function isLaterPage({ query }: Context): boolean {
  return Number(query.get('page') ?? 1) > 1;
}

async function revisions(directory: string, range: string): Promise<string[]> {
  return (await git(directory, ['rev-list', range])).split('\n').filter(Boolean);
}

function relation(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

function comparisonLinks({ world, repository }: Context, from: string, to: string) {
  const html = `${htmlOf(world, repository)}/compare/${from}...${to}`;
  return {
    url: `${apiOf(world, repository)}/compare/${from}...${to}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
  };
}
